// Bytes of a peer as they come over its connection: requests, or after 'W' frames of a WebSocket.
// Whatever comes, the connection ends, and what it answered are whole answers of this server.
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/io_context.hpp>

#include "daemon/http/server/http_connection.hpp"
#include "daemon/http/server/websocket_connection.hpp"
#include "daemon/loop/scope.hpp"

namespace {

using namespace chimera;
using http::request;

constexpr std::string_view handshake =
    "GET /stream HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";

task<http::reply> answer(request what) {
  http::response made;
  made.body = what.method + " " + what.path + " " + std::to_string(what.body.size());
  co_return made;
}

task<> echo(http::websocket& socket) {
  while (!socket.closed()) {
    for (const std::string& message : socket.received())
      if (!co_await socket.send(message, nullptr)) co_return;
    co_await socket.wait();
  }
}

task<std::variant<http::response, http::upgrade>> accept(request) {
  http::upgrade made;
  made.converse = echo;
  co_return made;
}

http::application application_of() {
  http::application app;
  app.handle = answer;
  app.accept = accept;
  app.body_rule_for = [](const request&) { return http::application::body_rule{1U << 16U, {}}; };
  app.problem = [](unsigned status, std::string detail) {
    http::response made;
    made.status = status;
    made.body = std::move(detail);
    return made;
  };
  return app;
}

// The other end of a connection: says all it has to say, then that this was all.
class far_end {
 public:
  far_end() {
    if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends_.data()) != 0) std::abort();
  }
  far_end(const far_end&) = delete;
  far_end& operator=(const far_end&) = delete;
  ~far_end() { ::close(ends_[1]); }

  [[nodiscard]] int near() const { return ends_[0]; }
  void say(std::string_view bytes) const {
    if (!bytes.empty() && ::send(ends_[1], bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0)
      std::abort();
  }
  void end() const { ::shutdown(ends_[1], SHUT_WR); }
  [[nodiscard]] std::string heard() const {
    std::string all;
    std::array<char, 4096> piece{};
    for (ssize_t got = 1; got > 0;) {
      got = ::recv(ends_[1], piece.data(), piece.size(), MSG_DONTWAIT);
      if (got > 0) all.append(piece.data(), static_cast<std::size_t>(got));
    }
    return all;
  }

 private:
  std::array<int, 2> ends_{};
};

task<> serve(loop::asio::ip::tcp::socket socket, http::server_state& state, const far_end& peer,
             std::string_view frames) {
  auto first = std::make_unique<http::http_connection>(std::move(socket), state);
  auto start = co_await first->run();
  first.reset();
  if (!start) co_return;
  peer.say(frames);
  peer.end();
  http::websocket_connection second(std::move(start->socket), state);
  co_await second.run(std::move(start->head), std::move(start->what));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static loop::blocking_pool pool(1);
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (bytes.size() > (64U << 10U)) return 0;
  const bool frames = bytes.starts_with('W');
  boost::asio::io_context context(1);
  http::server_state state(application_of(), {}, pool);
  far_end peer;
  peer.say(frames ? handshake : bytes);
  if (!frames) peer.end();
  loop::asio::ip::tcp::socket socket(context);
  socket.assign(loop::asio::ip::tcp::v4(), peer.near());
  {
    loop::scope work(context.get_executor());
    work.start(
        serve(std::move(socket), state, peer, frames ? bytes.substr(1) : std::string_view()));
    context.run();
    if (work.size() != 0 || work.first_error()) std::abort();
  }
  if (!state.connections.empty()) std::abort();
  const std::string heard = peer.heard();
  if (frames && !heard.starts_with("HTTP/1.1 101 ")) std::abort();
  if (!heard.empty() && !heard.starts_with("HTTP/1.")) std::abort();
  return 0;
}
