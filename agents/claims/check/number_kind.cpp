#include "agents/claims/check/number_kind.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "agents/claims/letters.hpp"
#include "agents/claims/quoted_number.hpp"

namespace chimera::claims {

bool told_in_code(std::string_view text, const number_token& token) {
  constexpr std::size_t reach = 200;  // bytes; what is longer counts as a fence
  const std::size_t low = token.start > reach ? token.start - reach : 0;
  std::size_t from = token.start;
  while (from > low && text[from - 1] != '`' && text[from - 1] != '\n') --from;
  const std::size_t to = token.end + std::min(text.substr(token.end, reach).find_first_of("`\n"),
                                              std::min(reach, text.size() - token.end));
  const auto letters = [](std::string_view part) {
    return std::ranges::any_of(part, ascii_letter);
  };
  const bool in_line = from > 0 && text[from - 1] == '`' && to < text.size() && text[to] == '`';
  const std::string_view before = text.substr(from, token.start - from);
  const std::string_view behind = text.substr(token.end, to - token.end);
  if (!in_line) {
    const UChar32 touching = letter_before(text, token.start).code;
    return !word_character(touching) && touching != '-' && touching != '/' && touching != '.';
  }
  if (letters(before)) return false;
  // What follows may only be a unit.
  const auto q = read_quoted(text, token);
  return q && !letters(text.substr(std::min(q->end, to), to - std::min(q->end, to))) &&
         (behind.empty() || behind.front() != '_');
}

bool is_factor(std::string_view text, const number_token& token) {
  constexpr std::array stems = {"twice", "doubl", "halv",    "half",   "tripl",
                                "trebl", "thric", "quadrup", "quintup"};
  if (token.form != number_form::word) return false;
  const std::string word = lower_case(text.substr(token.start, token.end - token.start));
  return word.ends_with("fold") ||
         std::ranges::any_of(stems, [&](std::string_view stem) { return word.starts_with(stem); });
}

}  // namespace chimera::claims
