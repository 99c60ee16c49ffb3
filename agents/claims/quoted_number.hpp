// A number as a text quotes it, and whether it says what is true: rounding, hedges, units.
// Pure, thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agents/claims/number_scanner.hpp"

namespace chimera::claims {

/// How the words before (or a sign at) a number weaken it.
enum class hedge : std::uint8_t {
  none,
  about,     ///< "about", "~", "roughly", "around", "approximately", "circa"
  nearly,    ///< "nearly", "almost", "just under": the truth is not above
  over,      ///< "over", "more than", "above", ">", and a "+" after it: the truth is above
  under,     ///< "under", "less than", "below", "<": the truth is below
  at_most,   ///< "up to", "at most", "no more than", "<=": the maximum
  at_least,  ///< "at least", "no less than", ">=": the minimum
};

/// What the digits assert.
struct quoted_number {
  double value = 0;               ///< of the digits, without unit
  double unit_in_last_place = 1;  ///< 0.01 for "1.25", 1 for "120", 100 for "1.2e3"
  int significant = 0;            ///< digits that count: 3 for "0.0102" and "120"
  int trailing_zeros = 0;         ///< of a whole number: 2 for "1200"
  bool whole = true;              ///< no decimals
  std::string unit;               ///< as the text has it: "ms", "%", "x", "tokens/s"; "" = none
  std::size_t end = 0;            ///< byte offset of one past the unit
  hedge weakened = hedge::none;
  std::size_t begin = 0;  ///< byte offset of the hedge's words, or of the number without one
};

/// The number `token` of `text`; absent where its value cannot be told ("0,5"). The hedge is read
/// from at most three words before it; the unit from the token and, if that has none, from the word
/// or the two words behind it ("102.85 tokens/second", "5 percentage points").
[[nodiscard]] std::optional<quoted_number> read_quoted(std::string_view text,
                                                       const number_token& token);

enum class agreement : std::uint8_t {
  no,
  approximate,  ///< within what a hedge or a coarse rounding allows
  yes           ///< a correct rounding of the truth, or the truth
};

/// Compares with the truth in the unit that is quoted. A correct rounding (half up and half even)
/// agrees, a truncation does not. A hedge allows one unit in the last place or 2 % ("about"), and
/// asks for its side ("over" up to a quarter more). A hedged whole number may have its trailing
/// zeros count as not significant, within 5 % of it.
[[nodiscard]] agreement agree(const quoted_number& quoted, double truth);

/// A rate can be told as time per piece ("tok/s", "ms/token"), a ratio as "x" or "%".
/// All values in which `value` `unit` could be quoted in `shown_unit`: converted where both measure
/// the same ("s" to "ms"), the reciprocal for a rate told as a time per piece, 100 times for a
/// ratio without unit told in "%". Empty where the two do not measure the same, also where one has
/// a unit and the other none. "x" and "×" stand for no unit.
[[nodiscard]] std::optional<double> in_quoted_unit(double value, std::string_view unit,
                                                   std::string_view shown_unit);

}  // namespace chimera::claims
