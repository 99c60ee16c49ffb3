#include "agents/evidence/tables/cell.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <system_error>

#include <fast_float/fast_float.h>

namespace chimera::evidence {
namespace {

constexpr std::size_t longest_number = 800;  // longer digit strings are no measurements
constexpr std::string_view no_break_space = "\xC2\xA0";

bool is_digit(char c) { return c >= '0' && c <= '9'; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }
bool same_word(std::string_view text, std::string_view lower_case) {
  return std::ranges::equal(text, lower_case, {}, lower);
}

std::size_t digits_at(std::string_view text, std::size_t from) {
  std::size_t at = from;
  while (at < text.size() && is_digit(text[at])) ++at;
  return at - from;
}

/// The shape of a number at the start of a text.
struct number_shape {
  std::size_t length = 0;  ///< bytes of the number; 0 = there is none
  bool grouped = false;
  bool lakh = false;
};

/// The whole part with its groups: 1,234,567 (threes) or 12,34,567 (twos, three at the end).
number_shape whole_part(std::string_view text, std::size_t from, char group) {
  number_shape shape{.length = digits_at(text, from)};
  if (shape.length == 0 || shape.length > 3) return shape;
  const std::size_t first = shape.length;
  std::size_t at = from + first;
  std::size_t twos = 0;
  std::size_t threes = 0;
  while (at < text.size() && text[at] == group) {
    const std::size_t digits = digits_at(text, at + 1);
    if (digits == 2 && threes == 0) {
      ++twos;
    } else if (digits == 3) {
      ++threes;
    } else {
      return shape;
    }
    at += 1 + digits;
  }
  const bool by_threes = twos == 0 && threes > 0;
  const bool by_twos = twos > 0 && threes == 1 && first <= 2;
  if ((!by_threes && !by_twos) || text[from] == '0') return shape;
  return {.length = at - from, .grouped = true, .lakh = by_twos};
}

number_shape shape_of(std::string_view text, const cell_style& style) {
  const char point = style.decimal_comma ? ',' : '.';
  const char group = style.decimal_comma ? '.' : ',';
  std::size_t at = text.starts_with('-') || text.starts_with('+') ? 1 : 0;
  number_shape shape = whole_part(text, at, group);
  std::size_t digits = shape.length;
  at += shape.length;
  if (at < text.size() && text[at] == point) {
    const std::size_t fraction = digits_at(text, at + 1);
    digits += fraction;
    at += 1 + fraction;
  }
  if (digits == 0) return {};
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    const std::size_t sign =
        at + 1 < text.size() && (text[at + 1] == '-' || text[at + 1] == '+') ? 1U : 0U;
    const std::size_t exponent = digits_at(text, at + 1 + sign);
    if (exponent > 0) at += 1 + sign + exponent;
  }
  shape.length = at;
  return shape;
}

double to_double(std::string_view number, const cell_style& style, bool grouped) {
  double value = 0;
  if (number.starts_with('+')) number.remove_prefix(1);
  const char* end = number.data() + number.size();
  if (!grouped) {
    const fast_float::parse_options options(fast_float::chars_format::general,
                                            style.decimal_comma ? ',' : '.');
    fast_float::from_chars_advanced(number.data(), end, value, options);
    return value;
  }
  std::array<char, longest_number> plain{};
  std::size_t size = 0;
  const char group = style.decimal_comma ? '.' : ',';
  for (const char c : number) {
    if (c != group) plain[size++] = c == ',' ? '.' : c;
  }
  fast_float::from_chars(plain.data(), plain.data() + size, value);
  return value;
}

/// NaN and the infinities, with a sign or without.
bool read_literal(std::string_view text, parsed_cell& cell) {
  const bool minus = text.starts_with('-');
  if (minus || text.starts_with('+')) text.remove_prefix(1);
  if (same_word(text, "nan")) {
    cell.value = make_hole(cell_state::literal_nan);
  } else if (same_word(text, "inf") || same_word(text, "infinity")) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    cell.value = minus ? -infinity : infinity;
  } else {
    return false;
  }
  cell.non_finite = true;
  return true;
}

constexpr std::array<std::string_view, 30> base_units = {
    "s",     "sec",  "second", "min", "minute", "h",     "hr",  "hour", "B",     "byte",
    "b",     "bit",  "W",      "J",   "Wh",     "V",     "A",   "Hz",   "FLOP",  "FLOPS",
    "FLOPs", "flop", "op",     "ops", "OPS",    "token", "tok", "watt", "joule", "bps"};
constexpr std::array<std::string_view, 18> prefixes = {
    "n", "u", "\xC2\xB5", "\xCE\xBC", "m",  "k",  "K",  "M", "G",
    "T", "P", "Ki",       "ki",       "Mi", "Gi", "Ti", "n", "p"};
