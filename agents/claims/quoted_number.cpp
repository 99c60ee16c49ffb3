#include "agents/claims/quoted_number.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "agents/claims/letters.hpp"
#include "agents/evidence/columns/units.hpp"

namespace chimera::claims {
namespace {

constexpr double hedged_share = 0.02;
constexpr double weak_bound_share = 0.25;
constexpr double coarse_share = 0.05;   // of a hedged number with trailing zeros
constexpr double binary_noise = 1e-12;  // of decimals that are not exact in binary
constexpr std::size_t hedge_bytes_max = 40;
constexpr std::size_t unit_bytes_max = 24;

struct hedge_words {
  std::string_view words;
  hedge meaning;
};
// Longer ones first: "no more than" before "more than".
constexpr std::array hedges = {
    hedge_words{"no more than", hedge::at_most},
    hedge_words{"not more than", hedge::at_most},
    hedge_words{"no less than", hedge::at_least},
    hedge_words{"at most", hedge::at_most},
    hedge_words{"at least", hedge::at_least},
    hedge_words{"up to", hedge::at_most},
    hedge_words{"more than", hedge::over},
    hedge_words{"greater than", hedge::over},
    hedge_words{"less than", hedge::under},
    hedge_words{"fewer than", hedge::under},
    hedge_words{"just under", hedge::nearly},
    hedge_words{"close to", hedge::about},
    hedge_words{"approximately", hedge::about},
    hedge_words{"roughly", hedge::about},
    hedge_words{"around", hedge::about},
    hedge_words{"about", hedge::about},
    hedge_words{"approx.", hedge::about},
    hedge_words{"approx", hedge::about},
    hedge_words{"circa", hedge::about},
    hedge_words{"ca.", hedge::about},
    hedge_words{"some", hedge::about},
    hedge_words{"nearly", hedge::nearly},
    hedge_words{"almost", hedge::nearly},
    hedge_words{"over", hedge::over},
    hedge_words{"above", hedge::over},
    hedge_words{"exceeding", hedge::over},
    hedge_words{"under", hedge::under},
    hedge_words{"below", hedge::under},
    hedge_words{"~", hedge::about},
    hedge_words{"\xE2\x89\x88", hedge::about},
    hedge_words{">=", hedge::at_least},
    hedge_words{"\xE2\x89\xA5", hedge::at_least},
    hedge_words{"<=", hedge::at_most},
    hedge_words{"\xE2\x89\xA4", hedge::at_most},
    hedge_words{">", hedge::over},
    hedge_words{"<", hedge::under},
};

bool stands_alone(std::string_view before, std::string_view words) {
  if (!ascii_letter(words.front())) return true;
  const std::size_t at = before.size() - words.size();
  return at == 0 || !ascii_letter(before[at - 1]);
}

struct hedge_found {
  hedge meaning = hedge::none;
  std::size_t begin = 0;
};

hedge_found hedge_before(std::string_view text, std::size_t start) {
  const std::size_t from = start > hedge_bytes_max ? start - hedge_bytes_max : 0;
  std::string before = lower_case(text.substr(from, start - from));
  while (!before.empty() && (before.back() == ' ' || before.back() == '*' || before.back() == '_'))
    before.pop_back();
  // "->", "=>" point, and "> " at the start of a line quotes: none bounds the number.
  const std::string_view all = before;
  if (all.ends_with("->") || all.ends_with("=>") || all == ">" || all.ends_with("\n>"))
    return {hedge::none, start};
  for (const hedge_words& h : hedges)
    if (before.ends_with(h.words) && stands_alone(before, h.words))
      return {h.meaning, from + before.size() - h.words.size()};
  return {hedge::none, start};
}

bool unit_letter(char c) {
  return ascii_letter(c) || c == '/' || c == '%' || c == '.' ||
         static_cast<unsigned char>(c) >= 0x80;
}

// The word at `at` as far as it can be a unit: letters, '/', '%'.
std::string_view word_behind(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && end - at < unit_bytes_max && unit_letter(text[end])) ++end;
  std::string_view word = text.substr(at, end - at);
  while (word.ends_with('.')) word.remove_suffix(1);
  return word;
}

struct unit_found {
  std::string unit;
  std::size_t end = 0;
};

unit_found unit_behind(std::string_view text, std::size_t end) {
  const std::size_t begin = end;
  while (end < text.size() && (text[end] == '*' || text[end] == '_')) ++end;
  if (end >= text.size() || (text[end] != ' ' && text[end] != '-')) return {{}, begin};
  // "501.5 1/s", "501.5 per second".
  for (const std::string_view per : {" 1/s", " /s", " per second"})
    if (text.substr(end).starts_with(per) &&
        (end + per.size() == text.size() || !ascii_letter(text[end + per.size()])))
      return {"1/s", end + per.size()};
  const std::string_view first = word_behind(text, end + 1);
  if (first.empty()) return {{}, begin};
  const std::size_t next = end + 1 + first.size();
  const std::string word = lower_case(first);
  const std::string_view second = next < text.size() ? word_behind(text, next + 1) : first;
  if (word == "percentage" && lower_case(second).starts_with("point"))
    return {"pp", next + 1 + second.size()};
  if (word == "%-points" || (word == "%" && text.substr(next).starts_with("-points")))
    return {"pp", word == "%" ? next + 7 : next};
  if (word == "percent") return {"%", next};
  if (word == "pp") return {"pp", next};
  if (word == "times" || word == "x" || word == "\xC3\x97") return {"x", next};
  if (next < text.size() && text[next] == ' ') {
    // "tokens per second", "milliseconds per token".
    const std::string per = lower_case(text.substr(next + 1, 4));
    if (per == "per ") {
      const std::string_view below = word_behind(text, next + 5);
      const std::string whole = std::string(first) + "/" + std::string(below);
      if (evidence::unit_of(whole)) return {whole, next + 5 + below.size()};
    }
  }
  if (!evidence::unit_of(first)) return {{}, begin};
  return {std::string(first), next};
}

bool is_ratio_unit(std::string_view unit) {
  return unit.empty() || unit == "x" || unit == "X" || unit == "\xC3\x97";
}

// "ms/token", "s/tok": the time of one piece.
std::optional<double> seconds_per_piece(std::string_view unit) {
  const std::size_t slash = unit.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto time = evidence::unit_of(unit.substr(0, slash));
  if (!time || time->dimension != evidence::dimension::time) return std::nullopt;
  if (!evidence::is_token_noun(lower_case(unit.substr(slash + 1)))) return std::nullopt;
  return time->to_base;
}

}  // namespace

