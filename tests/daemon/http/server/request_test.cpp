// How requests are read: framing, limits, slow and wrong peers.
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fmt/format.h>

#include "house.hpp"

namespace chimera::http {
namespace {

/// A folder of its own, removed at the end.
class folder {
 public:
  folder() {
    std::string name = (std::filesystem::temp_directory_path() / "http-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
  }
  folder(const folder&) = delete;
  folder& operator=(const folder&) = delete;
  ~folder() { std::filesystem::remove_all(path); }

  [[nodiscard]] bool empty() const { return std::filesystem::is_empty(path); }

  std::filesystem::path path;
};

TEST_CASE("a connection is kept for the next request, and closed when the peer says so") {
  house h;
  const auto came = h.talk(
      "GET /a HTTP/1.1\r\nHost: x\r\n\r\n"
      "GET /b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
      "GET /c HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(count(came, "HTTP/1.1 200 OK") == 2);
  CHECK(contains(came, "hello /a"));
  CHECK(came.ends_with("hello /b"));
  CHECK(count(came, "Connection: close") == 1);
}

TEST_CASE("pipelined requests are answered in order, whole or in pieces") {
  const std::size_t piece_bytes = GENERATE(as<std::size_t>(), 1, 7, 4096);
  house h;
  std::string all;
  for (int i = 0; i < 20; ++i) {
    const std::string body(static_cast<std::size_t>(i), 'x');
    all += fmt::format("POST /{} HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{}", i,
                       body.size(), body);
  }
  auto story = [&]() -> task<> {
    auto client = h.new_peer();
    co_await client.connect(h.http->port());
    for (std::size_t at = 0; at < all.size(); at += piece_bytes) {
      co_await client.send(all.substr(at, piece_bytes));
    }
    for (int i = 0; i < 20; ++i) {
      const auto answer = co_await client.answer();
      CHECK(answer.ends_with(fmt::format("hello /{}", i)));
    }
  };
  h.play(story);
  REQUIRE(h.requests.size() == 20);
  CHECK(h.requests.back().body.size() == 19);
}

TEST_CASE("a request arrives as its peer wrote it") {
  house h;
  h.talk(
      "PUT /a%20b?x=1&y=a+b HTTP/1.1\r\nHost: x\r\nX-Thing: One\r\nx-thing: Two\r\n"
      "Content-Length: 4\r\nConnection: close\r\n\r\nbody");
  REQUIRE(h.requests.size() == 1);
  const auto& got = h.requests.front();
  CHECK(got.method == "PUT");
  CHECK(got.path == "/a b");
  CHECK(got.query_value("y") == "a b");
  CHECK(got.has_query("x"));
  CHECK_FALSE(got.has_query("z"));
  CHECK(got.header("x-thing") == "One");
  CHECK(got.header("none").empty());
  CHECK(got.body == "body");
  CHECK(got.peer.starts_with("127.0.0.1:"));
}

TEST_CASE("a chunked body is put together") {
  house h;
  h.talk(
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
      "3\r\nabc\r\n10;ext=1\r\n0123456789abcdef\r\n0\r\nTrailer: x\r\n\r\n");
  REQUIRE(h.requests.size() == 1);
  CHECK(h.requests.front().body == "abc0123456789abcdef");
}

TEST_CASE("HTTP/1.0 is answered and closed, unless the peer asks to keep it") {
  house h;
  const auto came =
      h.talk("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /b HTTP/1.0\r\n\r\n");
  CHECK(count(came, "200 OK") == 2);
  CHECK(count(came, "Connection: keep-alive") == 1);
  CHECK(count(came, "Connection: close") == 1);
}

TEST_CASE("what is no request is refused with its status, and the connection ends") {
  struct row {
    std::string text;
    std::string status;
  };
  const std::string post = "POST / HTTP/1.1\r\nHost: x\r\n";
  const auto rows = std::vector<row>{
      {"nonsense\r\n\r\n", "400"},
      {"GET / HTTP/2.0\r\nHost: x\r\n\r\n", "400"},
      {"GET / HTTP/1.1\r\n\r\n", "400"},
      {"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", "400"},
      {"GET / HTTP/1.1\r\nHost: x\r\nbad header\r\n\r\n", "400"},
      {"GET / HTTP/1.1\r\nHost: x\r\nA : b\r\n\r\n", "400"},
      {"GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n", "400"},
      {"GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n", "400"},
      {"GET /a%2Fb HTTP/1.1\r\nHost: x\r\n\r\n", "400"},
      {"GET /%ff HTTP/1.1\r\nHost: x\r\n\r\n", "400"},
      {"CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n", "400"},
      {post + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", "400"},
      {post + "Content-Length: 1x\r\n\r\na", "400"},
      {post + "Content-Length: -1\r\n\r\na", "400"},
      {post + "Content-Length: 99999999999999999999\r\n\r\na", "400"},
      {post + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400"},
      {post + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n", "400"},
      {post + "Transfer-Encoding: gzip\r\n\r\n", "400"},
      {post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", "400"},
      {post + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", "400"},
      {post + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n", "400"},
      {"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400"},
      {post + "Expect: miracles\r\nContent-Length: 1\r\n\r\n", "417"},
      {"GET / HTTP/1.1\r\nHost: x\r\nA: " + std::string(20'000, 'a') + "\r\n\r\n", "431"},
      {"GET /" + std::string(20'000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n", "431"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text.substr(0, 200));
    house h;
    const auto came = h.talk(row.text);
    CHECK(came.starts_with("HTTP/1.1 " + row.status));
    CHECK(count(came, "HTTP/1.1 ") == 1);
    CHECK(contains(came, "Connection: close"));
    CHECK(contains(came, "application/problem+json"));
    CHECK(h.requests.empty());
  }
}

TEST_CASE("a body that is announced too large is refused before it is read") {
  house h;
  const auto came = h.talk("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1048577\r\n\r\n");
  CHECK(came.starts_with("HTTP/1.1 413"));
  CHECK(h.requests.empty());
}

TEST_CASE("a body that turns out too large is refused, and its peer reads the answer") {
  house h;
  h.app.body_rule_for = [](const request&) {
    application::body_rule rule;
    rule.bytes_max = 10;
    return rule;
  };
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  SECTION("ten bytes are taken") {
    CHECK(h.talk(head + "a\r\n0123456789\r\n0\r\n\r\nGET / HTTP/1.0\r\n\r\n")
              .starts_with("HTTP/1.1 200"));
    CHECK(h.requests.front().body == "0123456789");
  }
  SECTION("eleven are not") {
    CHECK(h.talk(head + "b\r\n0123456789a\r\n0\r\n\r\n").starts_with("HTTP/1.1 413"));
    CHECK(h.requests.empty());
  }
  SECTION("a megabyte is not, although its peer writes on") {
    const auto piece = "10000\r\n" + std::string(65536, 'x') + "\r\n";
    std::string all = head;
    for (int i = 0; i < 16; ++i) all += piece;
    CHECK(h.talk(all + "0\r\n\r\n").starts_with("HTTP/1.1 413"));
  }
}

TEST_CASE("a large body lies in a file while the handler runs, and is removed after it") {
  const folder spool;
  house h;
  h.app.body_rule_for = [&](const request& head) {
    CHECK(head.path == "/upload");
    application::body_rule rule;
    rule.bytes_max = 10U << 20U;
    rule.spool_folder = spool.path;
    return rule;
  };
  std::string came;
  std::string in_memory;
  h.app.handle = [&](request what) -> task<reply> {
    std::ifstream file(what.body_file, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    came = text.str();
    in_memory = what.body;
    co_return response{};
  };
  std::string body;
  while (body.size() < 3'000'000) body += fmt::format("{} ", body.size());
  const auto answer = h.talk(fmt::format(
      "POST /upload HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{}",
      body.size(), body));
  CHECK(answer.starts_with("HTTP/1.1 200"));
  CHECK(came == body);
  CHECK(in_memory.empty());
  CHECK(spool.empty());
}

TEST_CASE("an upload that breaks off leaves no file") {
  const folder spool;
  house h;
  h.app.body_rule_for = [&](const request&) {
    application::body_rule rule;
    rule.spool_folder = spool.path;
    return rule;
  };
  auto story = [&]() -> task<> {
    auto client = h.new_peer();
    co_await client.connect(h.http->port());
    co_await client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf");
    while (spool.empty()) co_await pause(5ms);
    client.socket().close();
    while (h.http->connections() > 0) co_await pause(5ms);
  };
  h.play(story);
  CHECK(spool.empty());
  CHECK(h.requests.empty());
}

TEST_CASE("a peer that waits for 100 Continue gets it before it sends the body") {
  house h;
  auto story = [&]() -> task<> {
    auto client = h.new_peer();
    co_await client.connect(h.http->port());
    co_await client.send(
        "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
    CHECK(co_await client.read_to("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
    co_await client.send("body");
    const auto answer = co_await client.answer();
    CHECK(answer.starts_with("HTTP/1.1 200"));
  };
  h.play(story);
  CHECK(h.requests.at(0).body == "body");
}

TEST_CASE("a slow peer is dropped at the request timeout, whether or not bytes drip in") {
  house h;
  h.limits.request_timeout = 200ms;
  const bool dripping = GENERATE(false, true);
  std::string came;
  auto story = [&]() -> task<> {
    auto client = h.new_peer();
    co_await client.connect(h.http->port());
    co_await client.send("GET / HTTP/1.1\r\nHost: x\r\n");
    bool open = true;
    for (int i = 0; dripping && open && i < 40; ++i) {
      open = co_await client.send("A: b\r\n");
      co_await pause(20ms);
    }
    CHECK(open != dripping);
    came = co_await client.read_to_end();
  };
  h.play(story);
  if (!dripping) CHECK(came.starts_with("HTTP/1.1 408"));
  CHECK(h.requests.empty());
}

TEST_CASE("an idle connection is closed without a word") {
  house h;
  h.limits.keep_alive = 100ms;
  CHECK(h.talk("").empty());
}

TEST_CASE("a connection too many is answered with 503 and closed") {
  house h;
  h.limits.connections = 2;
  auto story = [&]() -> task<> {
    auto first = h.new_peer();
    auto second = h.new_peer();
    auto third = h.new_peer();
    co_await first.connect(h.http->port());
    co_await second.connect(h.http->port());
    co_await third.connect(h.http->port());
    co_await third.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    const auto refused = co_await third.read_to_end();
    CHECK(refused.starts_with("HTTP/1.1 503"));
    co_await first.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    const auto answer = co_await first.answer();
    CHECK(answer.starts_with("HTTP/1.1 200"));
    second.socket().close();
    while (h.http->connections() > 1) co_await pause(5ms);
    auto fourth = h.new_peer();
    co_await fourth.connect(h.http->port());
    co_await fourth.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    const auto served = co_await fourth.answer();
    CHECK(served.starts_with("HTTP/1.1 200"));
  };
  h.play(story);
}

}  // namespace
}  // namespace chimera::http
