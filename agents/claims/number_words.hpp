// Numbers written as words.
#pragma once

#include <optional>
#include <string_view>

namespace chimera::claims {

/// The value of one English number word in lower case ("seven", "twice", "dozen", "half"); absent
/// if `word` is none. Ordinals and "one" as a pronoun are not told apart: "one" counts.
[[nodiscard]] std::optional<double> number_word(std::string_view word);

/// The denominator of "third", "quarters", "tenth": absent if `word` is none.
[[nodiscard]] std::optional<double> fraction_word(std::string_view word);

}  // namespace chimera::claims
