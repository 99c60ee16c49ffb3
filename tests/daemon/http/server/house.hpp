// A server and its peers on real loopback sockets, all on one thread.
#pragma once

#include <chrono>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch.hpp>

#include "daemon/http/server/server.hpp"
#include "daemon/loop/scope.hpp"

namespace chimera::http {

namespace asio = loop::asio;
using asio::ip::tcp;
using namespace std::chrono_literals;

/// A raw connection to the server. Every read gives up after five seconds.
class peer {
 public:
  explicit peer(asio::any_io_executor executor) : socket_(executor), deadline_(executor) {}

  task<> connect(std::uint16_t port) {
    const tcp::endpoint to(asio::ip::address_v4::loopback(), port);
    co_await socket_.async_connect(to, asio::use_awaitable);
  }

  /// False: the server has closed. To write again after that would wait for ever.
  task<bool> send(std::string bytes) {
    auto [error, sent] = co_await asio::async_write(socket_, asio::buffer(bytes), loop::as_result);
    co_return !error;
  }

  /// One byte more or the end; false at the end.
  task<bool> read_some() {
    std::array<char, 65536> piece{};
    deadline_.expires_after(5s);
    deadline_.async_wait([this](const boost::system::error_code& stopped) {
      if (!stopped) socket_.close();
    });
    auto [error, bytes] = co_await socket_.async_read_some(asio::buffer(piece), loop::as_result);
    deadline_.cancel();
    came_.append(piece.data(), bytes);
    co_return !error;
  }

  task<std::string> read_to_end() {
    while (co_await read_some()) {
    }
    co_return std::exchange(came_, {});
  }

  /// Up to and with `mark`; what came if the connection ends before.
  task<std::string> read_to(std::string mark) {
    std::size_t found = came_.find(mark);
    while (found == std::string::npos) {
      const bool more = co_await read_some();
      if (!more) co_return std::exchange(came_, {});
      found = came_.find(mark);
    }
    co_return take(found + mark.size());
  }

  task<std::string> read_bytes(std::size_t bytes) {
    while (came_.size() < bytes) {
      const bool more = co_await read_some();
      if (!more) break;
    }
    co_return take(std::min(bytes, came_.size()));
  }

  /// Head and body of one answer with Content-Length.
  task<std::string> answer() {
    auto head = co_await read_to("\r\n\r\n");
    const auto length = head.find("Content-Length: ");
    if (length == std::string::npos) co_return head;
    const auto body = co_await read_bytes(std::stoul(head.substr(length + 16)));
    co_return head + body;
  }

  tcp::socket& socket() { return socket_; }

 private:
  std::string take(std::size_t bytes) {
    auto out = came_.substr(0, bytes);
    came_.erase(0, bytes);
    return out;
  }

  tcp::socket socket_;
  asio::steady_timer deadline_;
  std::string came_;
};

inline task<> pause(std::chrono::milliseconds time) {
  asio::steady_timer timer(co_await asio::this_coro::executor, time);
  co_await timer.async_wait(loop::as_result);
}

/// Runs one server and one story of its peers; the server is stopped when the story ends.
class house {
 public:
  house() {
    app.handle = [this](request what) { return hello(std::move(what)); };
    app.on_error = [this](std::string text) { errors.push_back(std::move(text)); };
    app.problem = [](unsigned status, std::string detail) {
      response out;
      out.status = status;
      out.headers.emplace_back("content-type", "application/problem+json");
      out.body = std::move(detail);
      return out;
    };
  }

  template <class Story>
  void play(Story story) {
    http = std::make_unique<server>(context.get_executor(), app, limits, pool);
    REQUIRE(http->listen("127.0.0.1:0"));
    bool served = false;
    bool told = false;
    std::exception_ptr error;
    asio::co_spawn(context, http->run(), [&](std::exception_ptr e) {
      served = true;
      if (e) error = e;
    });
    asio::co_spawn(context, story(), [&](std::exception_ptr e) {
      told = true;
      if (e) error = e;
      http->stop();
    });
    context.run_for(20s);
    if (error) std::rethrow_exception(error);
    REQUIRE(told);
    REQUIRE(served);
    CHECK(http->connections() == 0);
  }

  [[nodiscard]] peer new_peer() { return peer(context.get_executor()); }

  /// What a peer gets for `bytes` until the connection ends.
  std::string talk(std::string bytes) {
    std::string came;
    auto story = [&]() -> task<> {
      auto client = new_peer();
      co_await client.connect(http->port());
      co_await client.send(std::move(bytes));
      came = co_await client.read_to_end();
    };
    play(story);
    return came;
  }

  asio::io_context context{1};
  loop::blocking_pool pool{1};
  application app;
  server_limits limits;
  std::vector<request> requests;
  std::vector<std::string> errors;
  std::unique_ptr<server> http;

 private:
  task<reply> hello(request what) {
    response out;
    out.headers.emplace_back("content-type", "text/plain");
    out.body = "hello " + what.path;
    requests.push_back(std::move(what));
    co_return out;
  }
};

inline bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

inline std::size_t count(std::string_view text, std::string_view part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != text.npos; at = text.find(part, at + part.size())) ++found;
  return found;
}

}  // namespace chimera::http
