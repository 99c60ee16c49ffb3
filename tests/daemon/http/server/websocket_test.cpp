// Conversations: order, ends, wakes, bounds.
#include <stdexcept>

#include <fmt/format.h>

#include "websocket_peer.hpp"

namespace chimera::http {
namespace {

shared_text text(std::string of) { return std::make_shared<const std::string>(std::move(of)); }

/// Accepts every WebSocket for `converse`.
void accept(house& h, std::function<task<>(websocket&)> converse, std::string subprotocol = {}) {
  h.app.accept = [converse = std::move(converse), subprotocol = std::move(subprotocol)](
                     request) -> task<std::variant<response, upgrade>> {
    upgrade out;
    out.subprotocol = subprotocol;
    out.converse = converse;
    co_return out;
  };
}

task<> wait_for_close(websocket& ws) {
  while (!ws.closed()) co_await ws.wait();
}

/// Reads frames until the connection ends; the close code, 0 if there was none.
task<unsigned> read_to_close(peer& client, std::vector<std::string>* texts = nullptr) {
  unsigned code = 0;
  for (;;) {
    const auto seen = co_await read_frame(client);
    if (!seen) co_return code;
    if (seen->code() == opcode::text && texts != nullptr) texts->push_back(seen->payload);
    if (seen->code() != opcode::close) continue;
    code = seen->close_code();
    co_await client.send(frame(opcode::close, seen->payload));
  }
}

TEST_CASE("the handshake agrees on the subprotocol and names no version") {
  house h;
  accept(h, wait_for_close, "chimera.v1");
  auto story = [&]() -> task<> {
    auto client = h.new_peer();
    const auto head =
        co_await shake_hands(client, h.http->port(), "Sec-WebSocket-Protocol: chimera.v1\r\n");
    CHECK(head.starts_with("HTTP/1.1 101"));
    CHECK(contains(head, "Sec-WebSocket-Protocol: chimera.v1\r\n"));
    CHECK(contains(head, "Server: chimera\r\n"));
    CHECK(contains(head, "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
    client.socket().close();
  };
  h.play(story);
}

TEST_CASE("an application may refuse a WebSocket with an answer") {
  house h;
  h.app.accept = [](request) -> task<std::variant<response, upgrade>> {
    response out;
    out.status = 403;
    co_return out;
  };
  auto story = [&]() -> task<> {
    auto client = h.new_peer();
    const auto head = co_await shake_hands(client, h.http->port());
    CHECK(head.starts_with("HTTP/1.1 403"));
  };
  h.play(story);
}

TEST_CASE("1,000 messages arrive in order, then close 1000") {
  house h;
  accept(h, [](websocket& ws) -> task<> {
    for (int i = 0; i < 1000; ++i) {
      const auto head = fmt::format("{{\"number\":{},", i);
      const bool sent = co_await ws.send(head, text("\"rest\":true}"));
      REQUIRE(sent);
    }
  });
  std::vector<std::string> texts;
  auto story = [&]() -> task<> {
    auto client = h.new_peer();
    co_await shake_hands(client, h.http->port());
    CHECK(co_await read_to_close(client, &texts) == 1000);
  };
  h.play(story);
  REQUIRE(texts.size() == 1000);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    CHECK(texts[i] == fmt::format("{{\"number\":{},\"rest\":true}}", i));
  }
}

TEST_CASE("a conversation closes with its own code and reason") {
  house h;
  accept(h, [](websocket& ws) -> task<> {
    co_await ws.send("last", nullptr);
    ws.close(4001, "gap " + std::string(200, 'x'));
    CHECK(ws.closed());
    const bool sent = co_await ws.send("too late", nullptr);
    CHECK_FALSE(sent);
  });
  auto story = [&]() -> task<> {
    auto client = h.new_peer();
    co_await shake_hands(client, h.http->port());
    CHECK((co_await read_frame(client))->payload == "last");
    const auto goodbye = co_await read_frame(client);
    CHECK(goodbye->close_code() == 4001);
    CHECK(goodbye->payload.substr(2) == "gap " + std::string(119, 'x'));
  };
  h.play(story);
}

TEST_CASE("an exception of the conversation closes with 1011 and goes to the log") {
  house h;
  accept(h, [](websocket&) -> task<> {
    throw std::runtime_error("lost");
    co_return;
  });
  auto story = [&]() -> task<> {
    auto client = h.new_peer();
    co_await shake_hands(client, h.http->port());
    CHECK(co_await read_to_close(client) == 1011);
  };
  h.play(story);
  CHECK(h.errors == std::vector<std::string>{"a WebSocket conversation: lost"});
}

TEST_CASE("a wake between two waits is kept, and several are one") {
  house h;
  int waits = 0;
  accept(h, [&](websocket& ws) -> task<> {
    ws.wake();
    ws.wake();
    co_await ws.wait();
    ++waits;
    ws.wake();
    co_await ws.wait();
    ++waits;
    co_await ws.wait();
    CHECK(ws.received() == std::vector<std::string>{"abc"});
    ++waits;
  });
  auto story = [&]() -> task<> {
    auto client = h.new_peer();
    co_await shake_hands(client, h.http->port());
    co_await pause(20ms);
    CHECK(waits == 2);
    co_await client.send(frame(opcode::text, "abc"));
    CHECK(co_await read_to_close(client) == 1000);
    CHECK(waits == 3);
  };
  h.play(story);
}

TEST_CASE("a peer that leaves without a word ends the conversation") {
  house h;
  bool ended = false;
  const bool sending = GENERATE(false, true);
  const bool reset = GENERATE(false, true);
  accept(h, [&](websocket& ws) -> task<> {
    if (sending) {
      while (co_await ws.send("x", nullptr)) {
      }
    } else {
      co_await wait_for_close(ws);
    }
    ended = true;
  });
  auto story = [&]() -> task<> {
    auto client = h.new_peer();
    co_await shake_hands(client, h.http->port());
    if (reset) client.socket().set_option(asio::socket_base::linger(true, 0));
    client.socket().close();
    for (int i = 0; i < 500 && h.http->connections() > 0; ++i) co_await pause(5ms);
    CHECK(h.http->connections() == 0);
  };
  h.play(story);
  CHECK(ended);
}

TEST_CASE("a peer that closes while the server sends gets the answer to its close") {
  house h;
  accept(h, [](websocket& ws) -> task<> {
    const auto tail = text(std::string(1000, 'x'));
    while (co_await ws.send("", tail)) {
    }
  });
  auto story = [&]() -> task<> {
    auto client = h.new_peer();
    co_await shake_hands(client, h.http->port());
    co_await read_frame(client);
    co_await client.send(close_frame(1001));
    unsigned code = 0;
    for (;;) {
      const auto seen = co_await read_frame(client);
      if (!seen) break;
      if (seen->code() == opcode::close) code = seen->close_code();
    }
    CHECK(code == 1001);
  };
  h.play(story);
}

TEST_CASE("messages that nobody takes stay in the socket") {
  house h;
  h.limits.inbox_messages = 3;
  std::vector<std::size_t> batches;
  std::vector<std::string> all;
  accept(h, [&](websocket& ws) -> task<> {
    co_await pause(50ms);
    while (all.size() < 10) {
      co_await ws.wait();
      auto came = ws.received();
      batches.push_back(came.size());
      all.insert(all.end(), came.begin(), came.end());
    }
  });
  auto story = [&]() -> task<> {
    auto client = h.new_peer();
    co_await shake_hands(client, h.http->port());
    std::string frames;
    for (int i = 0; i < 10; ++i) frames += frame(opcode::text, std::to_string(i));
    co_await client.send(frames);
    CHECK(co_await read_to_close(client) == 1000);
  };
  h.play(story);
  CHECK(batches.front() == 3);
  CHECK(*std::max_element(batches.begin(), batches.end()) == 3);
  CHECK(all == std::vector<std::string>{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"});
}

TEST_CASE("a full inbox does not keep a conversation from closing") {
  house h;
  h.limits.inbox_messages = 1;
  accept(h, [](websocket&) -> task<> { co_await pause(50ms); });
  auto story = [&]() -> task<> {
    auto client = h.new_peer();
    co_await shake_hands(client, h.http->port());
    for (int i = 0; i < 5; ++i) co_await client.send(frame(opcode::text, "abc"));
    CHECK(co_await read_to_close(client) == 1000);
  };
  h.play(story);
}

TEST_CASE("a peer that does not answer the close is dropped at the close timeout") {
  house h;
  h.limits.close_timeout = 100ms;
  accept(h, [](websocket&) -> task<> { co_return; });
  auto story = [&]() -> task<> {
    auto client = h.new_peer();
    co_await shake_hands(client, h.http->port());
    for (int i = 0; i < 400 && h.http->connections() > 0; ++i) co_await pause(5ms);
    CHECK(h.http->connections() == 0);
  };
  h.play(story);
}

TEST_CASE("a WebSocket whose peer takes nothing is dropped at the write timeout") {
  house h;
  h.limits.write_timeout = 200ms;
  h.limits.close_timeout = 200ms;
  accept(h, [](websocket& ws) -> task<> {
    const auto tail = text(std::string(1'000'000, 'x'));
    while (co_await ws.send("", tail)) {
    }
  });
  auto story = [&]() -> task<> {
    auto client = h.new_peer();
    co_await shake_hands(client, h.http->port());
    for (int i = 0; i < 400 && h.http->connections() > 0; ++i) co_await pause(5ms);
    CHECK(h.http->connections() == 0);
  };
  h.play(story);
}

TEST_CASE(
    "a peer that takes what it was sent just after the write timeout is told that it was late") {
  house h;
  h.limits.write_timeout = 200ms;
  h.limits.close_timeout = 4s;
  accept(h, [](websocket& ws) -> task<> {
    const auto tail = text(std::string(4'000'000, 'x'));
    while (co_await ws.send("", tail)) {
    }
  });
  h.app.accept = [inner = h.app.accept](request what) -> task<std::variant<response, upgrade>> {
    auto made = co_await inner(std::move(what));
    std::get<upgrade>(made).too_slow = 4430;
    co_return made;
  };
  auto story = [&]() -> task<> {
    auto client = h.new_peer();
    co_await shake_hands(client, h.http->port());
    co_await pause(500ms);
    CHECK(h.http->connections() == 1);
    std::optional<seen_frame> last;
    do {
      last = co_await read_frame(client);
    } while (last && last->code() != opcode::close);
    REQUIRE(last);
    CHECK(last->close_code() == 4430);
    client.socket().close();
  };
  h.play(story);
}

TEST_CASE("a silent peer is pinged, and dropped if it does not answer") {
  house h;
  h.limits.ping_interval = 100ms;
  accept(h, wait_for_close);
  const bool answers = GENERATE(true, false);
  auto story = [&]() -> task<> {
    auto client = h.new_peer();
    co_await shake_hands(client, h.http->port());
    for (int i = 0; i < 4; ++i) {
      const auto seen = co_await read_frame(client);
      if (!seen) {
        CHECK_FALSE(answers);
        CHECK(i == 1);
        break;
      }
      CHECK(seen->code() == opcode::ping);
      if (answers) co_await client.send(frame(opcode::pong, seen->payload));
    }
    if (answers) CHECK(h.http->connections() == 1);
    client.socket().close();
  };
  h.play(story);
}

TEST_CASE("a stop closes all WebSockets with 1012, idle and busy") {
  house h;
  accept(h, [](websocket& ws) -> task<> {
    if (ws.received().empty()) co_await ws.wait();
    const bool busy = ws.received() == std::vector<std::string>{"busy"};
    while (busy && co_await ws.send("x", nullptr)) {
    }
    co_await wait_for_close(ws);
  });
  std::vector<unsigned> codes(50, 0);
  auto story = [&]() -> task<> {
    std::vector<peer> clients;
    for (std::size_t i = 0; i < codes.size(); ++i) clients.push_back(h.new_peer());
    for (std::size_t i = 0; i < codes.size(); ++i) {
      co_await shake_hands(clients[i], h.http->port());
      if (i % 2 == 0) co_await clients[i].send(frame(opcode::text, "busy"));
    }
    co_await pause(20ms);
    h.http->stop();
    for (std::size_t i = 0; i < codes.size(); ++i) codes[i] = co_await read_to_close(clients[i]);
  };
  h.play(story);
  for (const unsigned code : codes) CHECK(code == 1012);
}

}  // namespace
}  // namespace chimera::http
