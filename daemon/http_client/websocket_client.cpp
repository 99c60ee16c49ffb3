#include "daemon/http_client/websocket_client.hpp"

#include <fmt/format.h>
#include <boost/asio/this_coro.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>

#include "daemon/http_client/connect.hpp"
#include "daemon/http_client/transport.hpp"

namespace chimera::http {
namespace {

namespace asio = loop::asio;
namespace beast = boost::beast;
namespace protocol = beast::websocket;
using proto::result;

constexpr std::chrono::seconds close_timeout{2};
constexpr std::size_t reason_bytes_max = 123;  // RFC 6455 section 5.5
constexpr std::uint16_t no_code = 1005;        // RFC 6455 section 7.4.1
constexpr std::uint16_t lost = 1006;

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const auto& name : names) {
    if (!out.empty()) out += ", ";
    out += name;
  }
  return out;
}

}  // namespace

struct websocket_client::implementation {
  explicit implementation(asio::any_io_executor executor) : ws(std::move(executor)) {}

  void prepare(websocket_options options);
  std::unexpected<proto::problem> declined(const url& to, const protocol::response_type& answer);

  protocol::stream<transport, false> ws;
  beast::flat_buffer buffer;
  std::string subprotocol;
  bool closed_by_peer = false;
};

void websocket_client::implementation::prepare(websocket_options options) {
  protocol::stream_base::timeout timeouts{};
  timeouts.handshake_timeout = close_timeout;  // of the handshakes at both ends
  timeouts.idle_timeout = options.idle_timeout;
  timeouts.keep_alive_pings = true;
  ws.set_option(timeouts);
  ws.read_message_max(options.message_bytes_max);
  ws.text(true);
  const auto decorate = [options = std::move(options)](protocol::request_type& head) {
    for (const auto& [name, value] : options.headers) head.insert(name, value);
    if (!options.subprotocols.empty()) {
      head.set(beast::http::field::sec_websocket_protocol, joined(options.subprotocols));
    }
  };
  ws.set_option(protocol::stream_base::decorator(decorate));
  ws.control_callback([this](protocol::frame_type kind, beast::string_view) {
    if (kind == protocol::frame_type::close) closed_by_peer = true;
  });
}

std::unexpected<proto::problem> websocket_client::implementation::declined(
    const url& to, const protocol::response_type& answer) {
  return proto::fail(
      "client.declined",
      fmt::format("{} declined the WebSocket with status {}", to.authority(), answer.result_int()),
      answer.body());
}

websocket_client::websocket_client(asio::any_io_executor executor)
    : self_(std::make_unique<implementation>(std::move(executor))) {}

websocket_client::~websocket_client() = default;

task<result<void>> websocket_client::connect(std::string url_text, websocket_options options) {
  const auto to = parse_url(url_text);
  if (!to) co_return std::unexpected(to.error());
  auto& below = self_->ws.next_layer();
  auto connected =
      co_await http::connect(&below, *to, {options.connect_timeout, options.hint, options.ca_file});
  if (!connected) co_return connected;
  below.next_layer().expires_never();
  self_->prepare(std::move(options));
  protocol::response_type answer;
  auto [error] =
      co_await self_->ws.async_handshake(answer, to->authority(), to->target, loop::as_result);
  if (error == protocol::error::upgrade_declined) co_return self_->declined(*to, answer);
  if (error) co_return broken(*to, "the WebSocket was opened", error);
  const auto agreed = answer[beast::http::field::sec_websocket_protocol];
  self_->subprotocol.assign(agreed.data(), agreed.size());
  co_return result<void>();
}

const std::string& websocket_client::subprotocol() const { return self_->subprotocol; }

task<bool> websocket_client::send(std::string text) {
  auto [error, bytes] = co_await self_->ws.async_write(asio::buffer(text), loop::as_result);
  co_return !error;
}

task<std::optional<std::string>> websocket_client::receive() {
  self_->buffer.clear();
  auto [error, bytes] = co_await self_->ws.async_read(self_->buffer, loop::as_result);
  if (error) co_return std::nullopt;
  co_return std::string(static_cast<const char*>(self_->buffer.data().data()), bytes);
}

task<> websocket_client::close(std::uint16_t code, std::string reason) {
  if (!self_->ws.is_open()) co_return;
  protocol::close_reason why(static_cast<protocol::close_code>(code));
  why.reason.assign(reason.substr(0, reason_bytes_max));
  auto [error] = co_await self_->ws.async_close(why, loop::as_result);
  // best effort: a peer that left first, or does not answer, is gone either way
  static_cast<void>(error);
}

std::uint16_t websocket_client::close_code() const {
  const auto code = static_cast<std::uint16_t>(self_->ws.reason().code);
  if (code != 0) return code;
  return self_->closed_by_peer ? no_code : lost;
}

std::string websocket_client::close_reason() const {
  const auto& text = self_->ws.reason().reason;
  return {text.data(), text.size()};
}

}  // namespace chimera::http
