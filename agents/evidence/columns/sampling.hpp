// How the rows of a table sample its configurations: what limits every statement on a parameter.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "agents/evidence/columns/evidence_table.hpp"

namespace chimera::evidence {

/// True if no two rows have the same parameters: records, no summary, at least six rows and one
/// parameter. A ranking of such rows ranks noise with the effect. Pure, thread-safe.
[[nodiscard]] bool one_sample_per_configuration(const evidence_table& t);

/// A parameter that has one level in all cold rows and others elsewhere.
struct cold_level {
  std::size_t column = 0;
  std::string level;
};

/// Those of a table with three cold rows or more, in the order of the columns: what they do to
/// times cannot be told from cold starts. Left out are the parameters whose change makes rows cold
/// (row_states::cold_block_columns) and the column that declares rows cold. Pure, thread-safe.
[[nodiscard]] std::vector<cold_level> cold_confounds(const evidence_table& t);

}  // namespace chimera::evidence
