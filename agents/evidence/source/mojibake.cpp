#include <simdjson.h>

#include <cstddef>
#include <cstring>

#include "agents/evidence/source/convert.hpp"
#include "agents/evidence/source/windows_1252.hpp"

namespace chimera::evidence {
namespace {

windows_1252 build() {
  windows_1252 out;
  for (unsigned i = 0; i < 128; ++i) {
    const char byte = static_cast<char>(i + 128U);
    out.utf8[i] = convert("windows-1252", "UTF-8", {&byte, 1}, on_error::replace).value_or("?");
    const std::string_view text = out.utf8[i];
    if (const std::size_t size = multibyte_at(text); size != 0)
      out.byte_of.emplace(code_point(text, size), static_cast<unsigned char>(i + 128U));
  }
  return out;
}

/// How many bytes follow a lead byte of UTF-8. Of the leads of two bytes only those of Latin-1,
/// Greek and Cyrillic: the others would take "Å²" (square ångström) for mojibake.
std::size_t following(unsigned char lead) {
  if (lead == 0xC2 || lead == 0xC3 || (lead >= 0xCE && lead <= 0xD1)) return 1;
  if (lead >= 0xE0 && lead <= 0xEF) return 2;
  return lead >= 0xF0 && lead <= 0xF4 ? 3 : 0;
}

/// The original bytes of the broken character at the start of `text`, and how long it stands there.
struct broken {
  std::string bytes;
  std::size_t size = 0;
};

broken broken_at(std::string_view text) {
  const windows_1252& table = windows_1252::table();
  broken out;
  std::size_t wanted = 1;
  while (out.bytes.size() < wanted) {
    const std::size_t size = multibyte_at(text.substr(out.size));
    if (size == 0) break;
    const auto byte = table.byte_of.find(code_point(text.substr(out.size), size));
    if (byte == table.byte_of.end()) break;
    if (out.bytes.empty()) {
      wanted = 1 + following(byte->second);
      if (wanted == 1) return {};
    } else if (byte->second > 0xBF) {
      break;
    }
    out.bytes += static_cast<char>(byte->second);
    out.size += size;
  }
  if (out.bytes.size() == wanted)
    return simdjson::validate_utf8(out.bytes.data(), out.bytes.size()) ? out : broken{};
  // "â€" alone: the closing quote, whose last byte windows-1252 does not define, was cut.
  return out.bytes == "\xE2\x80" ? out : broken{};
}

}  // namespace

bool windows_1252::undefined(unsigned char byte) {
  return byte == 0x81 || byte == 0x8D || byte == 0x8F || byte == 0x90 || byte == 0x9D;
}

const windows_1252& windows_1252::table() {
  static const windows_1252 built = build();
  return built;
}

std::size_t multibyte_at(std::string_view text) {
  if (text.empty()) return 0;
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 0;
  if (size == 0 || size > text.size()) return 0;
  return simdjson::validate_utf8(text.data(), size) ? size : 0;
}

char32_t code_point(std::string_view text, std::size_t size) {
  constexpr unsigned lead_bits[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
  char32_t value = static_cast<unsigned char>(text[0]) & lead_bits[size];
  for (std::size_t i = 1; i < size; ++i)
    value = (value << 6U) | (static_cast<unsigned char>(text[i]) & 0x3FU);
  return value;
}

mojibake find_mojibake(std::string_view utf8) {
  mojibake out;
  std::size_t at = 0;
  // Every lead byte of UTF-8, read as windows-1252, is a letter whose own UTF-8 begins with 0xC3.
  while (at < utf8.size()) {
    const void* const hit = std::memchr(utf8.data() + at, 0xC3, utf8.size() - at);
    if (hit == nullptr) break;
    at = static_cast<std::size_t>(static_cast<const char*>(hit) - utf8.data());
    const broken found = broken_at(utf8.substr(at));
    if (found.size == 0) {
      ++at;
      continue;
    }
    ++out.count;
    const bool whole = simdjson::validate_utf8(found.bytes.data(), found.bytes.size());
    if (out.example.empty() || (out.meant.empty() && whole)) {
      out.example = utf8.substr(at, found.size);
      out.meant = whole ? found.bytes : "";
    }
    at += found.size;
  }
  return out;
}

}  // namespace chimera::evidence
