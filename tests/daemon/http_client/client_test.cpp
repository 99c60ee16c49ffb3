#include "daemon/http_client/client.hpp"

#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "daemon/http/server/house.hpp"

namespace chimera::http {
namespace {

client_request to(std::uint16_t port, std::string path = "/") {
  client_request out;
  out.url = fmt::format("http://127.0.0.1:{}{}", port, path);
  return out;
}

/// A server that reads a request head and then sends `bytes`, whatever they are.
class scripted {
 public:
  explicit scripted(asio::any_io_executor executor)
      : acceptor_(executor, tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {}

  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

  task<> serve(std::string bytes, std::chrono::milliseconds then = 0ms) {
    auto socket = co_await acceptor_.async_accept(asio::use_awaitable);
    std::array<char, 4096> head{};
    co_await socket.async_read_some(asio::buffer(head), loop::as_result);
    co_await asio::async_write(socket, asio::buffer(bytes), loop::as_result);
    co_await pause(then);
    std::array<char, 1> rest{};
    if (then > 0ms) co_await socket.async_read_some(asio::buffer(rest), loop::as_result);
    closed_by_peer = true;
  }

  bool closed_by_peer = false;

 private:
  tcp::acceptor acceptor_;
};

TEST_CASE("a request is answered") {
  house h;
  auto story = [&]() -> task<> {
    auto what = to(h.http->port(), "/a%20b?c=d");
    what.method = "POST";
    what.headers.emplace_back("X-Thing", "one");
    what.body = "body";
    const auto answer = co_await fetch(std::move(what));
    REQUIRE(answer);
    CHECK(answer->status == 200);
    CHECK(answer->header("content-type") == "text/plain");
    CHECK(answer->header("none").empty());
    CHECK(answer->body == "hello /a b");
  };
  h.play(story);
  CHECK(h.requests.at(0).body == "body");
  CHECK(h.requests.at(0).header("x-thing") == "one");
  CHECK(h.requests.at(0).query_value("c") == "d");
}

TEST_CASE("an answer to HEAD has no body") {
  house h;
  auto story = [&]() -> task<> {
    auto what = to(h.http->port());
    what.method = "HEAD";
    const auto answer = co_await fetch(std::move(what));
    REQUIRE(answer);
    CHECK(answer->header("content-length") == "7");
    CHECK(answer->body.empty());
  };
  h.play(story);
}

TEST_CASE("a file is sent from disk") {
  const auto path = std::filesystem::temp_directory_path() / fmt::format("upload-{}", ::getpid());
  const std::string text(1'000'000, 'x');
  std::ofstream(path, std::ios::binary) << text;
  house h;
  h.app.body_rule_for = [](const request& head) {
    application::body_rule rule;
    rule.bytes_max = head.path == "/small" ? 1000 : 2'000'000;
    return rule;
  };
  auto story = [&]() -> task<> {
    auto what = to(h.http->port(), "/large");
    what.method = "PUT";
    what.body_file = path;
    what.pool = &h.pool;
    const auto answer = co_await fetch(what);
    REQUIRE(answer);
    CHECK(answer->status == 200);
    what.url = to(h.http->port(), "/small").url;
    const auto refused = co_await fetch(what);
    REQUIRE(refused);
    CHECK(refused->status == 413);
    what.body_file = path / "none";
    const auto missing = co_await fetch(what);
    REQUIRE_FALSE(missing);
    CHECK(missing.error().code == "client.file");
  };
  h.play(story);
  std::filesystem::remove(path);
  CHECK(h.requests.at(0).body == text);
}

TEST_CASE("a stream arrives piece by piece, as it was written") {
  house h;
  std::vector<std::string> lines;
  h.app.handle = [&](request) -> task<reply> {
    stream_response out;
    out.write = [&](body_writer& to) -> task<> {
      for (const auto* line : {"one\n", "two\n", "three\n"}) {
        const auto before = lines.size();
        co_await to.write(std::make_shared<const std::string>(line));
        while (lines.size() == before) co_await pause(1ms);
      }
    };
    co_return out;
  };
  auto story = [&]() -> task<> {
    const auto yes = [](const client_response& head) { return head.status == 200; };
    const auto keep = [&](std::string_view line) {
      lines.emplace_back(line);
      return true;
    };
    const auto answer = co_await stream(to(h.http->port()), yes, keep);
    REQUIRE(answer);
    CHECK(answer->body.empty());
  };
  h.play(story);
  CHECK(lines == std::vector<std::string>{"one\n", "two\n", "three\n"});
}

TEST_CASE("a reader that has enough closes the connection") {
  house h;
  bool ended = false;
  h.app.handle = [&](request) -> task<reply> {
    stream_response out;
    out.write = [&](body_writer& to) -> task<> {
      const auto chunk = std::make_shared<const std::string>("x");
      while (co_await to.write(chunk)) co_await pause(1ms);
      ended = true;
    };
    co_return out;
  };
  auto story = [&]() -> task<> {
    const auto yes = [](const client_response&) { return true; };
    const auto once = [](std::string_view) { return false; };
    CHECK(co_await stream(to(h.http->port()), yes, once));
    while (h.http->connections() > 0) co_await pause(1ms);
  };
  h.play(story);
  CHECK(ended);
}

TEST_CASE("cancelling a stream closes its connection at once") {
  house h;
  scripted server(h.context.get_executor());
  auto listen = [&]() -> task<> {
    const auto yes = [](const client_response&) { return true; };
    const auto more = [](std::string_view) { return true; };
    const auto answer = co_await stream(to(server.port()), yes, more);
    CHECK_FALSE(answer);
  };
  auto story = [&]() -> task<> {
    loop::scope both(h.context.get_executor());
    loop::scope listener(h.context.get_executor());
    both.start(server.serve("HTTP/1.1 200 OK\r\n\r\nx", 1ms));
    listener.start(listen());
    co_await pause(50ms);
    CHECK_FALSE(server.closed_by_peer);
    listener.cancel();
    co_await listener.join();
    co_await both.join();
    CHECK(server.closed_by_peer);
  };
  h.play(story);
}

TEST_CASE("what goes wrong has its name") {
  struct row {
    std::string bytes;
    std::string code;
  };
  const auto row_of = GENERATE(
      row{"", "client.closed"}, row{"HTTP/1.1 200 OK\r\n", "client.closed"},
      row{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc", "client.closed"},
      row{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", "client.closed"},
      row{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", "client.bad-answer"},
      row{"SSH-2.0-OpenSSH\r\n", "client.bad-answer"},
      row{"HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n" + std::string(2000, 'x'),
          "client.too-large"});
  CAPTURE(row_of.bytes.substr(0, 100));
  house h;
  scripted server(h.context.get_executor());
  auto story = [&]() -> task<> {
    loop::scope running(h.context.get_executor());
    running.start(server.serve(row_of.bytes));
    auto what = to(server.port());
    what.answer_bytes_max = 1000;
    const auto answer = co_await fetch(std::move(what));
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == row_of.code);
    co_await running.join();
  };
  h.play(story);
}

TEST_CASE("an answer may end with its connection, and 1xx comes before it") {
  house h;
  scripted server(h.context.get_executor());
  auto story = [&]() -> task<> {
    loop::scope running(h.context.get_executor());
    running.start(
        server.serve("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.0 200 OK\r\n\r\nto the end"));
    const auto answer = co_await fetch(to(server.port()));
    REQUIRE(answer);
    CHECK(answer->status == 200);
    CHECK(answer->body == "to the end");
    co_await running.join();
  };
  h.play(story);
}

TEST_CASE("a silent server is left after the silence timeout") {
  house h;
  scripted server(h.context.get_executor());
  const std::string begin = GENERATE("", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc");
  auto story = [&]() -> task<> {
    loop::scope running(h.context.get_executor());
    running.start(server.serve(begin, 1ms));
    auto what = to(server.port());
    what.silence_timeout = 100ms;
    const auto answer = co_await fetch(std::move(what));
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == "client.timeout");
    co_await running.join();
  };
  h.play(story);
}

TEST_CASE("a server that is not there is named with the way out") {
  house h;
  auto story = [&]() -> task<> {
    std::uint16_t free = 0;
    {
      const tcp::acceptor probe(h.context, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
      free = probe.local_endpoint().port();
    }
    const auto answer = co_await fetch(to(free));
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == "client.connect");
    CHECK(answer.error().title == fmt::format("can't connect to 127.0.0.1:{}", free));
    CHECK(answer.error().detail ==
          "connection refused: is the daemon running? start it with 'chimera serve'");
  };
  h.play(story);
}

TEST_CASE("a header with a line break is not sent") {
  house h;
  auto story = [&]() -> task<> {
    auto what = to(h.http->port());
    what.headers.emplace_back("x", "a\r\nHost: evil");
    const auto answer = co_await fetch(std::move(what));
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == "client.bad-header");
  };
  h.play(story);
  CHECK(h.requests.empty());
}

}  // namespace
}  // namespace chimera::http
