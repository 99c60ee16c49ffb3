// Decimal text of doubles: shortest that reads back the same, and rounded for people.
// All functions are pure and thread-safe; none depends on the locale.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace chimera::proto {

/// The shortest decimal that reads back as exactly `value` (Ryu, through std::to_chars), in plain
/// notation for 1e-7 <= |value| < 1e17 and with an exponent outside: "0.0877", "36", "1e-09".
/// Negative zero prints "0"; non-finite values print "NaN", "Infinity", "-Infinity".
[[nodiscard]] std::string shortest(double value);

/// `value` correctly rounded (half to even on the exact binary value) to `places` decimals, never
/// an exponent: fixed(102.8012, 1) == "102.8". places in 0..17.
[[nodiscard]] std::string fixed(double value, int places);

/// How many decimals show `value` with `significant` digits (>= 1): 3 digits of 0.08774 need 4
/// decimals, of 102.8 none, of 12.3 one. Never negative; 0 for zero.
[[nodiscard]] int places_for(double value, int significant);

/// An integer with thousands separators: 557115 -> "557,115".
[[nodiscard]] std::string grouped(std::int64_t value);

/// Reads a plain decimal ("-12.5", "1e-9"); nothing else (no sign '+', no spaces, no grouping).
[[nodiscard]] std::optional<double> parse_decimal(std::string_view text);

}  // namespace chimera::proto