std::optional<quoted_number> read_quoted(std::string_view text, const number_token& token) {
  if (!token.value) return std::nullopt;
  quoted_number q;
  q.value = *token.value;
  const hedge_found hedged = hedge_before(text, token.start);
  q.weakened = hedged.meaning;
  q.begin = hedged.begin;
  const unit_found behind = unit_behind(text, token.end);
  q.unit = token.unit.empty() ? behind.unit : token.unit;
  q.end = token.unit.empty() ? behind.end : token.end;
  if (token.form != number_form::digits) {
    q.whole = q.value == std::trunc(q.value);
    q.significant = 17;
    q.unit_in_last_place = 0;
    return q;
  }
  const std::string_view digits =
      text.substr(token.start, token.end - token.start - token.unit.size());
  if (q.unit.empty() && text.substr(token.end).starts_with('+')) q.weakened = hedge::over;
  int places = 0;
  int exponent = 0;
  bool after_point = false;
  bool leading = true;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const char c = digits[i];
    if (c == '.') {
      after_point = true;
      q.whole = false;
    } else if (c == 'e' || c == 'E') {
      for (std::size_t j = i + 1; j < digits.size(); ++j)
        if (ascii_digit(digits[j])) exponent = std::min(exponent * 10 + (digits[j] - '0'), 9999);
      if (digits.find('-', i) != std::string_view::npos) exponent = -exponent;
      break;
    } else if (ascii_digit(c)) {
      leading = leading && c == '0';
      if (!leading) ++q.significant;
      if (after_point) ++places;
      q.trailing_zeros = c == '0' && !leading ? q.trailing_zeros + 1 : 0;
    }
  }
  if (!q.whole) q.trailing_zeros = 0;
  q.unit_in_last_place = std::pow(10.0, exponent - places);
  return q;
}

agreement agree(const quoted_number& quoted, double truth) {
  if (!std::isfinite(truth)) return agreement::no;
  const double noise = binary_noise * std::max(std::fabs(truth), std::fabs(quoted.value));
  const double off = std::fabs(quoted.value - truth);
  const bool rounded = off <= quoted.unit_in_last_place / 2 + noise;
  double step = quoted.unit_in_last_place;
  if (quoted.whole)
    for (int i = 0; i < quoted.trailing_zeros; ++i) step *= 10;
  // "about 1200" may be 1150 to 1250; "about 1000" is no licence for 0 to 2000.
  step = std::min(step / 2, coarse_share * std::fabs(quoted.value));
  const double slack =
      std::max({step, quoted.unit_in_last_place, hedged_share * std::fabs(truth)}) + noise;
  const auto approximate = [](bool holds) {
    return holds ? agreement::approximate : agreement::no;
  };
  switch (quoted.weakened) {
    case hedge::none:
      return rounded ? agreement::yes : agreement::no;
    case hedge::about:
      return rounded ? agreement::yes : approximate(off <= slack);
    case hedge::nearly:
      return approximate(truth <= quoted.value + noise && off <= slack);
    case hedge::over:
      return approximate(truth > quoted.value - noise &&
                         truth < quoted.value + weak_bound_share * std::fabs(quoted.value));
    case hedge::under:
      return approximate(truth < quoted.value + noise &&
                         truth > quoted.value - weak_bound_share * std::fabs(quoted.value));
    case hedge::at_most:
    case hedge::at_least:
      return rounded ? agreement::yes : agreement::no;
  }
  return agreement::no;
}

std::optional<double> in_quoted_unit(double value, std::string_view unit,
                                     std::string_view shown_unit) {
  if (is_ratio_unit(unit) && is_ratio_unit(shown_unit)) return value;
  if (is_ratio_unit(unit) && shown_unit == "%") return value * 100;
  if (unit == "%" && is_ratio_unit(shown_unit) && !shown_unit.empty()) return value / 100;
  if (unit.empty() || shown_unit.empty()) return std::nullopt;
  if (unit == shown_unit) return value;
  const auto from = evidence::unit_of(unit);
  const auto to = evidence::unit_of(shown_unit);
  if (from && to)
    if (const auto converted = evidence::convert(value, *from, *to)) return converted;
  const auto piece = seconds_per_piece(shown_unit);
  if (piece && from && from->dimension == evidence::dimension::rate && value > 0)
    return 1 / (value * from->to_base) / *piece;
  return std::nullopt;
}

}  // namespace chimera::claims
