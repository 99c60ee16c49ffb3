// The facts of comparisons: test, effect sizes, ratios and the verdict, each derived from the facts
// of the two groups.
#pragma once

#include <functional>
#include <span>
#include <string>

#include "agents/evidence/facts/comparison.hpp"
#include "agents/evidence/facts/fact_set.hpp"

namespace chimera::evidence {

/// Gives the id of the fact with a key, or "".
using id_lookup = std::function<std::string(const std::string& key)>;

/// Adds the facts of one comparison to `facts`: ratio_of_means, ratio_of_medians (and its
/// interval), hl_shift, a12, u, p, p_holm, verdict. `id_of` knows the facts of the groups, of any
/// file.
void add_comparison(const comparison& c, std::span<const evidence_table> tables,
                    const id_lookup& id_of, fact_set& facts);

/// The key of an aggregate of one side ("median", "mean", "count") among the facts.
[[nodiscard]] std::string group_key(const sample_group& group,
                                    std::span<const evidence_table> tables, std::string_view agg);

/// The key of one of the comparison's own facts; `id_of` knows the facts of the groups.
[[nodiscard]] std::string comparison_key(const comparison& c,
                                         std::span<const evidence_table> tables,
                                         const id_lookup& id_of, std::string_view agg);

/// "different", "not distinguishable", "equivalent" or "untestable".
[[nodiscard]] std::string_view to_text(judgement j);

}  // namespace chimera::evidence
