#include "proto/json_text.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace chimera::proto {
namespace {

// Length of the well-formed UTF-8 sequence at `text[at]`, 0 if there is none
// (Unicode 15, table 3-7).
std::size_t sequence_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const auto within = [](unsigned b, unsigned low, unsigned high) { return b >= low && b <= high; };
  const unsigned lead = byte(at);
  const unsigned second = byte(at + 1);
  if (lead < 0x80) return 1;
  if (within(lead, 0xC2, 0xDF)) return within(second, 0x80, 0xBF) ? 2 : 0;
  if (within(lead, 0xE0, 0xEF)) {
    const unsigned low = lead == 0xE0 ? 0xA0 : 0x80;
    const unsigned high = lead == 0xED ? 0x9F : 0xBF;
    return within(second, low, high) && within(byte(at + 2), 0x80, 0xBF) ? 3 : 0;
  }
  if (within(lead, 0xF0, 0xF4)) {
    const unsigned low = lead == 0xF0 ? 0x90 : 0x80;
    const unsigned high = lead == 0xF4 ? 0x8F : 0xBF;
    return within(second, low, high) && within(byte(at + 2), 0x80, 0xBF) &&
                   within(byte(at + 3), 0x80, 0xBF)
               ? 4
               : 0;
  }
  return 0;
}

void append_escaped(std::string& out, unsigned char c) {
  constexpr std::string_view digits = "0123456789abcdef";
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      out += "\\u00";
      out += digits[c >> 4U];
      out += digits[c & 15U];
  }
}

bool is_plain(unsigned char c) { return c >= 0x20 && c < 0x7F && c != '"' && c != '\\'; }

// True if all eight bytes are plain: tests for a high bit, a byte below 0x20, a quote, a backslash
// or 0x7F in all of them at once ("Bit Twiddling Hacks", haszero and hasless).
bool eight_plain(const char* at) {
  constexpr std::uint64_t ones = 0x0101'0101'0101'0101U;
  constexpr std::uint64_t highs = 0x8080'8080'8080'8080U;
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  const auto has = [&](std::uint64_t byte) {
    const std::uint64_t x = word ^ (ones * byte);
    return (x - ones) & ~x;
  };
  const std::uint64_t below = (word - ones * 0x20U) & ~word;
  return ((word | below | has('"') | has('\\') | has(0x7F)) & highs) == 0;
}

std::size_t plain_until(std::string_view text, std::size_t at) {
  while (at + 8 <= text.size() && eight_plain(text.data() + at)) at += 8;
  while (at < text.size() && is_plain(static_cast<unsigned char>(text[at]))) ++at;
  return at;
}

}  // namespace

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t plain = plain_until(text, at);
    out.append(text, at, plain - at);
    at = plain;
    if (at == text.size()) break;
    const auto c = static_cast<unsigned char>(text[at]);
    if (c < 0x80) {
      append_escaped(out, c);
      ++at;
    } else if (const std::size_t length = sequence_length(text, at); length != 0) {
      out.append(text, at, length);
      at += length;
    } else {
      out += "\xEF\xBF\xBD";
      ++at;
    }
  }
  out += '"';
}

void append_key(std::string& out, std::string_view key) {
  if (!out.empty() && out.back() != '{') out += ',';
  append_quoted(out, key);
  out += ':';
}

}  // namespace chimera::proto