constexpr std::array<std::string_view, 34> whole_units = {
    "%",       "percent", "°C",   "°F",        "C",     "K",    "rpm",    "RPM",  "req",
    "request", "it",      "iter", "iteration", "call",  "run",  "sample", "step", "image",
    "img",     "frame",   "fps",  "query",     "cycle", "inst", "word",   "char", "item",
    "record",  "row",     "x",    "\xC3\x97",  "day",   "pp",   "queries"};

bool is_simple_unit(std::string_view text) {
  if (std::ranges::find(whole_units, text) != whole_units.end()) return true;
  if (std::ranges::find(base_units, text) != base_units.end()) return true;
  for (const std::string_view prefix : prefixes) {
    if (text.starts_with(prefix) &&
        std::ranges::find(base_units, text.substr(prefix.size())) != base_units.end()) {
      return true;
    }
  }
  // The plural of a word, not of a symbol: "tokens", "seconds", but no "Ws".
  return text.size() > 3 && text.ends_with('s') && is_simple_unit(text.substr(0, text.size() - 1));
}

/// A symbol that, glued to a number, is as well a model size or a multiple: "8b", "270m", "4K".
bool is_unit_when_glued(std::string_view unit) {
  return unit != "b" && unit != "B" && unit != "K" && unit != "C" && unit != "h" && is_unit(unit);
}

}  // namespace

std::string_view trim_blanks(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  for (;;) {
    if (!text.empty() && blank(text.front())) {
      text.remove_prefix(1);
    } else if (!text.empty() && blank(text.back())) {
      text.remove_suffix(1);
    } else if (text.starts_with(no_break_space)) {
      text.remove_prefix(no_break_space.size());
    } else if (text.ends_with(no_break_space)) {
      text.remove_suffix(no_break_space.size());
    } else {
      return text;
    }
  }
}

bool is_unit(std::string_view text) {
  if (text.empty() || text.size() > 24) return false;
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return is_simple_unit(text);
  const std::string_view below = text.substr(slash + 1);
  return is_simple_unit(text.substr(0, slash)) && is_simple_unit(below);
}

bool is_unit_like(std::string_view text) {
  if (text.empty() || text.size() > 32) return false;
  bool after_slash = true;
  for (const char c : text) {
    const bool letter = lower(c) >= 'a' && lower(c) <= 'z';
    const bool other = c == '%' || static_cast<unsigned char>(c) >= 0x80 || c == '_' || c == '^';
    if (c == '/') {
      if (after_slash) return false;
    } else if (!letter && !other && (after_slash || !is_digit(c))) {
      return false;
    }
    after_slash = c == '/';
  }
  return !after_slash;
}

header_parts split_header(std::string_view header) {
  header = trim_blanks(header);
  const header_parts whole{.key = header, .unit = {}};
  if (header.size() < 3) return whole;
  const char last = header.back();
  if (last != ')' && last != ']') return whole;
  const std::size_t open = header.rfind(last == ')' ? '(' : '[');
  if (open == std::string_view::npos || open == 0) return whole;
  const std::string_view unit = trim_blanks(header.substr(open + 1, header.size() - open - 2));
  const std::string_view key = trim_blanks(header.substr(0, open));
  if (!is_unit(unit) || key.empty()) return whole;
  return {.key = key, .unit = unit};
}

bool is_time_like(std::string_view text) {
  text = trim_blanks(text);
  const auto matches = [&](std::string_view pattern) {
    if (text.size() < pattern.size()) return false;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
      if (pattern[i] == '0' ? !is_digit(text[i]) : text[i] != pattern[i]) return false;
    }
    return true;
  };
  return matches("0000-00-00") || matches("0000/00/00") || matches("00:00:00") ||
         matches("00.00.0000") || matches("00/00/0000");
}

parsed_cell parse_cell(std::string_view text, const cell_style& style) {
  parsed_cell cell;
  text = trim_blanks(text);
  if (text.empty()) return cell;
  cell.value = make_hole(cell_state::text);
  if (read_literal(text, cell)) return cell;
  const number_shape shape = shape_of(text, style);
  if (shape.length == 0 || shape.length >= longest_number) return cell;
  const std::string_view behind = text.substr(shape.length);
  const std::string_view unit = trim_blanks(behind);
  if (!unit.empty() && !(unit.size() < behind.size() ? is_unit(unit) : is_unit_when_glued(unit))) {
    return cell;
  }
  cell.value = to_double(text.substr(0, shape.length), style, shape.grouped);
  cell.unit = unit;
  cell.grouped = shape.grouped;
  cell.lakh = shape.lakh;
  cell.non_finite = !std::isfinite(cell.value);
  return cell;
}

}  // namespace chimera::evidence
