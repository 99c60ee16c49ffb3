// A server that says what a test tells it to, byte by byte, on a real loopback socket.
#pragma once

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/socket_base.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include "daemon/loop/asio.hpp"
#include "daemon/loop/scope.hpp"

namespace chimera::test {

struct scripted_request {
  std::string method;
  std::string target;
  std::string head;  ///< all of it
  std::string body;
};

/// What is sent to one request, and how the connection ends.
struct script {
  enum class ending { close, reset, hold };
  std::vector<std::string> chunks;  ///< each sent alone, with `apart` between them
  std::chrono::milliseconds apart{0};
  ending then = ending::close;  ///< hold: until the client leaves
  bool forever = false;         ///< the last chunk again and again
};

/// One thread, port of its own. Runs until stop().
class scripted_server {
 public:
  using asker = std::function<script(const scripted_request&)>;

  scripted_server(loop::asio::any_io_executor executor, asker answer)
      : answer_(std::move(answer)),
        acceptor_(executor, {loop::asio::ip::address_v4::loopback(), 0}),
        running_(executor) {
    running_.start(accept());
  }

  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  [[nodiscard]] const std::vector<scripted_request>& requests() const { return requests_; }
  /// Connections that the client closed before the script was over.
  [[nodiscard]] std::size_t left() const { return left_; }
  [[nodiscard]] std::size_t open() const { return open_; }

  task<> stop() {
    running_.cancel();
    co_await running_.join();
  }

 private:
  using tcp = loop::asio::ip::tcp;

  task<> accept() {
    while (acceptor_.is_open()) {
      auto [error, socket] = co_await acceptor_.async_accept(loop::as_result);
      if (error) break;
      running_.start(serve(std::move(socket)));
    }
  }

  task<> serve(tcp::socket socket) {
    ++open_;
    auto request = co_await read(&socket);
    if (request) {
      script what = answer_(*request);
      requests_.push_back(std::move(*request));
      socket.set_option(tcp::no_delay(true));
      co_await play(&socket, std::move(what));
    }
    --open_;
  }

  task<std::optional<scripted_request>> read(tcp::socket* socket) {
    std::string bytes;
    std::size_t head_end = std::string::npos;
    std::size_t length = 0;
    while (head_end == std::string::npos || bytes.size() < head_end + length) {
      std::array<char, 16384> piece{};
      auto [error, got] =
          co_await socket->async_read_some(loop::asio::buffer(piece), loop::as_result);
      if (error) co_return std::nullopt;
      bytes.append(piece.data(), got);
      if (head_end != std::string::npos) continue;
      const auto blank = bytes.find("\r\n\r\n");
      if (blank == std::string::npos) continue;
      head_end = blank + 4;
      length = length_in(bytes.substr(0, head_end));
    }
    scripted_request out;
    out.head = bytes.substr(0, head_end);
    out.body = bytes.substr(head_end);
    const auto first = out.head.find(' ');
    out.method = out.head.substr(0, first);
    out.target = out.head.substr(first + 1, out.head.find(' ', first + 1) - first - 1);
    co_return out;
  }

  static std::size_t length_in(std::string head) {
    for (char& c : head) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    const auto at = head.find("content-length:");
    return at == std::string::npos ? 0 : std::stoul(head.substr(at + 15));
  }

  task<> play(tcp::socket* socket, script what) {
    loop::asio::steady_timer timer(socket->get_executor());
    for (std::size_t i = 0; i < what.chunks.size(); ++i) {
      const auto& chunk = what.chunks[i];
      auto [error, sent] =
          co_await loop::asio::async_write(*socket, loop::asio::buffer(chunk), loop::as_result);
      if (error) {
        ++left_;
        co_return;
      }
      if (what.apart.count() > 0) {
        timer.expires_after(what.apart);
        co_await timer.async_wait(loop::as_result);
      }
      if (what.forever && i + 1 == what.chunks.size()) --i;
    }
    if (what.then == script::ending::reset) {
      socket->set_option(loop::asio::socket_base::linger(true, 0));
      socket->close();
    } else if (what.then == script::ending::hold) {
      std::array<char, 1> any{};
      co_await socket->async_read_some(loop::asio::buffer(any), loop::as_result);
      ++left_;
    }
  }

  asker answer_;
  tcp::acceptor acceptor_;
  std::vector<scripted_request> requests_;
  std::size_t left_ = 0;
  std::size_t open_ = 0;
  loop::scope running_;
};

}  // namespace chimera::test
