// One WebSocket (RFC 6455). Two coroutines: the conversation of the handler, and a reader.
// Stopping goes one way round: the conversation returns -> the close frame goes out -> the reader
// hears the reply and ends. A read or write of Beast is never cancelled: no close frame could
// follow; the last deadline closes the socket under it.
#pragma once

#include <string>
#include <vector>

#include <boost/asio/steady_timer.hpp>
#include <boost/beast/websocket/stream.hpp>

#include "daemon/http/server/connection.hpp"
#include "daemon/http/server/http_connection.hpp"
#include "daemon/loop/scope.hpp"

namespace chimera::http {

class websocket_connection final : public websocket, public live_connection {
 public:
  websocket_connection(loop::asio::ip::tcp::socket socket, server_state& server);

  /// From the handshake to the closed socket.
  [[nodiscard]] task<> run(upgrade_head head, upgrade what);

  [[nodiscard]] task<bool> send(std::string_view head, shared_text tail) override;
  [[nodiscard]] std::vector<std::string> received() override;
  [[nodiscard]] task<> wait() override;
  void wake() override;
  [[nodiscard]] bool closed() const override { return closed_; }
  void close(std::uint16_t code, std::string reason) override;

  void server_stops() override;
  void drop() override;
  void deadline_passed() override;

 private:
  // permessage-deflate is off: 250 KiB per connection, for streams of short frames.
  using stream = boost::beast::websocket::stream<loop::asio::ip::tcp::socket, false>;

  [[nodiscard]] task<bool> shake_hands(upgrade_head head, std::string subprotocol);
  [[nodiscard]] task<> converse(upgrade what);
  [[nodiscard]] task<> finish();
  [[nodiscard]] task<> listen();
  void mark_closed();

  stream ws_;
  loop::scope reader_;
  loop::asio::steady_timer wake_;  ///< never expires; cancelled to wake wait()
  loop::asio::steady_timer room_;  ///< never expires; cancelled when the inbox has room again
  std::vector<std::string> inbox_;
  std::string partial_;  ///< the message that is being read
  boost::beast::websocket::close_reason reason_;
  std::uint16_t too_slow_ = 1008;
  bool woken_ = false;
  bool closed_ = false;
  bool sending_ = false;
};

}  // namespace chimera::http
