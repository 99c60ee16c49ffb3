#include "daemon/http_client/websocket_client.hpp"

#include <fmt/format.h>

#include "daemon/http/server/house.hpp"

namespace chimera::http {
namespace {

std::string address(const house& h) { return fmt::format("ws://127.0.0.1:{}/s", h.http->port()); }

void accept(house& h, std::function<task<>(websocket&)> converse) {
  h.app.accept = [converse =
                      std::move(converse)](request what) -> task<std::variant<response, upgrade>> {
    if (what.header("x-token") == "wrong") {
      response out;
      out.status = 401;
      out.body = "no such token";
      co_return out;
    }
    upgrade out;
    out.subprotocol = std::string(what.header("sec-websocket-protocol"));
    out.converse = converse;
    co_return out;
  };
}

task<> echo(websocket& ws) {
  for (;;) {
    co_await ws.wait();
    for (auto& text : ws.received()) co_await ws.send(text, nullptr);
    if (ws.closed()) co_return;
  }
}

TEST_CASE("messages go both ways, and the client closes") {
  house h;
  accept(h, echo);
  auto story = [&]() -> task<> {
    websocket_client client(h.context.get_executor());
    websocket_options options;
    options.subprotocols = {"chimera.v1"};
    REQUIRE(co_await client.connect(address(h), options));
    CHECK(client.subprotocol() == "chimera.v1");
    for (const std::size_t bytes : {0U, 1U, 1000U, 65536U}) {
      const std::string text(bytes, 'x');
      CHECK(co_await client.send(text));
      CHECK(co_await client.receive() == text);
    }
    CHECK(client.close_code() == 1006);
    co_await client.close();
    CHECK_FALSE(co_await client.receive());
    CHECK_FALSE(co_await client.send("late"));
  };
  h.play(story);
}

TEST_CASE("close ends a receive that waits") {
  house h;
  accept(h, echo);
  auto story = [&]() -> task<> {
    websocket_client client(h.context.get_executor());
    REQUIRE(co_await client.connect(address(h), {}));
    bool ended = false;
    auto wait = [&]() -> task<> {
      CHECK_FALSE(co_await client.receive());
      ended = true;
    };
    loop::scope waiting(h.context.get_executor());
    waiting.start(wait());
    co_await pause(5ms);
    CHECK_FALSE(ended);
    co_await client.close(1001);
    co_await waiting.join();
    CHECK(ended);
  };
  h.play(story);
}

TEST_CASE("the close code of the server is known") {
  house h;
  accept(h, [](websocket& ws) -> task<> {
    ws.close(4001, "gap");
    co_return;
  });
  auto story = [&]() -> task<> {
    websocket_client client(h.context.get_executor());
    REQUIRE(co_await client.connect(address(h), {}));
    CHECK_FALSE(co_await client.receive());
    CHECK(client.close_code() == 4001);
    CHECK(client.close_reason() == "gap");
  };
  h.play(story);
}

TEST_CASE("a stop of the server is seen as 1012") {
  house h;
  accept(h, echo);
  auto story = [&]() -> task<> {
    websocket_client client(h.context.get_executor());
    REQUIRE(co_await client.connect(address(h), {}));
    h.http->stop();
    CHECK_FALSE(co_await client.receive());
    CHECK(client.close_code() == 1012);
  };
  h.play(story);
}

TEST_CASE("a WebSocket that is declined says why") {
  house h;
  accept(h, echo);
  auto story = [&]() -> task<> {
    websocket_client client(h.context.get_executor());
    websocket_options options;
    options.headers.emplace_back("X-Token", "wrong");
    const auto connected = co_await client.connect(address(h), options);
    REQUIRE_FALSE(connected);
    CHECK(connected.error().code == "client.declined");
    CHECK(contains(connected.error().title, "401"));
    CHECK(connected.error().detail == "no such token");
  };
  h.play(story);
}

TEST_CASE("a server that vanishes is 1006") {
  house h;
  auto story = [&]() -> task<> {
    websocket_client client(h.context.get_executor());
    REQUIRE(co_await client.connect(address(h), {}));
    CHECK_FALSE(co_await client.receive());
    CHECK(client.close_code() == 1006);
  };
  accept(h, [&](websocket& ws) -> task<> {
    // Longer than a message may be: the client gives up at once.
    const auto huge = std::make_shared<const std::string>(20U << 20U, 'x');
    co_await ws.send("", huge);
  });
  h.play(story);
}

}  // namespace
}  // namespace chimera::http
