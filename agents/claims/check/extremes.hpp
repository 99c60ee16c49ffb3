// Whether a fact is the best, worst, largest or smallest of its kind.
#pragma once

#include "agents/claims/check/fact_book.hpp"

namespace chimera::claims {

/// Compares `f` with its siblings: facts of the same metric, statistic and kind of rows in the same
/// file that differ in one group value or one place of the pointer only. `of_size`: largest or
/// smallest, else best or worst by polarity; `first`: best or largest. Maxima and minima are the
/// extremes of their rows; a rank of 1 is the best. False without siblings.
[[nodiscard]] bool is_extreme(const proto::fact& f, bool of_size, bool first,
                              const fact_book& book);

}  // namespace chimera::claims
