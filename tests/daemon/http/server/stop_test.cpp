// Listening, and how a server ends.
#include "house.hpp"

namespace chimera::http {
namespace {

TEST_CASE("an address in use is a problem that names it") {
  house h;
  auto story = [&]() -> task<> {
    const auto address = "127.0.0.1:" + std::to_string(h.http->port());
    server second(h.context.get_executor(), h.app, h.limits, h.pool);
    const auto listens = second.listen(address);
    REQUIRE_FALSE(listens);
    CHECK(contains(listens.error().title, address));
    CHECK(contains(listens.error().detail, "in use"));
    co_return;
  };
  h.play(story);
}

TEST_CASE("what is no address is refused") {
  house h;
  server http(h.context.get_executor(), h.app, h.limits, h.pool);
  const auto text = GENERATE(as<std::string>(), "", "7717", "localhost:7717", "127.0.0.1",
                             "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536", "127.0.0.1:-1");
  const auto listens = http.listen(text);
  REQUIRE_FALSE(listens);
  CHECK(listens.error().code == "http.bad-address");
}

TEST_CASE("IPv6 is written in brackets") {
  house h;
  server http(h.context.get_executor(), h.app, h.limits, h.pool);
  const auto listens = http.listen("[::1]:0");
  // A machine without IPv6 says so.
  if (!listens) CHECK(listens.error().code == "http.listen");
  if (listens) CHECK(http.port() != 0);
}

TEST_CASE("a stop lets a request under way finish, and closes what is idle") {
  house h;
  bool asked = false;
  h.app.handle = [&](request) -> task<reply> {
    asked = true;
    co_await pause(100ms);
    response out;
    out.body = "done";
    co_return out;
  };
  auto story = [&]() -> task<> {
    auto busy = h.new_peer();
    auto idle = h.new_peer();
    co_await busy.connect(h.http->port());
    co_await idle.connect(h.http->port());
    co_await busy.send("GET / HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\n");
    while (!asked) co_await pause(1ms);
    h.http->stop();
    const auto nothing = co_await idle.read_to_end();
    CHECK(nothing.empty());
    const auto answer = co_await busy.read_to_end();
    CHECK(contains(answer, "Connection: close"));
    CHECK(answer.ends_with("done"));
    auto late = h.new_peer();
    bool refused = false;
    try {
      co_await late.connect(h.http->port());
    } catch (const boost::system::system_error&) {
      refused = true;
    }
    CHECK(refused);
  };
  h.play(story);
}

TEST_CASE("stop_accepting leaves the connections that exist alone") {
  house h;
  auto story = [&]() -> task<> {
    auto client = h.new_peer();
    co_await client.connect(h.http->port());
    co_await client.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
    co_await client.answer();
    h.http->stop_accepting();
    co_await pause(10ms);
    co_await client.send("GET /b HTTP/1.1\r\nHost: x\r\n\r\n");
    const auto answer = co_await client.answer();
    CHECK(answer.ends_with("hello /b"));
  };
  h.play(story);
}

TEST_CASE("a stop tells streams, which end with their last chunk") {
  house h;
  h.app.handle = [](request) -> task<reply> {
    stream_response out;
    out.write = [](body_writer& to) -> task<> {
      asio::steady_timer told(co_await asio::this_coro::executor,
                              asio::steady_timer::time_point::max());
      to.on_closed([&] { told.cancel(); });
      while (!to.closed()) co_await told.async_wait(loop::as_result);
      co_await to.write(std::make_shared<const std::string>("bye"));
    };
    co_return out;
  };
  auto story = [&]() -> task<> {
    auto client = h.new_peer();
    co_await client.connect(h.http->port());
    co_await client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    co_await client.read_to("\r\n\r\n");
    h.http->stop();
    const auto rest = co_await client.read_to_end();
    CHECK(rest == "3\r\nbye\r\n0\r\n\r\n");
  };
  h.play(story);
}

TEST_CASE("a stream that goes on after the stop is cut at the close timeout") {
  house h;
  h.limits.close_timeout = 100ms;
  h.app.handle = [](request) -> task<reply> {
    stream_response out;
    out.write = [](body_writer& to) -> task<> {
      const auto chunk = std::make_shared<const std::string>("x");
      while (co_await to.write(chunk)) co_await pause(1ms);
    };
    co_return out;
  };
  auto story = [&]() -> task<> {
    auto client = h.new_peer();
    co_await client.connect(h.http->port());
    co_await client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    co_await client.read_to("x");
    h.http->stop();
    const auto rest = co_await client.read_to_end();
    CHECK_FALSE(rest.ends_with("0\r\n\r\n"));
  };
  h.play(story);
}

TEST_CASE("cancelling the server cancels handlers and closes everything") {
  house h;
  bool finished = false;
  bool asked = false;
  h.app.handle = [&](request) -> task<reply> {
    asked = true;
    co_await pause(1h);
    co_await pause(0ms);
    finished = true;
    co_return response{};
  };
  auto body = [&]() -> task<> {
    server http(h.context.get_executor(), h.app, h.limits, h.pool);
    REQUIRE(http.listen("127.0.0.1:0"));
    loop::scope running(h.context.get_executor());
    running.start(http.run());
    auto client = h.new_peer();
    co_await client.connect(http.port());
    co_await client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    while (!asked) co_await pause(1ms);
    running.cancel();
    co_await running.join();
    CHECK(http.connections() == 0);
    const auto came = co_await client.read_to_end();
    CHECK(came.empty());
  };
  std::exception_ptr error;
  bool ended = false;
  asio::co_spawn(h.context, body(), [&](std::exception_ptr e) {
    ended = true;
    error = e;
  });
  h.context.run_for(10s);
  if (error) std::rethrow_exception(error);
  REQUIRE(ended);
  CHECK_FALSE(finished);
  CHECK(h.errors.empty());
}

}  // namespace
}  // namespace chimera::http
