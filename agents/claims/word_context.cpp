#include "agents/claims/word_context.hpp"

#include <algorithm>
#include <array>

#include "agents/claims/letters.hpp"
#include "agents/claims/markdown_inlines.hpp"

namespace chimera::claims {
namespace {

constexpr std::size_t reach = 200;

bool joint(UChar32 c) {
  return c > 0 && c < 0x80 &&
         std::string_view("-.:/\\@#=").find(static_cast<char>(c)) != std::string_view::npos;
}

// The unbroken word around [start, end): identifiers with their joints.
stretch word_around(std::string_view text, std::size_t start, std::size_t end) {
  stretch w{start, end};
  for (;;) {
    const letter l = letter_before(text, w.start);
    if (l.bytes == 0 || start - w.start > reach) break;
    if (!word_character(l.code) && !joint(l.code) && !unicode_digit(l.code)) break;
    w.start -= l.bytes;
  }
  for (;;) {
    const letter l = letter_at(text, w.end);
    if (l.bytes == 0 || w.end - end > reach) break;
    if (!word_character(l.code) && !joint(l.code) && !unicode_digit(l.code)) break;
    w.end += l.bytes;
  }
  while (w.end > end && joint(text[w.end - 1])) --w.end;
  while (w.start < start && joint(text[w.start]) && text[w.start] != '/') ++w.start;
  return w;
}

bool has_letter(std::string_view word) {
  for (std::size_t at = 0; at < word.size();) {
    const letter l = letter_at(word, at);
    if (word_character(l.code) && !ascii_digit(l.code) && l.code != '_') return true;
    at += l.bytes;
  }
  return false;
}

bool has_digit(std::string_view word) { return std::ranges::any_of(word, ascii_digit); }

int two_digits(std::string_view word, std::size_t at) {
  if (at + 2 > word.size() || !ascii_digit(word[at]) || !ascii_digit(word[at + 1])) return 99;
  return (word[at] - '0') * 10 + word[at + 1] - '0';
}

bool looks_like_date(std::string_view word) {
  const bool iso = word.size() >= 10 && two_digits(word, 0) < 99 && two_digits(word, 2) < 99 &&
                   (word[4] == '-' || word[4] == '/') && word[7] == word[4] &&
                   two_digits(word, 5) >= 1 && two_digits(word, 5) <= 12 &&
                   two_digits(word, 8) >= 1 && two_digits(word, 8) <= 31 &&
                   (word.size() == 10 || !ascii_digit(word[10]));
  const bool time = (word.size() == 5 || (word.size() >= 8 && word[5] == ':')) && word[2] == ':' &&
                    two_digits(word, 0) < 24 && two_digits(word, 3) < 60;
  return iso || time;
}

bool ends_in_extension(std::string_view word) {
  const std::size_t point = word.rfind('.');
  if (point == std::string_view::npos || point == 0) return false;
  const std::string_view extension = word.substr(point + 1);
  return extension.size() >= 2 && extension.size() <= 5 &&
         std::ranges::all_of(extension, ascii_letter);
}

bool looks_like_path(std::string_view word) {
  const auto slashes = std::ranges::count_if(word, [](char c) { return c == '/' || c == '\\'; });
  return has_letter(word) && (slashes > 1 || ends_in_extension(word));
}

bool looks_like_hash(std::string_view word) {
  const auto hex = [](char c) { return ascii_digit(c) || (c >= 'a' && c <= 'f'); };
  return word.size() >= 7 && std::ranges::all_of(word, hex) && has_letter(word);
}

bool follows_label(std::string_view text, std::size_t at) {
  constexpr std::array labels = {"Table ",   "table ", "Figure ", "figure ",  "Section ",
                                 "section ", "Run ",   "Step ",   "Appendix "};
  return std::ranges::any_of(
      labels, [&](std::string_view label) { return text.substr(0, at).ends_with(label); });
}

// Units that no name has after a hyphen: "sub-100ms" is a claim, "Qwen-7B" a name.
bool measured(std::string_view unit) {
  constexpr std::array names = {"B", "G", "K", "M", "C", "k", "V"};
  return !unit.empty() && std::ranges::find(names, unit) == names.end();
}

// Letters stand before the digits in one word: is it a name, or text that touches a number?
bool names_something(std::string_view before, std::string_view after, std::string_view unit) {
  const char last = before.back();
  if (last == '=') return false;
  if (unit == "%" || unit == "\xE2\x80\xB0" || unit == "\xC3\x97") return false;
  if (last == '-' && measured(unit)) return false;
  const bool plain = !has_digit(before) && !has_letter(after);
  if (last == ':' && plain) return false;
  const std::string_view inner = before.substr(0, before.size() - 1);
  if (last == '.' && plain && inner.find_first_of(".-:/\\@#=_") == std::string_view::npos)
    return false;
  // "x5", "2x4": a product.
  if ((last == 'x' || last == 'X') && !has_letter(inner)) return false;
  return true;
}

// "95th percentile" names a statistic.
bool names_percentile(std::string_view text, std::size_t digits_end) {
  constexpr std::array endings = {"th", "st", "nd", "rd"};
  const std::string_view rest = text.substr(digits_end);
  return std::ranges::any_of(endings, [&](std::string_view ending) {
    if (!rest.starts_with(ending)) return false;
    const std::string_view noun = rest.substr(ending.size());
    return noun.starts_with(" percentile") || noun.starts_with("-percentile") ||
           noun.starts_with(" Percentile");
  });
}

// "Nov", "Nov." and "November" are months, "Markdown" is none.
bool begins_month(std::string_view text) {
  constexpr std::array months = {"January",   "February", "March",    "April",
                                 "May",       "June",     "July",     "August",
                                 "September", "October",  "November", "December"};
  const auto ends_at = [&](std::size_t length) {
    return length == text.size() || !ascii_letter(text[length]);
  };
  return std::ranges::any_of(months, [&](std::string_view m) {
    return (text.starts_with(m) && ends_at(m.size())) ||
           (text.starts_with(m.substr(0, 3)) &&
            (ends_at(3) || (text.starts_with("Sept") && ends_at(4))));
  });
}

// The word that ends before `at`, over one blank and a comma or stop: "November 14, 2025".
std::string_view word_before(std::string_view text, std::size_t at) {
  while (at > 0 && (text[at - 1] == ' ' || text[at - 1] == ',' || text[at - 1] == '.')) --at;
  std::size_t start = at;
  while (start > 0 && (ascii_letter(text[start - 1]) || ascii_digit(text[start - 1]))) --start;
  return text.substr(start, at - start);
}

// Day or year beside the name of a month.
bool beside_month(std::string_view text, std::size_t digits, std::size_t digits_end) {
  const std::size_t length = digits_end - digits;
  if (length > 4 || length == 3) return false;
  const std::string_view near =
      text.substr(digits > reach ? digits - reach : 0, std::min(digits, reach));
  const std::string_view before = word_before(near, near.size());
  if (begins_month(before)) return true;
  const std::size_t next = text.find_first_not_of(" ", digits_end);
  if (length <= 2 && next != std::string_view::npos && next < digits_end + 2 &&
      begins_month(text.substr(next)))
    return true;
  if (length != 4 || before.empty() || before.size() > 2 || !ascii_digit(before.front()))
    return false;
  const auto at = static_cast<std::size_t>(before.data() - near.data());
  return begins_month(word_before(near, at));
}

}  // namespace

non_claim classify_digits(std::string_view text, const number_token& token, std::size_t digits,
                          std::size_t digits_end) {
  const stretch w = word_around(text, digits, digits_end);
  const std::string_view whole = text.substr(w.start, w.end - w.start);
  if (looks_like_date(whole)) return non_claim::date;
  if (names_percentile(text, digits_end)) return non_claim::name;
  if (token.unit.empty() && w.end == digits_end && beside_month(text, digits, digits_end))
    return non_claim::date;
  const std::string_view before = text.substr(w.start, digits - w.start);
  const std::string_view after =
      token.end < w.end ? text.substr(token.end, w.end - token.end) : std::string_view{};
  if (has_letter(before)) {
    if (!names_something(before, after, token.unit)) return non_claim::none;
    const bool path = whole.find_first_of("/\\") != std::string_view::npos;
    return path ? non_claim::path : non_claim::name;
  }
  if (has_letter(after) || !token.unit.empty()) {
    if (looks_like_path(whole)) return non_claim::path;
    return looks_like_hash(whole) ? non_claim::name : non_claim::none;
  }
  const bool whole_number =
      std::ranges::all_of(text.substr(digits, digits_end - digits), ascii_digit);
  if (whole_number && digits_end - digits <= 3 && follows_label(text, digits))
    return non_claim::ordinal;
  return non_claim::none;
}

non_claim classify_word(std::string_view text, std::size_t start, std::size_t end) {
  const stretch w = word_around(text, start, end);
  if (w.start == start && w.end == end) return non_claim::none;
  return looks_like_path(text.substr(w.start, w.end - w.start)) ? non_claim::path : non_claim::none;
}

}  // namespace chimera::claims
