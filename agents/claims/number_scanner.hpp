// Every number in a text, with its span: digits of all scripts, words, fractions, percent, units.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chimera::claims {

enum class number_form : std::uint8_t {
  digits,    ///< 42, 1,234.5, 2,14,74,83,647, 1 234, 1'234, 1.5e-3, -0.5, .5
  fraction,  ///< 1/3, a vulgar fraction character
  unicode,   ///< digits outside ASCII (category Nd, superscripts, subscripts, circled)
  word       ///< zero .. hundred, half, double, twice, dozen, one third, order of magnitude
};

struct number_token {
  std::size_t start = 0;  ///< byte offsets in the text; covers sign, digits, exponent and the unit
  std::size_t end = 0;    ///< characters that stick to it: %, x, k, M, B, ms, s, GB, "tok/s"
  number_form form = number_form::digits;
  std::optional<double> value;  ///< of the digits, before any unit; absent if it cannot be told
  std::string unit;             ///< what follows: "%", "ms", "x", "tok/s"; "" = none
};

/// Why a number makes no claim about the data.
enum class non_claim : std::uint8_t {
  none,
  ordinal,  ///< list number, heading number, "Table 3"
  name,     ///< part of an identifier: gemma3, q4_0, p95, RTX4080, UTF-8
  code,     ///< inside a code span or fence
  link,     ///< inside a link target or an HTML tag
  path,     ///< part of a file name or URL
  date      ///< part of a date or time
};
[[nodiscard]] std::string_view to_text(non_claim c);

struct scanned_number {
  number_token token;
  non_claim reason = non_claim::none;
};

/// Finds every number of Markdown `text` in order; spans never overlap. Numbers in code, links and
/// names are reported too, with the reason why they claim nothing. Zero-width characters and
/// right-to-left marks inside a number do not hide it. Linear in the text; thread-safe.
[[nodiscard]] std::vector<scanned_number> scan_numbers(std::string_view text);

}  // namespace chimera::claims
