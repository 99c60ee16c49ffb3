// How answers are written: whole, from files, streamed; what happens when the handler fails.
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include <fmt/format.h>

#include "house.hpp"

namespace chimera::http {
namespace {

const std::string get = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

/// A handler that always gives the same answer.
std::function<task<reply>(request)> always(response answer) {
  return [answer = std::move(answer)](request) -> task<reply> { co_return answer; };
}

class scratch_file {
 public:
  explicit scratch_file(std::size_t bytes) {
    std::string name = (std::filesystem::temp_directory_path() / "http-XXXXXX").string();
    const int file = ::mkstemp(name.data());
    REQUIRE(file >= 0);
    ::close(file);
    path = name;
    while (text.size() < bytes) text += fmt::format("{},", text.size());
    text.resize(bytes);
    std::ofstream(path, std::ios::binary) << text;
  }
  scratch_file(const scratch_file&) = delete;
  scratch_file& operator=(const scratch_file&) = delete;
  ~scratch_file() { std::filesystem::remove(path); }

  std::filesystem::path path;
  std::string text;
};

std::string body_of(const std::string& answer) {
  const auto end = answer.find("\r\n\r\n");
  return end == std::string::npos ? "no head" : answer.substr(end + 4);
}

TEST_CASE("HEAD is answered like GET without its body") {
  const auto head = "HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  SECTION("a whole answer") {
    house h;
    const auto came = h.talk(head);
    CHECK(contains(came, "Content-Length: 7\r\n"));
    CHECK(body_of(came).empty());
  }
  SECTION("a stream") {
    house h;
    bool written = false;
    h.app.handle = [&](request) -> task<reply> {
      stream_response out;
      out.write = [&](body_writer&) -> task<> {
        written = true;
        co_return;
      };
      co_return out;
    };
    CHECK(body_of(h.talk(head)).empty());
    CHECK_FALSE(written);
  }
}

TEST_CASE("a shared body is sent as it is, a large one in pieces") {
  house h;
  response answer;
  answer.body = "not this";
  answer.shared_body = std::make_shared<const std::string>(3'000'000, 'x');
  h.app.handle = always(answer);
  CHECK(body_of(h.talk(get)) == *answer.shared_body);
}

TEST_CASE("204 and 304 have no body") {
  house h;
  response answer;
  answer.status = GENERATE(204U, 304U);
  h.app.handle = always(answer);
  const auto came = h.talk(get);
  CHECK(came.starts_with(fmt::format("HTTP/1.1 {}", answer.status)));
  CHECK_FALSE(contains(came, "Content-Length"));
  CHECK(body_of(came).empty());
}

TEST_CASE("a file is sent whole or from one byte to another") {
  struct row {
    std::uint64_t offset;
    std::uint64_t bytes;
  };
  const auto range = GENERATE(row{0, 200'000}, row{0, 1}, row{65'535, 2}, row{65'536, 65'536},
                              row{199'999, 1}, row{100, 0});
  const scratch_file file(200'000);
  house h;
  response answer;
  answer.file = file.path;
  answer.file_offset = range.offset;
  answer.file_bytes = range.bytes;
  h.app.handle = always(answer);
  const auto came = h.talk(get);
  CHECK(contains(came, fmt::format("Content-Length: {}\r\n", range.bytes)));
  CHECK(body_of(came) == file.text.substr(range.offset, range.bytes));
}

TEST_CASE("a file that can't be read is a 500, and the log names it") {
  house h;
  const scratch_file file(10);
  response answer;
  answer.file = GENERATE(true, false) ? file.path : std::filesystem::path("/does/not/exist");
  answer.file_bytes = 11;
  h.app.handle = always(answer);
  const auto came = h.talk(get);
  CHECK(came.starts_with("HTTP/1.1 500"));
  CHECK_FALSE(contains(came, answer.file.string()));
  REQUIRE(h.errors.size() == 1);
  CHECK(contains(h.errors.front(), answer.file.string()));
}

TEST_CASE("a large file goes to a slow peer without being held in memory") {
  const scratch_file file(40U << 20U);
  house h;
  response answer;
  answer.file = file.path;
  answer.file_bytes = file.text.size();
  h.app.handle = always(answer);
  std::string came;
  const auto resident_pages = [] {
    std::ifstream statm("/proc/self/statm");
    std::size_t all = 0;
    std::size_t resident = 0;
    statm >> all >> resident;
    return resident;
  };
  std::size_t more = 0;
  auto story = [&]() -> task<> {
    auto client = h.new_peer();
    co_await client.connect(h.http->port());
    const auto before = resident_pages();
    co_await client.send(get);
    co_await client.read_to("\r\n\r\n");
    co_await pause(300ms);
    more = resident_pages() - std::min(before, resident_pages());
    std::size_t bytes = 0;
    for (;;) {
      const auto piece = co_await client.read_bytes(1U << 20U);
      if (piece.empty()) break;
      CHECK(piece == std::string_view(file.text).substr(bytes, piece.size()));
      bytes += piece.size();
    }
    CHECK(bytes == file.text.size());
  };
  h.play(story);
  CHECK(more * 4096 < 4U << 20U);
}

TEST_CASE("an exception of the handler becomes a 500 without its text, which goes to the log") {
  house h;
  h.app.handle = [](request) -> task<reply> {
    throw std::runtime_error("the password is swordfish");
    co_return response{};
  };
  const auto came = h.talk("GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.0\r\n\r\n");
  CHECK(count(came, "HTTP/1.1 500") == 2);
  CHECK_FALSE(contains(came, "swordfish"));
  REQUIRE(h.errors.size() == 2);
  CHECK(h.errors.front() == "GET /a: the password is swordfish");
}

TEST_CASE("a malformed header of the handler becomes a 500") {
  house h;
  response answer;
  answer.headers.emplace_back("x", "a\r\nSet-Cookie: b");
  h.app.handle = always(answer);
  const auto came = h.talk(get);
  CHECK(came.starts_with("HTTP/1.1 500"));
  CHECK_FALSE(contains(came, "Set-Cookie"));
}

task<> count_to_three(body_writer& out) {
  for (const auto* word : {"one", "", "two", "three"}) {
    co_await out.write(std::make_shared<const std::string>(word));
  }
}

task<reply> stream_three(request) {
  stream_response out;
  out.headers.emplace_back("content-type", "application/x-ndjson");
  out.write = count_to_three;
  co_return out;
}

TEST_CASE("a streaming answer is chunked, and the connection is kept") {
  house h;
  h.app.handle = stream_three;
  auto story = [&]() -> task<> {
    auto client = h.new_peer();
    co_await client.connect(h.http->port());
    for (int i = 0; i < 2; ++i) {
      co_await client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
      const auto head = co_await client.read_to("\r\n\r\n");
      CHECK(contains(head, "Transfer-Encoding: chunked"));
      const auto body = co_await client.read_to("0\r\n\r\n");
      CHECK(body == "3\r\none\r\n3\r\ntwo\r\n5\r\nthree\r\n0\r\n\r\n");
    }
  };
  h.play(story);
}

TEST_CASE("HTTP/1.0 gets the stream as it is, until the end of the connection") {
  house h;
  h.app.handle = stream_three;
  const auto came = h.talk("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  CHECK(contains(came, "Connection: close"));
  CHECK(body_of(came) == "onetwothree");
}

TEST_CASE("a stream that fails ends without the last chunk") {
  house h;
  h.app.handle = [](request) -> task<reply> {
    stream_response out;
    out.write = [](body_writer& to) -> task<> {
      co_await to.write(std::make_shared<const std::string>("one"));
      throw std::runtime_error("lost");
    };
    co_return out;
  };
  CHECK(body_of(h.talk(get)) == "3\r\none\r\n");
  CHECK(h.errors == std::vector<std::string>{"a streaming answer: lost"});
}

/// Streams nothing and waits to be told that nobody listens any more.
struct silent_stream {
  bool begun = false;
  bool ended = false;

  task<> write(body_writer& out) {
    asio::steady_timer told(co_await asio::this_coro::executor,
                            asio::steady_timer::time_point::max());
    out.on_closed([&] { told.cancel(); });
    begun = true;
    while (!out.closed()) co_await told.async_wait(loop::as_result);
    ended = true;
  }

  void serve(house& h) {
    h.app.handle = [this](request) -> task<reply> {
      stream_response out;
      out.write = [this](body_writer& to) { return write(to); };
      co_return out;
    };
  }
};

TEST_CASE("a silent stream learns that its peer has left") {
  house h;
  silent_stream stream;
  stream.serve(h);
  const std::string way = GENERATE("close", "half close", "reset", "more bytes");
  auto story = [&]() -> task<> {
    auto client = h.new_peer();
    co_await client.connect(h.http->port());
    co_await client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    co_await client.read_to("\r\n\r\n");
    while (!stream.begun) co_await pause(1ms);
    CHECK_FALSE(stream.ended);
    if (way == "half close") client.socket().shutdown(tcp::socket::shutdown_send);
    if (way == "reset") client.socket().set_option(asio::socket_base::linger(true, 0));
    if (way == "more bytes") co_await client.send("x");
    if (way == "close" || way == "reset") client.socket().close();
    for (int i = 0; i < 1000 && !stream.ended; ++i) co_await pause(1ms);
    CHECK(stream.ended);
  };
  h.play(story);
}

TEST_CASE("a peer that takes nothing is dropped at the write timeout") {
  house h;
  h.limits.write_timeout = 200ms;
  bool ended = false;
  const bool streaming = GENERATE(true, false);
  h.app.handle = [&](request) -> task<reply> {
    response whole;
    whole.body.assign(30'000'000, 'x');
    stream_response stream;
    stream.write = [&](body_writer& to) -> task<> {
      const auto chunk = std::make_shared<const std::string>(1'000'000, 'x');
      while (co_await to.write(chunk)) {
      }
      ended = true;
    };
    if (streaming) co_return stream;
    co_return whole;
  };
  auto story = [&]() -> task<> {
    auto client = h.new_peer();
    co_await client.connect(h.http->port());
    co_await client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    co_await client.read_to("\r\n\r\n");
    for (int i = 0; i < 400 && h.http->connections() > 0; ++i) co_await pause(5ms);
    CHECK(h.http->connections() == 0);
  };
  h.play(story);
  CHECK(ended == streaming);
}

}  // namespace
}  // namespace chimera::http
