#include "connection.hpp"

#include <array>
#include <charconv>
#include <cstdlib>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <boost/asio/buffer.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

namespace chimera::bench {
namespace {

using boost::system::error_code;

constexpr std::size_t read_bytes = 256U << 10U;
constexpr std::size_t answer_bytes = 16U << 10U;
constexpr std::string_view head_end = "\r\n\r\n";
constexpr unsigned text_frame = 1;
constexpr unsigned close_frame = 8;
constexpr std::string_view normal_close = "\x03\xe8";  // 1000
constexpr unsigned ping_frame = 9;
constexpr unsigned pong_frame = 10;

[[noreturn]] void give_up(std::string_view why, std::string_view detail) {
  fmt::print(stderr, "{}: {}\n", why, detail);
  std::_Exit(1);
}

void check(const error_code& error, std::string_view doing) {
  if (error) give_up(doing, error.message());
}

// All watchers read into one buffer: they are on one thread.
std::vector<char>& shared_buffer() {
  static std::vector<char> buffer(read_bytes);
  return buffer;
}

// What follows the first `"name":`; "" if there is none.
std::string_view after_key(std::string_view json, std::string_view name) {
  for (std::size_t at = json.find(name, 1); at != std::string_view::npos;
       at = json.find(name, at + 1)) {
    const std::string_view rest = json.substr(at + name.size());
    if (json[at - 1] == '"' && rest.starts_with("\":")) return rest.substr(2);
  }
  return {};
}

tcp_socket connected(asio::io_context& context, std::uint16_t port) {
  tcp_socket socket(context);
  error_code error;
  socket.connect({asio::ip::address_v4::loopback(), port}, error);
  check(error, "connecting");
  socket.set_option(asio::ip::tcp::no_delay(true), error);
  check(error, "setting TCP_NODELAY");
  return socket;
}

}  // namespace

std::string request_text(std::string_view method, std::string_view target, std::uint16_t port,
                         std::string_view headers, std::string_view body) {
  std::string text =
      fmt::format("{} {} HTTP/1.1\r\nhost: 127.0.0.1:{}\r\n{}", method, target, port, headers);
  if (!body.empty())
    text += fmt::format("content-type: application/json\r\ncontent-length: {}\r\n", body.size());
  return text.append("\r\n").append(body);
}

std::string submit_text(std::uint16_t port, std::string_view pipeline, std::string_view backend,
                        bool wait) {
  const std::string body =
      fmt::format(R"({{"pipeline":"{}","params":{{"backend":"{}"}}}})", pipeline, backend);
  return request_text("POST", "/v1/jobs", port, wait ? "prefer: wait=30\r\n" : "", body);
}

std::string_view member_of(std::string_view json, std::string_view name) {
  const std::string_view rest = after_key(json, name);
  if (!rest.starts_with('"')) return {};
  return rest.substr(1, rest.find('"', 1) - 1);
}

std::uint64_t number_of(std::string_view json, std::string_view name) {
  const std::string_view rest = after_key(json, name);
  std::uint64_t number = 0;
  std::from_chars(rest.data(), rest.data() + rest.size(), number);
  return number;
}

http_caller::http_caller(asio::io_context& context, std::uint16_t port)
    : socket_(connected(context, port)) {}

void http_caller::ask(const std::string& request, handler on_answer) {
  on_answer_ = std::move(on_answer);
  text_.clear();
  body_end_ = 0;
  auto written = [this](const error_code& error, std::size_t) {
    check(error, "writing a request");
    read_more();
  };
  asio::async_write(socket_, asio::buffer(request), std::move(written));
}

void http_caller::read_more() {
  const std::size_t have = text_.size();
  text_.resize(have + answer_bytes);
  auto read = [this, have](const error_code& error, std::size_t bytes) {
    check(error, "reading an answer");
    text_.resize(have + bytes);
    if (!is_complete()) {
      read_more();
      return;
    }
    const auto status = static_cast<unsigned>(std::strtoul(text_.data() + 9, nullptr, 10));
    const handler tell = std::exchange(on_answer_, nullptr);
    const std::string text = std::exchange(text_, {});
    tell(status, std::string_view(text).substr(body_begin_));
  };
  socket_.async_read_some(asio::buffer(text_.data() + have, answer_bytes), std::move(read));
}

bool http_caller::is_complete() {
  if (body_end_ == 0) {
    const auto end = text_.find(head_end);
    if (end == std::string::npos) return false;
    body_begin_ = end + head_end.size();
    auto length = text_.find("ontent-length: ");
    if (length == std::string::npos) length = text_.find("ontent-Length: ");
    if (length > end) give_up("an answer without length", text_);
    body_end_ = body_begin_ + std::strtoull(text_.data() + length + 15, nullptr, 10);
  }
  return text_.size() >= body_end_;
}

std::string http_caller::ask_now(const std::string& request) {
  error_code error;
  asio::write(socket_, asio::buffer(request), error);
  check(error, "writing a request");
  text_.clear();
  body_end_ = 0;
  std::array<char, answer_bytes> buffer{};
  do {
    const std::size_t bytes = socket_.read_some(asio::buffer(buffer), error);
    check(error, "reading an answer");
    text_.append(buffer.data(), bytes);
  } while (!is_complete());
  if (text_[9] != '2') give_up("the server refused", text_);
  return text_.substr(body_begin_);
}

watcher::watcher(asio::io_context& context, std::uint16_t port, std::string_view target,
                 handler on_message)
    : socket_(connected(context, port)), on_message_(std::move(on_message)) {
  const std::string request =
      request_text("GET", target, port,
                   "upgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-version: 13\r\n"
                   "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                   "sec-websocket-protocol: chimera.v1.json\r\n",
                   "");
  error_code error;
  asio::write(socket_, asio::buffer(request), error);
  check(error, "asking for a WebSocket");
  std::string answer;
  const std::size_t head = asio::read_until(socket_, asio::dynamic_buffer(answer), head_end, error);
  check(error, "opening a WebSocket");
  if (!answer.starts_with("HTTP/1.1 101")) give_up("no WebSocket", answer);
  partial_ = std::string(take_frames(std::string_view(answer).substr(head)));
  wait();
}

void watcher::say(std::string_view text) { send(text_frame, text); }

// Masked with zeros: the bytes stay as they are.
void watcher::send(unsigned kind, std::string_view payload) {
  std::string frame;
  frame += static_cast<char>(0x80U | kind);
  if (payload.size() < 126) {
    frame += static_cast<char>(0x80U | payload.size());
  } else {
    frame += static_cast<char>(0x80U | 126U);
    frame += static_cast<char>(payload.size() >> 8U);
    frame += static_cast<char>(payload.size() & 0xffU);
  }
  frame.append(4, '\0').append(payload);
  error_code error;
  asio::write(socket_, asio::buffer(frame), error);
  check(error, "writing a frame");
}

void watcher::wait() {
  auto readable = [this](const error_code& error) {
    if (error == asio::error::operation_aborted) return;
    check(error, "waiting for a message");
    error_code failed;
    const std::size_t bytes = socket_.read_some(asio::buffer(shared_buffer()), failed);
    check(failed, "reading messages");
    take(bytes);
    if (!ended_) wait();
  };
  socket_.async_wait(tcp_socket::wait_read, std::move(readable));
}

void watcher::take(std::size_t bytes) {
  const std::string_view fresh(shared_buffer().data(), bytes);
  if (partial_.empty()) {
    partial_.assign(take_frames(fresh));
    return;
  }
  partial_.append(fresh);
  const std::size_t left = take_frames(partial_).size();
  partial_.erase(0, partial_.size() - left);
}

void watcher::take_close(std::string_view payload) {
  ended_ = payload.size() >= 2 && payload.substr(0, 2) == normal_close;
  if (!ended_) give_up("the server closed a WebSocket", payload.substr(2));
}

std::string_view watcher::take_frames(std::string_view bytes) {
  const auto at = [&bytes](std::size_t i) {
    return std::size_t{static_cast<unsigned char>(bytes[i])};
  };
  while (bytes.size() >= 2) {
    std::size_t length = at(1) & 0x7fU;
    std::size_t head = 2;
    const std::size_t more = length == 126 ? 2 : length == 127 ? 8 : 0;
    if (bytes.size() < head + more) break;
    if (more > 0) length = 0;
    for (; head < 2 + more; ++head) length = (length << 8U) | at(head);
    if (bytes.size() < head + length) break;
    const std::string_view payload = bytes.substr(head, length);
    const auto kind = static_cast<unsigned>(at(0) & 0xfU);
    if (kind == close_frame) take_close(payload);
    if (kind == ping_frame) send(pong_frame, payload);
    if (kind == text_frame && on_message_) on_message_(payload);
    bytes.remove_prefix(head + length);
  }
  return bytes;
}

}  // namespace chimera::bench
