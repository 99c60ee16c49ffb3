// Accepts connections and serves each: HTTP/1.1 (RFC 9112) and WebSocket (RFC 6455), without TLS.
// Knows bytes, not jobs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "daemon/http/server/message.hpp"
#include "daemon/loop/asio.hpp"
#include "daemon/loop/blocking_pool.hpp"
#include "proto/problem.hpp"

namespace chimera::http {

/// Every member is called on the loop thread. Outlives its run().
class server {
 public:
  /// `pool` reads files and writes uploads; it outlives the server.
  server(loop::asio::any_io_executor executor, application app, server_limits limits,
         loop::blocking_pool& pool);
  server(const server&) = delete;
  server& operator=(const server&) = delete;
  ~server();

  /// "127.0.0.1:7717", "[::1]:7717", "0.0.0.0:80"; port 0 takes a free one. Numbers only, no names.
  /// May be called several times before run(). A problem names the address and the way out.
  [[nodiscard]] proto::result<void> listen(std::string_view address_and_port);
  /// Of the first listen(); 0 without.
  [[nodiscard]] std::uint16_t port() const;

  /// Accepts and serves; returns when stop() was called and the last connection has ended.
  /// Cancelling it stops at once: sockets are closed, handlers are cancelled.
  [[nodiscard]] task<> run();

  /// No new connections from now on; those that exist go on as before.
  void stop_accepting();
  /// stop_accepting(), and: idle connections close, requests under way are answered with
  /// "Connection: close", streaming bodies see closed(), WebSockets see closed() and their peers
  /// get 1012. Streams and WebSockets are dropped after `close_timeout`; ordinary handlers are
  /// awaited.
  void stop();

  [[nodiscard]] std::size_t connections() const;

 private:
  struct implementation;
  std::unique_ptr<implementation> self_;
};

}  // namespace chimera::http
