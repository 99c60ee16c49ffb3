#include "daemon/http/opaque_text.hpp"

#include <cstdint>

namespace chimera::http {
namespace {

constexpr std::string_view url_letters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view base_letters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view hex_letters = "0123456789abcdef";

std::string encoded(std::string_view bytes, std::string_view letters) {
  std::string text;
  std::uint32_t kept = 0;
  unsigned bits = 0;
  for (const char c : bytes) {
    kept = (kept << 8U) | static_cast<unsigned char>(c);
    bits += 8;
    while (bits >= 6) {
      bits -= 6;
      text += letters[(kept >> bits) & 63U];
    }
    kept &= 63U;
  }
  if (bits > 0) text += letters[(kept << (6 - bits)) & 63U];
  return text;
}

}  // namespace

std::string to_base64url(std::string_view bytes) { return encoded(bytes, url_letters); }

std::optional<std::string> from_base64url(std::string_view text) {
  if (text.size() % 4 == 1) return std::nullopt;
  std::string bytes;
  std::uint32_t kept = 0;
  unsigned bits = 0;
  for (const char c : text) {
    const std::size_t value = url_letters.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    kept = (kept << 6U) | static_cast<std::uint32_t>(value);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes += static_cast<char>((kept >> bits) & 0xFFU);
    kept &= (1U << bits) - 1;
  }
  if (kept != 0) return std::nullopt;
  return bytes;
}

std::string hex_to_base64(std::string_view hex) {
  std::string bytes;
  if (hex.size() % 2 != 0) return {};
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const std::size_t high = hex_letters.find(hex[i]);
    const std::size_t low = hex_letters.find(hex[i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) return {};
    bytes += static_cast<char>(high * 16 + low);
  }
  std::string text = encoded(bytes, base_letters);
  while (text.size() % 4 != 0) text += '=';
  return text;
}

std::string to_hex(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += hex_letters[byte >> 4U];
    text += hex_letters[byte & 15U];
  }
  return text;
}

std::string make_cursor(std::string_view kind, std::string_view place) {
  return to_base64url(std::string(kind).append(":").append(place));
}

std::optional<std::string> read_cursor(std::string_view kind, std::string_view text) {
  std::optional<std::string> said = from_base64url(text);
  if (!said || !said->starts_with(kind) || said->size() <= kind.size() ||
      (*said)[kind.size()] != ':')
    return std::nullopt;
  return said->substr(kind.size() + 1);
}

}  // namespace chimera::http
