// A WebSocket of the client side (RFC 6455), over TLS for wss, without compression. Loop thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agents/ports/task.hpp"
#include "daemon/loop/asio.hpp"
#include "proto/problem.hpp"

namespace chimera::http {

using header_list = std::vector<std::pair<std::string, std::string>>;

struct websocket_options {
  std::vector<std::string> subprotocols;
  header_list headers;
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds idle_timeout{60'000};  ///< pings after half of it; then it is lost
  std::size_t message_bytes_max = 16U << 20U;
  std::filesystem::path ca_file;  ///< who vouches for a server of wss; "" = the system's
  std::string hint = "is the daemon running? start it with 'chimera serve'";
};

/// One receive and one send may be under way at the same time. Cancelling either loses the
/// connection without a close frame; to end politely, call close() from elsewhere: receive() then
/// says that it is over.
class websocket_client {
 public:
  explicit websocket_client(loop::asio::any_io_executor executor);
  websocket_client(const websocket_client&) = delete;
  websocket_client& operator=(const websocket_client&) = delete;
  ~websocket_client();

  /// Once. Problems: those of fetch(), and `client.declined`, whose title has the status and whose
  /// detail is the body of the answer.
  [[nodiscard]] task<proto::result<void>> connect(std::string url, websocket_options options);
  [[nodiscard]] const std::string& subprotocol() const;  ///< the one agreed on

  /// One text message. False: the connection is over.
  [[nodiscard]] task<bool> send(std::string text);
  /// The next message, text or binary; none when the connection is over: see close_code().
  [[nodiscard]] task<std::optional<std::string>> receive();
  /// The close handshake, at most two seconds.
  [[nodiscard]] task<> close(std::uint16_t code = 1000, std::string reason = {});

  /// What the peer said at the end; 1005 if it gave no code, 1006 if it left without a close frame
  /// or the connection is still open.
  [[nodiscard]] std::uint16_t close_code() const;
  [[nodiscard]] std::string close_reason() const;

 private:
  struct implementation;
  std::unique_ptr<implementation> self_;
};

}  // namespace chimera::http
