#include "agents/evidence/facts/row_filter.hpp"

#include <cmath>
#include <unordered_map>

namespace chimera::evidence {

std::optional<factor_levels> read_factor(const evidence_table& t, std::size_t column,
                                         std::size_t at_most) {
  const struct column& cells = t.data.columns[column];
  factor_levels factor;
  factor.column = column;
  factor.of_row.assign(t.data.rows, factor_levels::none);
  std::unordered_map<std::string, std::uint32_t> known;
  for (std::size_t row = 0; row < t.data.rows; ++row) {
    if (cells.missing(row)) continue;
    std::string level = cells.text(row);
    auto found = known.find(level);
    if (found == known.end()) {
      // A level that only failed rows have is still needed to count these rows.
      if (factor.levels.size() == at_most) return std::nullopt;
      found = known.emplace(level, static_cast<std::uint32_t>(factor.levels.size())).first;
      factor.levels.push_back(std::move(level));
    }
    factor.of_row[row] = found->second;
  }
  return factor;
}

selected select_rows(const evidence_table& t, std::size_t column, const row_filter& filter) {
  selected out;
  const struct column& cells = t.data.columns[column];
  out.values.reserve(t.data.rows);
  for (std::size_t row = 0; row < t.data.rows; ++row) {
    if (filter.factor != nullptr && filter.factor->of_row[row] != filter.level) continue;
    if (t.rows.state[row] == row_state::failed) {
      ++out.excluded.failed;
      continue;
    }
    if (filter.only && t.rows.warm[row] != *filter.only) {
      if (t.rows.warm[row] == warmth::cold) ++out.excluded.cold;
      continue;
    }
    const double value = cells.number(row);
    if (is_number(value) && std::isfinite(value))
      out.values.push_back(value);
    else
      ++out.excluded.missing;
  }
  return out;
}

std::vector<proto::filter_term> to_terms(const evidence_table& t, const row_filter& filter) {
  std::vector<proto::filter_term> terms;
  if (filter.factor != nullptr)
    terms.push_back(
        {t.data.columns[filter.factor->column].name, "=", filter.factor->levels[filter.level]});
  if (filter.only) terms.push_back({"row", "is", *filter.only == warmth::warm ? "warm" : "cold"});
  return terms;
}

}  // namespace chimera::evidence
