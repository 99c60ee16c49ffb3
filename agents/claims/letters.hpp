// Single characters of UTF-8 text, as the number scanner sees them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <unicode/uchar.h>

namespace chimera::claims {

struct letter {
  UChar32 code = -1;      ///< negative for bytes that are no UTF-8, and at the ends of the text
  std::size_t bytes = 1;  ///< 0 at the ends of the text
};

[[nodiscard]] letter letter_at(std::string_view text, std::size_t at);
[[nodiscard]] letter letter_before(std::string_view text, std::size_t at);

[[nodiscard]] constexpr bool ascii_digit(UChar32 c) { return c >= '0' && c <= '9'; }
[[nodiscard]] constexpr bool ascii_letter(UChar32 c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
/// `text` with ASCII letters in lower case.
[[nodiscard]] std::string lower_case(std::string_view text);

/// Shows nothing but may stand inside a number: zero-width characters, direction marks.
[[nodiscard]] bool invisible(UChar32 c);
/// A digit or numeral outside ASCII: category Nd, superscripts, subscripts, circled, Roman,
/// ideographic.
[[nodiscard]] bool unicode_digit(UChar32 c);
/// Stands between groups of digits: thin, figure and no-break spaces.
[[nodiscard]] bool grouping_space(UChar32 c);
/// Part of a word of a script that separates words by spaces (Latin, Greek, Cyrillic), or '_'.
[[nodiscard]] bool word_character(UChar32 c);

}  // namespace chimera::claims
