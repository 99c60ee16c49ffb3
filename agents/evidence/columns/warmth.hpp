// Cold and warm rows: which rows paid for loading the model, and what made them pay.
#pragma once

#include <span>

#include "agents/evidence/columns/row_states.hpp"
#include "agents/evidence/columns/traits.hpp"
#include "agents/evidence/tables/table.hpp"

namespace chimera::evidence {

/// Fills the cold and warm part of `states`, whose failures are known already. Pure otherwise,
/// thread-safe. The rules stand at judge_rows.
void judge_warmth(const table& t, std::span<const column_traits> traits, row_states& states);

}  // namespace chimera::evidence
