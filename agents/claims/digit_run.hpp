// How far the digits of one number reach, and what they mean.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace chimera::claims {

/// One past the number of ASCII digits that begins at `at`: groups ("1,234", "1 234", "1'234"),
/// decimals, exponent; invisible characters within, and digits of other scripts that join it.
[[nodiscard]] std::size_t digits_end(std::string_view text, std::size_t at);

/// The value of such a number with its sign; absent where it cannot be told ("0,5", "1.2.3",
/// "10²").
[[nodiscard]] std::optional<double> digits_value(std::string_view number);

/// The unit that sticks to the number which ends at `at`: "%", "ms", "x", "tok/s"; "" if none.
[[nodiscard]] std::string unit_at(std::string_view text, std::size_t at);

}  // namespace chimera::claims
