// windows-1252, the code page that Western text was saved in before UTF-8, as ICU defines it.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <unordered_map>

namespace chimera::evidence {

/// Both directions of the upper half. Built once by ICU; then only read.
struct windows_1252 {
  std::array<std::string, 128> utf8;  ///< of the bytes 0x80 to 0xFF
  std::unordered_map<char32_t, unsigned char> byte_of;

  /// True for 0x81, 0x8D, 0x8F, 0x90, 0x9D, which stand for no character.
  [[nodiscard]] static bool undefined(unsigned char byte);
  [[nodiscard]] static const windows_1252& table();
};

/// Length of the well-formed UTF-8 sequence of two to four bytes at the start of `text`, or 0.
[[nodiscard]] std::size_t multibyte_at(std::string_view text);

/// The code point of a well-formed sequence of `size` bytes.
[[nodiscard]] char32_t code_point(std::string_view text, std::size_t size);

/// What re-reading UTF-8 as windows-1252 left in a text.
struct mojibake {
  std::size_t count = 0;  ///< broken characters
  std::string example;    ///< the first, as it stands
  std::string meant;      ///< the character that it was; "" if it cannot be told
};

/// Looks for such sequences ("â€™" for "’", "Ã©" for "é") in valid UTF-8.
[[nodiscard]] mojibake find_mojibake(std::string_view utf8);

}  // namespace chimera::evidence
