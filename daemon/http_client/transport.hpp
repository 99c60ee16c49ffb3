// A connection with or without TLS, as one kind of stream. Inside of this room only.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/websocket/teardown.hpp>

#include "agents/ports/task.hpp"
#include "daemon/http_client/tls.hpp"
#include "daemon/http_client/url.hpp"
#include "proto/problem.hpp"

namespace chimera::http {

/// An AsyncStream of Asio. Its timeouts are those of the tcp_stream below.
class transport {
 public:
  using executor_type = boost::beast::tcp_stream::executor_type;
  using next_layer_type = boost::beast::tcp_stream;

  explicit transport(executor_type executor) : tcp_(std::move(executor)) {}
  transport(const transport&) = delete;
  transport& operator=(const transport&) = delete;

  /// Shakes hands with `to`, after the connection stands. Errors `client.ca-file`,
  /// `client.certificate`, `client.tls`, `client.timeout`.
  [[nodiscard]] task<proto::result<void>> secure(url to, std::filesystem::path ca_file,
                                                 std::chrono::milliseconds timeout);

  [[nodiscard]] executor_type get_executor() { return tcp_.get_executor(); }
  [[nodiscard]] next_layer_type& next_layer() { return tcp_; }
  [[nodiscard]] const next_layer_type& next_layer() const { return tcp_; }

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    if (tls_) return tls_->async_read_some(buffers, std::forward<Token>(token));
    return tcp_.async_read_some(buffers, std::forward<Token>(token));
  }
  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    if (tls_) return tls_->async_write_some(buffers, std::forward<Token>(token));
    return tcp_.async_write_some(buffers, std::forward<Token>(token));
  }

 private:
  boost::beast::tcp_stream tcp_;
  std::shared_ptr<tls_context> trusts_;
  std::string names_;  ///< that a refused certificate is for
  std::unique_ptr<tls_stream> tls_;
};

/// Beast ends a WebSocket with these. The close frames have said that both sides are done: TLS
/// needs no farewell of its own.
inline void teardown(boost::beast::role_type role, transport& stream,
                     boost::system::error_code& error) {
  boost::beast::websocket::teardown(role, stream.next_layer().socket(), error);
}
template <class Handler>
void async_teardown(boost::beast::role_type role, transport& stream, Handler&& handler) {
  boost::beast::websocket::async_teardown(role, stream.next_layer().socket(),
                                          std::forward<Handler>(handler));
}

}  // namespace chimera::http
