// Strikes what a report must not say: sentences with a number that no reference printed.
#pragma once

#include "agents/report/printer.hpp"

namespace chimera::report {

/// Wraps every sentence (list item, table cell) that holds a bare number or date in ~~, its markup
/// escaped so that the strike holds, and moves the spans along. A number also is bare if it touches
/// what a reference printed or reaches into it: "{{f:x}}0" must not print another number.
[[nodiscard]] printed strike_sentences(printed p);

}  // namespace chimera::report
