// What the server answers to each kind of frame (RFC 6455 sections 5 and 7).
#include <vector>

#include <fmt/format.h>

#include "websocket_peer.hpp"

namespace chimera::http {
namespace {

/// Sends back what it receives.
task<> echo(websocket& ws) {
  for (;;) {
    co_await ws.wait();
    for (auto& text : ws.received()) {
      const auto tail = std::make_shared<const std::string>(std::move(text));
      co_await ws.send("", tail);
    }
    if (ws.closed()) co_return;
  }
}

task<std::variant<response, upgrade>> accept_echo(request) {
  upgrade out;
  out.converse = echo;
  co_return out;
}

/// Frames as text: `text "abc"`, `pong "x"`, `close 1002`; `end` at the end.
std::string told(const std::optional<seen_frame>& frame) {
  if (!frame) return "end";
  switch (frame->code()) {
    case opcode::text:
      return fmt::format("text {}", frame->payload.size() > 20
                                        ? fmt::format("{} bytes", frame->payload.size())
                                        : frame->payload);
    case opcode::pong:
      return fmt::format("pong {}", frame->payload.size());
    case opcode::close:
      return fmt::format("close {}", frame->close_code());
    default:
      return fmt::format("frame {:02x}", frame->first);
  }
}

struct row {
  std::string what;
  std::string sent;
  std::vector<std::string> answers;  ///< then the connection ends
};

std::string size_of(std::size_t bytes) { return std::string(bytes, 'x'); }

std::vector<row> rows() {
  const auto bye = close_frame(1000);
  const std::string eta = "\xCE\xB7";
  return {
      {"a text", frame(opcode::text, "abc") + bye, {"text abc", "close 1000"}},
      {"an empty text", frame(opcode::text, "") + bye, {"text ", "close 1000"}},
      {"125 bytes", frame(opcode::text, size_of(125)) + bye, {"text 125 bytes", "close 1000"}},
      {"126 bytes", frame(opcode::text, size_of(126)) + bye, {"text 126 bytes", "close 1000"}},
      {"65535 bytes",
       frame(opcode::text, size_of(65535)) + bye,
       {"text 65535 bytes", "close 1000"}},
      {"the largest message",
       frame(opcode::text, size_of(65536)) + bye,
       {"text 65536 bytes", "close 1000"}},
      {"a byte more", frame(opcode::text, size_of(65537)), {"close 1009"}},
      {"too large in fragments",
       frame(0x01, size_of(40000)) + frame(0x80, size_of(40000)),
       {"close 1009"}},
      {"two fragments", frame(0x01, "ab") + frame(0x80, "cd") + bye, {"text abcd", "close 1000"}},
      {"fragments with nothing in them",
       frame(0x01, "") + frame(0x00, "") + frame(0x80, "a") + bye,
       {"text a", "close 1000"}},
      {"a ping between fragments",
       frame(0x01, "ab") + frame(opcode::ping, "p") + frame(0x80, "cd") + bye,
       {"pong 1", "text abcd", "close 1000"}},
      {"a ping of 125 bytes", frame(opcode::ping, size_of(125)) + bye, {"pong 125", "close 1000"}},
      {"a ping of 126 bytes", frame(opcode::ping, size_of(126)), {"close 1002"}},
      {"a fragmented ping", frame(0x09, "p"), {"close 1002"}},
      {"an unasked pong", frame(opcode::pong, "p") + bye, {"close 1000"}},
      {"reserved bit 1, compression that was not agreed", frame(0xC1, "abc"), {"close 1002"}},
      {"reserved bit 2", frame(0xA1, "abc"), {"close 1002"}},
      {"reserved bit 3 in a ping", frame(0x99, "p"), {"close 1002"}},
      {"reserved opcode 3", frame(0x83, "abc"), {"close 1002"}},
      {"reserved control opcode 11", frame(0x8B, ""), {"close 1002"}},
      {"a continuation of nothing", frame(0x80, "abc"), {"close 1002"}},
      {"a text inside of a message", frame(0x01, "ab") + frame(0x81, "cd"), {"close 1002"}},
      {"no mask", frame(0x81, "abc", false), {"close 1002"}},
      {"a length in more bytes than needed",
       std::string("\x81\xFE\x00\x03\x11\x22\x33\x44\x70\x40\x50", 11),
       {"close 1002"}},
      {"a binary message", frame(opcode::binary, "abc"), {"close 1003"}},
      {"UTF-8", frame(opcode::text, eta) + bye, {"text " + eta, "close 1000"}},
      {"a character in two fragments",
       frame(0x01, eta.substr(0, 1)) + frame(0x80, eta.substr(1)) + bye,
       {"text " + eta, "close 1000"}},
      {"no UTF-8", frame(opcode::text, "\xFF"), {"close 1007"}},
      {"half a character", frame(opcode::text, "a\xCE"), {"close 1007"}},
      {"a surrogate in UTF-8", frame(opcode::text, "\xED\xA0\x80"), {"close 1007"}},
      {"an overlong form", frame(opcode::text, "\xC0\xAF"), {"close 1007"}},
      {"a close without a code", frame(opcode::close, ""), {"close 1000"}},
      {"a close with one byte", frame(opcode::close, "x"), {"close 1002"}},
      {"a close with its own code", close_frame(3000, "mine"), {"close 3000"}},
      {"a close code below 1000", close_frame(999), {"close 1002"}},
      {"a close code that is never sent", close_frame(1005), {"close 1002"}},
      {"a close code without a meaning", close_frame(2999), {"close 1002"}},
      {"a close reason that is no UTF-8", close_frame(1000, "\xFF"), {"close 1002"}},
      {"a text after the close", close_frame(1000) + frame(opcode::text, "abc"), {"close 1000"}},
  };
}

TEST_CASE("each frame has its answer") {
  for (const auto& row : rows()) {
    for (const std::size_t piece_bytes : {std::size_t{1}, std::size_t{1} << 20U}) {
      if (piece_bytes == 1 && row.sent.size() > 1000) continue;
      house h;
      h.app.accept = accept_echo;
      std::vector<std::string> answers;
      auto story = [&]() -> task<> {
        auto client = h.new_peer();
        const auto head = co_await shake_hands(client, h.http->port());
        REQUIRE(head.starts_with("HTTP/1.1 101"));
        bool open = true;
        for (std::size_t at = 0; open && at < row.sent.size(); at += piece_bytes) {
          open = co_await client.send(row.sent.substr(at, piece_bytes));
        }
        for (;;) {
          const auto seen = co_await read_frame(client);
          if (!seen) break;
          answers.push_back(told(seen));
          // An answer to the close is all that may follow it.
          if (seen->code() != opcode::close) continue;
          boost::system::error_code ignored;  // the server may have gone already
          client.socket().shutdown(tcp::socket::shutdown_send, ignored);
        }
      };
      INFO(row.what << ", in pieces of " << piece_bytes);
      h.play(story);
      CHECK(answers == row.answers);
      CHECK(h.errors.empty());
    }
  }
}

}  // namespace
}  // namespace chimera::http
