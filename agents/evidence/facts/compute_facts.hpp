// All facts of a dataset whose tables, comparisons and lints stand.
#pragma once

#include <cstddef>

#include "agents/evidence/facts/dataset.hpp"

namespace chimera::evidence {

/// Fills `data.facts` and `data.fact_index`. Files are worked on by up to `threads` threads; the
/// result does not depend on their number.
void compute_facts(dataset& data, std::size_t threads);

}  // namespace chimera::evidence
