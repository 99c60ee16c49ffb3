#include "lookalike_server.hpp"

#include <array>
#include <random>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

namespace chimera::bench {
namespace {

namespace asio = loop::asio;
using std::chrono::steady_clock;

constexpr std::size_t events_made = 1U << 16U;
constexpr std::size_t write_bytes = 256U << 10U;

std::string event_of(std::string_view word) {
  const std::string data = fmt::format(
      R"(data: {{"id":"chatcmpl-5f1c0c9e5f7d4b0c9b1e","object":"chat.completion.chunk",)"
      R"("created":1764000000,"model":"tiny","choices":[{{"index":0,"delta":{{"content":"{} "}},)"
      R"("logprobs":null,"finish_reason":null}}]}})"
      "\n\n",
      word);
  return fmt::format("{:x}\r\n{}\r\n", data.size(), data);
}

std::string whole(unsigned status, std::string_view body) {
  return fmt::format(
      "HTTP/1.1 {} Said\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}", status,
      body.size(), body);
}

}  // namespace

lookalike_server::lookalike_server(pace how)
    : how_(how),
      acceptor_(context_, {asio::ip::address_v4::loopback(), 0}),
      port_(acceptor_.local_endpoint().port()),
      running_(context_.get_executor()) {
  std::mt19937 random(7);
  for (std::size_t i = 0; i < events_made; ++i) {
    std::string word;
    for (std::size_t letters = 2 + random() % 6; letters > 0; --letters)
      word += static_cast<char>('a' + random() % 26);
    begin_of_.push_back(words_.size());
    words_ += event_of(word);
  }
  begin_of_.push_back(words_.size());
  running_.start(accept());
  thread_ = std::jthread([this] { context_.run(); });
}

lookalike_server::~lookalike_server() {
  asio::post(context_, [this] {
    acceptor_.close();
    running_.cancel();
  });
  thread_.join();
}

double lookalike_server::event_bytes() const {
  return static_cast<double>(words_.size()) / static_cast<double>(events_made);
}

task<> lookalike_server::accept() {
  while (acceptor_.is_open()) {
    auto [error, socket] = co_await acceptor_.async_accept(loop::as_result);
    if (error) break;
    running_.start(serve(std::move(socket)));
  }
}

task<> lookalike_server::serve(tcp::socket socket) {
  std::string request;
  std::array<char, 16384> piece{};
  // A prompt of a bench ends with its first reads: its last bytes close the JSON object.
  while (request.find("\r\n\r\n") == std::string::npos ||
         (request.starts_with("POST") && !request.ends_with('}'))) {
    auto [error, got] = co_await socket.async_read_some(asio::buffer(piece), loop::as_result);
    if (error) co_return;
    request.append(piece.data(), got);
  }
  socket.set_option(tcp::no_delay(true));
  std::string answer = whole(404, R"({"detail":"Not Found"})");
  if (request.starts_with("GET /v1/models ")) answer = whole(200, R"({"data":[{"id":"tiny"}]})");
  if (request.starts_with("GET /version ")) answer = whole(200, R"({"version":"0.11.0"})");
  const bool streams = request.starts_with("POST /v1/chat/completions ");
  if (streams)
    answer =
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
  auto [error, sent] = co_await asio::async_write(socket, asio::buffer(answer), loop::as_result);
  if (error || !streams) co_return;
  const std::size_t index = streams_++;
  asio::steady_timer timer(context_);
  while (!begun_.load()) {
    timer.expires_after(std::chrono::milliseconds(1));
    co_await timer.async_wait(loop::as_result);
  }
  if (how_.apart.count() > 0) {
    co_await speak_paced(&socket, index);
  } else {
    co_await speak(&socket, index);
  }
  timer.expires_at(steady_clock::time_point::max());
  co_await timer.async_wait(loop::as_result);
}

task<> lookalike_server::speak(tcp::socket* socket, std::size_t index) {
  std::size_t at = index * 997 % events_made;  // no two streams say the same
  std::size_t left = how_.tokens;
  while (left > 0) {
    std::size_t end = at;
    while (end < events_made && end - at < left && begin_of_[end] - begin_of_[at] < write_bytes)
      ++end;
    const std::string_view bytes =
        std::string_view(words_).substr(begin_of_[at], begin_of_[end] - begin_of_[at]);
    auto [error, sent] = co_await asio::async_write(*socket, asio::buffer(bytes), loop::as_result);
    if (error) co_return;
    left -= end - at;
    at = end % events_made;
  }
}

task<> lookalike_server::speak_paced(tcp::socket* socket, std::size_t index) {
  asio::steady_timer timer(context_);
  auto due = steady_clock::now() + how_.apart * static_cast<std::int64_t>(index) / 64;
  for (std::size_t i = 0; i < how_.tokens; ++i, due += how_.apart) {
    timer.expires_at(due);
    auto [stopped] = co_await timer.async_wait(loop::as_result);
    if (stopped) co_return;
    const std::string event = event_of(
        fmt::format("w{}", steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1)));
    auto [error, sent] = co_await asio::async_write(*socket, asio::buffer(event), loop::as_result);
    if (error) co_return;
  }
}

}  // namespace chimera::bench
