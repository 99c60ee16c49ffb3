// All facts of a dataset whose tables, comparisons and lints stand.
#pragma once

#include <cstddef>
#include <vector>

#include "agents/evidence/facts/dataset.hpp"

namespace chimera::evidence {

/// Fills `data.facts` and `data.fact_index`. Files are worked on by up to `threads` threads; the
/// result does not depend on their number.
void compute_facts(dataset& data, std::size_t threads);

/// Adds facts about the tree (file ".") to a dataset whose facts stand, in their order. Their ids
/// change if one is taken.
void insert_tree_facts(dataset& data, std::vector<proto::fact> more);

}  // namespace chimera::evidence
