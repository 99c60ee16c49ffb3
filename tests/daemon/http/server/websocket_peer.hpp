// A WebSocket peer that writes its frames by hand (RFC 6455 section 5.2), right or wrong.
#pragma once

#include <optional>
#include <string>

#include "house.hpp"

namespace chimera::http {

enum class opcode : unsigned char {
  more = 0,
  text = 1,
  binary = 2,
  close = 8,
  ping = 9,
  pong = 10
};

/// One frame of a client. `first` holds FIN, reserved bits and opcode.
inline std::string frame(unsigned first, std::string_view payload, bool masked = true) {
  std::string out(1, static_cast<char>(first));
  const unsigned mask_bit = masked ? 0x80U : 0U;
  if (payload.size() < 126) {
    out.push_back(static_cast<char>(mask_bit | payload.size()));
  } else if (payload.size() < 65536) {
    out.push_back(static_cast<char>(mask_bit | 126U));
    out.push_back(static_cast<char>(payload.size() >> 8U));
    out.push_back(static_cast<char>(payload.size() & 0xFFU));
  } else {
    out.push_back(static_cast<char>(mask_bit | 127U));
    for (int shift = 56; shift >= 0; shift -= 8) {
      out.push_back(static_cast<char>(payload.size() >> static_cast<unsigned>(shift)));
    }
  }
  if (!masked) return out.append(payload);
  const std::string key = "\x11\x22\x33\x44";
  out += key;
  for (std::size_t i = 0; i < payload.size(); ++i) {
    out.push_back(static_cast<char>(payload[i] ^ key[i % 4]));
  }
  return out;
}

inline std::string frame(opcode code, std::string_view payload) {
  return frame(0x80U | static_cast<unsigned>(code), payload);
}

inline std::string close_frame(unsigned code, std::string_view reason = {}) {
  std::string payload{static_cast<char>(code >> 8U), static_cast<char>(code & 0xFFU)};
  return frame(opcode::close, payload.append(reason));
}

struct seen_frame {
  unsigned first = 0;
  std::string payload;

  [[nodiscard]] opcode code() const { return static_cast<opcode>(first & 0x0FU); }
  /// Of a close frame; 1005 if it has none.
  [[nodiscard]] unsigned close_code() const {
    if (payload.size() < 2) return 1005;
    return static_cast<unsigned>(static_cast<unsigned char>(payload[0])) * 256U +
           static_cast<unsigned char>(payload[1]);
  }
};

inline task<std::string> shake_hands(peer& client, std::uint16_t port, std::string more = {}) {
  co_await client.connect(port);
  co_await client.send(
      "GET /stream HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n" +
      more + "\r\n");
  const auto head = co_await client.read_to("\r\n\r\n");
  co_return head;
}

/// The next frame of the server; none at the end of the connection.
inline task<std::optional<seen_frame>> read_frame(peer& client) {
  const auto head = co_await client.read_bytes(2);
  if (head.size() < 2) co_return std::nullopt;
  seen_frame out;
  out.first = static_cast<unsigned char>(head[0]);
  std::size_t length = static_cast<unsigned char>(head[1]);
  if (length >= 126) {
    const auto wide = co_await client.read_bytes(length == 126 ? 2 : 8);
    length = 0;
    for (const char c : wide) length = length * 256 + static_cast<unsigned char>(c);
  }
  out.payload = co_await client.read_bytes(length);
  co_return out;
}

}  // namespace chimera::http
