#include "agents/claims/letters.hpp"

#include <unicode/uscript.h>
#include <unicode/utf8.h>

namespace chimera::claims {

letter letter_at(std::string_view text, std::size_t at) {
  letter l;
  if (at >= text.size()) return {-1, 0};
  // A window keeps ICU's 32-bit offsets valid in texts of any size.
  const std::string_view window = text.substr(at, U8_MAX_LENGTH);
  std::int32_t next = 0;
  U8_NEXT(window.data(), next, static_cast<std::int32_t>(window.size()), l.code);
  l.bytes = static_cast<std::size_t>(next);
  return l;
}

letter letter_before(std::string_view text, std::size_t at) {
  letter l;
  if (at == 0 || at > text.size()) return {-1, 0};
  const std::size_t from = at > U8_MAX_LENGTH ? at - U8_MAX_LENGTH : 0;
  const std::string_view window = text.substr(from, at - from);
  const auto size = static_cast<std::int32_t>(window.size());
  std::int32_t next = size;
  U8_PREV(window.data(), 0, next, l.code);
  l.bytes = static_cast<std::size_t>(size - next);
  return l;
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  return out;
}

bool invisible(UChar32 c) { return c >= 0x80 && (u_charType(c) == U_FORMAT_CHAR || c == 0xAD); }

bool unicode_digit(UChar32 c) {
  if (c < 0x80) return false;
  const auto type = u_charType(c);
  if (type == U_DECIMAL_DIGIT_NUMBER || type == U_OTHER_NUMBER || type == U_LETTER_NUMBER)
    return true;
  // Ideographs that are numerals: "\u4E5D\u5341\u4E09".
  return type == U_OTHER_LETTER && u_getNumericValue(c) != U_NO_NUMERIC_VALUE;
}

bool grouping_space(UChar32 c) { return c == 0xA0 || c == 0x202F || c == 0x2007 || c == 0x2009; }

bool word_character(UChar32 c) {
  if (c < 0x80) return ascii_letter(c) || ascii_digit(c) || c == '_';
  if (!u_isalpha(c)) return false;
  UErrorCode error = U_ZERO_ERROR;
  const UScriptCode script = uscript_getScript(c, &error);
  return script == USCRIPT_LATIN || script == USCRIPT_GREEK || script == USCRIPT_CYRILLIC;
}

}  // namespace chimera::claims
