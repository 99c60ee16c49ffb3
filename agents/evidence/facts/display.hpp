// How a value is shown to people: unit, significant digits, complete text.
#pragma once

#include <string>
#include <string_view>

#include "proto/fact.hpp"

namespace chimera::evidence {

/// Shows `value` of aggregation `agg` in `unit`: times move to the unit that gives 1..999 (0.0877 s
/// is "87.70 ms"), counts are exact and grouped, ratios and effect sizes have fixed digits, p
/// values below 0.0001 read "< 0.0001", a coefficient of variation is shown in percent. Pure.
[[nodiscard]] proto::display display_of(double value, std::string_view unit, std::string_view dim,
                                        std::string_view agg);

}  // namespace chimera::evidence
