#include "daemon/http/server/server.hpp"

#include <algorithm>
#include <charconv>
#include <list>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include "daemon/http/server/connection.hpp"
#include "daemon/http/server/http_connection.hpp"
#include "daemon/http/server/websocket_connection.hpp"
#include "daemon/loop/scope.hpp"

namespace chimera::http {
namespace {

namespace asio = loop::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr int backlog = 1024;
constexpr std::size_t turned_away_max = 64;  ///< at once; more are closed without an answer
constexpr std::chrono::milliseconds accept_pause{100};  ///< after a failure, "too many open files"

/// Counts itself for as long as it lives.
class counted {
 public:
  explicit counted(std::size_t& count) : count_(count) { ++count_; }
  counted(const counted&) = delete;
  counted& operator=(const counted&) = delete;
  ~counted() { --count_; }

 private:
  std::size_t& count_;
};

proto::result<tcp::endpoint> parse_endpoint(std::string_view text) {
  const auto colon = text.rfind(':');
  const auto bad = [text] {
    return proto::fail("http.bad-address", fmt::format("'{}' is no address to listen on", text),
                       "write a number and a port: 127.0.0.1:7717 or [::1]:7717");
  };
  if (colon == std::string_view::npos) return bad();
  auto host = text.substr(0, colon);
  const auto digits = text.substr(colon + 1);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  std::uint16_t port = 0;
  const auto* end = digits.data() + digits.size();
  const auto [stopped, error] = std::from_chars(digits.data(), end, port);
  error_code malformed;
  const auto address = asio::ip::make_address(std::string(host), malformed);
  if (malformed || error != std::errc() || stopped != end) return bad();
  return tcp::endpoint(address, port);
}

std::unexpected<proto::problem> cannot_listen(std::string_view where, const error_code& error) {
  std::string detail = error.message();
  if (error == asio::error::address_in_use) {
    detail = "the address is in use: another server runs there, or choose another port";
  } else if (error == asio::error::access_denied) {
    detail = "ports below 1024 need rights that this process does not have";
  }
  return proto::fail("http.listen", fmt::format("can't listen on {}", where), std::move(detail));
}

}  // namespace

struct server::implementation {
  implementation(asio::any_io_executor e, application app, server_limits limits,
                 loop::blocking_pool& pool)
      : executor(std::move(e)),
        state(std::move(app), limits, pool),
        sweep_timer(executor),
        acceptors(executor),
        sessions(executor) {}

  task<> accept_loop(tcp::acceptor* acceptor);  ///< one of `listening`
  task<> serve(tcp::socket socket);
  task<> serve_both(tcp::socket socket);
  task<> turn_away(tcp::socket socket);
  task<> sweep_loop();
  void stop_accepting();
  void stop();
  void drop_all();

  asio::any_io_executor executor;
  server_state state;
  std::list<tcp::acceptor> listening;
  std::uint16_t first_port = 0;
  bool accepting = true;
  std::size_t turned_away = 0;
  asio::steady_timer sweep_timer;
  loop::scope acceptors;
  loop::scope sessions;
};

task<> server::implementation::accept_loop(tcp::acceptor* acceptor) {
  asio::steady_timer pause(executor);
  while (accepting) {
    auto [error, socket] = co_await acceptor->async_accept(loop::as_result);
    if (!accepting || error == asio::error::operation_aborted) break;
    if (error) {
      if (error == asio::error::connection_aborted) continue;
      if (state.app.on_error) state.app.on_error("accepting a connection: " + error.message());
      pause.expires_after(accept_pause);
      co_await pause.async_wait(loop::as_result);
      continue;
    }
    if (state.connections.size() - turned_away < state.limits.connections) {
      sessions.start(serve(std::move(socket)));
    } else if (turned_away < turned_away_max) {
      sessions.start(turn_away(std::move(socket)));
    }
  }
}

task<> server::implementation::serve(tcp::socket socket) {
  std::exception_ptr error;
  try {
    co_await serve_both(std::move(socket));
  } catch (...) {
    error = std::current_exception();
  }
  if (error) state.report("a connection", error);
}

task<> server::implementation::serve_both(tcp::socket socket) {
  // On the heap and gone before the WebSocket begins: an idle WebSocket pays for itself only.
  auto http = std::make_unique<http_connection>(std::move(socket), state);
  auto start = co_await http->run();
  http.reset();
  if (!start) co_return;
  auto connection = std::make_unique<websocket_connection>(std::move(start->socket), state);
  auto head = std::move(start->head);
  auto what = std::move(start->what);
  start.reset();
  co_await connection->run(std::move(head), std::move(what));
}

task<> server::implementation::turn_away(tcp::socket socket) {
  http_connection connection(std::move(socket), state);
  const counted one(turned_away);
  co_await connection.turn_away();
}

task<> server::implementation::sweep_loop() {
  for (;;) {
    sweep_timer.expires_after(state.sweep_interval());
    co_await sweep_timer.async_wait(loop::as_result);
    state.sweep();
  }
}

void server::implementation::stop_accepting() {
  accepting = false;
  for (auto& acceptor : listening) {
    error_code ignored;  // best effort: closing what is closed
    acceptor.close(ignored);
  }
  acceptors.cancel();
}

void server::implementation::stop() {
  stop_accepting();
  state.stopping = true;
  for (auto place = state.connections.begin(); place != state.connections.end();) {
    live_connection& connection = **place++;
    connection.server_stops();
  }
}

void server::implementation::drop_all() {
  state.dropping = true;
  for (auto* connection : state.connections) connection->drop();
}

server::server(asio::any_io_executor executor, application app, server_limits limits,
               loop::blocking_pool& pool)
    : self_(std::make_unique<implementation>(std::move(executor), std::move(app), limits, pool)) {}

server::~server() = default;

proto::result<void> server::listen(std::string_view address_and_port) {
  const auto where = parse_endpoint(address_and_port);
  if (!where) return std::unexpected(where.error());
  tcp::acceptor acceptor(self_->executor);
  error_code error;
  acceptor.open(where->protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error && where->address().is_v6()) acceptor.set_option(asio::ip::v6_only(true), error);
  if (!error) acceptor.bind(*where, error);
  if (!error) acceptor.listen(backlog, error);
  if (error) return cannot_listen(address_and_port, error);
  if (self_->listening.empty()) self_->first_port = acceptor.local_endpoint().port();
  self_->listening.push_back(std::move(acceptor));
  return {};
}

std::uint16_t server::port() const { return self_->first_port; }

task<> server::run() {
  co_await asio::this_coro::throw_if_cancelled(false);
  loop::scope sweeper(self_->executor);
  sweeper.start(self_->sweep_loop());
  for (auto& acceptor : self_->listening) self_->acceptors.start(self_->accept_loop(&acceptor));
  bool cancelled = co_await self_->acceptors.join();
  if (!cancelled) cancelled = co_await self_->sessions.join();
  if (cancelled) {
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    self_->stop();
    self_->drop_all();
    self_->sessions.cancel();
    co_await self_->sessions.join();
  }
  sweeper.cancel();
  co_await sweeper.join();
}

void server::stop_accepting() { self_->stop_accepting(); }

void server::stop() { self_->stop(); }

std::size_t server::connections() const { return self_->state.connections.size(); }

}  // namespace chimera::http
