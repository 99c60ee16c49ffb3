// What kind of number a token is, by the text around it. Pure, thread-safe.
#pragma once

#include <string_view>

#include "agents/claims/number_scanner.hpp"

namespace chimera::claims {

/// True for a number in code that is told like any other: alone in its code span ("`87.7 ms`"), or
/// in a fence and no part of a name. Looks at no more than 200 bytes on each side.
[[nodiscard]] bool told_in_code(std::string_view text, const number_token& token);

/// True for "twice", "doubled", "threefold", "half": ratios without a unit.
[[nodiscard]] bool is_factor(std::string_view text, const number_token& token);

}  // namespace chimera::claims
