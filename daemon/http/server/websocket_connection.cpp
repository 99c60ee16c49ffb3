#include "daemon/http/server/websocket_connection.hpp"

#include <array>
#include <exception>
#include <utility>

#include <boost/asio/this_coro.hpp>

namespace chimera::http {
namespace {

namespace asio = loop::asio;
namespace beast = boost::beast;
namespace protocol = beast::websocket;
using boost::system::error_code;

constexpr std::size_t first_piece_bytes = 512;  // waits in memory for every idle connection
constexpr std::size_t next_piece_bytes = 8U << 10U;
constexpr std::size_t reason_bytes_max = 123;  // RFC 6455 section 5.5
constexpr auto no_expiry = asio::steady_timer::time_point::max();

/// At most `reason_bytes_max` bytes, not cut inside of a character.
std::string_view shortened(std::string_view text) {
  if (text.size() <= reason_bytes_max) return text;
  std::size_t end = reason_bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end);
}

}  // namespace

websocket_connection::websocket_connection(asio::ip::tcp::socket socket, server_state& server)
    : live_connection(server),
      ws_(std::move(socket)),
      reader_(ws_.get_executor()),
      wake_(ws_.get_executor(), no_expiry),
      room_(ws_.get_executor(), no_expiry),
      reason_(protocol::close_code::normal) {
  protocol::stream_base::timeout timeouts{};
  timeouts.handshake_timeout = protocol::stream_base::none();  // the deadlines of live_connection
  timeouts.idle_timeout = server.limits.ping_interval * 2;     // Beast pings after half of it
  timeouts.keep_alive_pings = true;
  ws_.set_option(timeouts);
  ws_.auto_fragment(false);
  ws_.write_buffer_bytes(8);  // used for masking and fragments only, which a server does without
  ws_.read_message_max(static_cast<std::size_t>(server.limits.frame_bytes));
  ws_.text(true);
}

task<> websocket_connection::run(upgrade_head head, upgrade what) {
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  const bool open = co_await shake_hands(std::move(head), what.subprotocol);
  if (!open) co_return;
  ws_.control_callback([this](protocol::frame_type kind, beast::string_view) {
    if (kind != protocol::frame_type::close) return;
    last_deadline(server().limits.close_timeout);
    mark_closed();
  });
  if (server().stopping) server_stops();
  reader_.start(listen());
  too_slow_ = what.too_slow;
  co_await converse(std::move(what));
  co_await finish();
}

task<bool> websocket_connection::shake_hands(upgrade_head head, std::string subprotocol) {
  const auto decorate = [&subprotocol](protocol::response_type& answer) {
    answer.set(beast::http::field::server, "chimera");
    if (!subprotocol.empty()) {
      answer.set(beast::http::field::sec_websocket_protocol, subprotocol);
    }
  };
  ws_.set_option(protocol::stream_base::decorator(decorate));
  deadline(server().limits.write_timeout);
  auto [error] = co_await ws_.async_accept(head, loop::as_result);
  no_deadline();
  ws_.set_option(protocol::stream_base::decorator([](protocol::response_type&) {}));
  co_return !error;
}

task<> websocket_connection::converse(upgrade what) {
  std::exception_ptr error;
  try {
    co_await what.converse(*this);
  } catch (...) {
    error = std::current_exception();
  }
  if (!error) co_return;
  server().report("a WebSocket conversation", error);
  close(static_cast<std::uint16_t>(protocol::close_code::internal_error), "the server failed");
}

task<> websocket_connection::finish() {
  mark_closed();
  last_deadline(server().limits.close_timeout);
  if (ws_.is_open()) {
    auto [error] = co_await ws_.async_close(reason_, loop::as_result);
    // The peer left, or did not answer in time: nobody is left to tell.
    if (error) drop();
  }
  co_await reader_.join();
}

task<> websocket_connection::listen() {
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  std::array<char, first_piece_bytes> first{};
  for (;;) {
    while (inbox_.size() >= server().limits.inbox_messages && !closed_) {
      co_await room_.async_wait(loop::as_result);
    }
    if (inbox_.size() >= server().limits.inbox_messages) break;  // async_close reads the rest
    const auto have = partial_.size();
    if (have > 0) partial_.resize(have + next_piece_bytes);
    const auto into =
        have > 0 ? asio::buffer(partial_.data() + have, next_piece_bytes) : asio::buffer(first);
    auto [error, bytes] = co_await ws_.async_read_some(into, loop::as_result);
    if (error) break;
    if (have > 0) {
      partial_.resize(have + bytes);
    } else {
      partial_.assign(first.data(), bytes);
    }
    if (ws_.got_binary()) {
      close(static_cast<std::uint16_t>(protocol::close_code::unknown_data), "text messages only");
    }
    if (closed_) {
      partial_.clear();
    } else if (ws_.is_message_done()) {
      inbox_.push_back(std::exchange(partial_, {}));
      wake();
    }
  }
  mark_closed();
}

task<bool> websocket_connection::send(std::string_view head, shared_text tail) {
  if (closed_) co_return false;
  const std::array<asio::const_buffer, 2> parts{asio::buffer(head),
                                                tail ? asio::buffer(*tail) : asio::const_buffer()};
  deadline(server().limits.write_timeout);
  sending_ = true;
  auto [error, bytes] = co_await ws_.async_write(parts, loop::as_result);
  sending_ = false;
  no_deadline();
  if (error) mark_closed();
  co_return !error;
}

std::vector<std::string> websocket_connection::received() {
  auto out = std::exchange(inbox_, {});
  if (!out.empty()) room_.cancel();
  return out;
}

task<> websocket_connection::wait() {
  while (!woken_ && !closed_ && inbox_.empty()) {
    co_await wake_.async_wait(loop::as_result);
  }
  woken_ = false;
}

void websocket_connection::wake() {
  if (!std::exchange(woken_, true)) wake_.cancel();
}

void websocket_connection::close(std::uint16_t code, std::string reason) {
  if (closed_) return;
  reason_.code = static_cast<protocol::close_code>(code);
  const auto text = shortened(reason);
  reason_.reason.assign(text.data(), text.size());
  mark_closed();
}

void websocket_connection::mark_closed() {
  closed_ = true;
  wake();
  room_.cancel();
}

void websocket_connection::server_stops() {
  close(static_cast<std::uint16_t>(protocol::close_code::service_restart), "the server stops");
  last_deadline(server().limits.close_timeout);
}

void websocket_connection::deadline_passed() {
  if (!sending_) return drop();
  close(too_slow_, "what was sent was not taken");
  last_deadline(server().limits.close_timeout);
}

void websocket_connection::drop() {
  error_code ignored;  // best effort: closing what is closed
  beast::get_lowest_layer(ws_).close(ignored);
}

}  // namespace chimera::http
