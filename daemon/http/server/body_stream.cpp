#include "daemon/http/server/body_stream.hpp"

#include <array>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/write.hpp>

namespace chimera::http {
namespace {

namespace asio = loop::asio;
using asio::ip::tcp;
using boost::system::error_code;

}  // namespace

body_stream::body_stream(tcp::socket& socket, live_connection& connection,
                         std::chrono::milliseconds write_timeout, bool chunked)
    : socket_(socket),
      connection_(connection),
      write_timeout_(write_timeout),
      chunked_(chunked),
      watch_(std::make_shared<watch>(watch{this})) {
  // Readable means that the peer closed its side or broke the protocol of one answer at a time.
  const auto readable = [kept = watch_](const error_code&) {
    if (kept->stream == nullptr) return;
    kept->stream->gone_ = true;
    kept->stream->mark_closed();
  };
  socket_.async_wait(tcp::socket::wait_read, readable);
}

body_stream::~body_stream() {
  watch_->stream = nullptr;
  error_code ignored;  // best effort: a closed socket waits for nothing. Only the watch waits here.
  socket_.cancel(ignored);
}

task<bool> body_stream::write(shared_text chunk) {
  if (gone_) co_return false;
  if (!chunk || chunk->empty()) co_return true;  // an empty chunk would end the body
  std::array<char, 20> size{};
  const auto end = fmt::format_to(size.data(), "{:x}\r\n", chunk->size());
  const std::array<asio::const_buffer, 3> parts{
      asio::buffer(size.data(), chunked_ ? static_cast<std::size_t>(end - size.data()) : 0),
      asio::buffer(*chunk), asio::buffer("\r\n", chunked_ ? 2 : 0)};
  connection_.deadline(write_timeout_);
  auto [error, bytes] = co_await asio::async_write(socket_, parts, loop::as_result);
  connection_.no_deadline();
  if (error) {
    gone_ = true;
    mark_closed();
  }
  co_return !error;
}

void body_stream::on_closed(std::function<void()> wake) {
  if (closed_) {
    wake();
  } else {
    wake_ = std::move(wake);
  }
}

void body_stream::stop() { mark_closed(); }

task<bool> body_stream::finish() {
  if (gone_) co_return false;
  if (!chunked_) co_return true;
  constexpr std::string_view last = "0\r\n\r\n";
  connection_.deadline(write_timeout_);
  auto [error, bytes] = co_await asio::async_write(socket_, asio::buffer(last), loop::as_result);
  connection_.no_deadline();
  co_return !error;
}

void body_stream::mark_closed() {
  if (std::exchange(closed_, true)) return;
  const auto wake = std::exchange(wake_, nullptr);
  if (wake) wake();
}

}  // namespace chimera::http
