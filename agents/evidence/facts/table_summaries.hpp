// The summaries of a table's measures over all groups of rows that facts are made of, computed once
// for all of them. Pure, thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "agents/evidence/columns/evidence_table.hpp"
#include "agents/evidence/facts/comparison.hpp"
#include "agents/evidence/facts/row_filter.hpp"
#include "agents/evidence/statistics/summary.hpp"
#include "proto/fact.hpp"

namespace chimera::evidence {

/// One group of rows in one measure.
struct rows_summary {
  row_filter filter;
  proto::exclusions excluded;
  std::uint64_t n = 0;
  std::optional<summary> values;  ///< absent for n = 0
};

/// Holds the factors that the filters point to, so it moves but is not copied.
class table_summaries {
 public:
  /// Of each measure column: all rows; warm and cold rows where told apart; each level of each
  /// label or parameter with 2..12 levels, and its warm rows for times. What the comparisons of
  /// table `index` know already is taken from them, which only pays for a large table.
  table_summaries(std::span<const evidence_table> tables, std::size_t index,
                  std::span<const comparison> known, std::size_t threads);
  explicit table_summaries(const evidence_table& t) : table_summaries({&t, 1}, 0, {}, 1) {}
  table_summaries(table_summaries&&) = default;
  table_summaries& operator=(table_summaries&&) = default;
  table_summaries(const table_summaries&) = delete;
  table_summaries& operator=(const table_summaries&) = delete;
  ~table_summaries() = default;

  [[nodiscard]] const std::vector<factor_levels>& factors() const { return factors_; }
  /// In the order of facts; empty for a column that is no measure.
  [[nodiscard]] const std::vector<rows_summary>& of(std::size_t column) const {
    return of_column_[column];
  }
  /// The one with this filter, or nullptr.
  [[nodiscard]] const rows_summary* find(std::size_t column, const row_filter& filter) const;

 private:
  std::vector<factor_levels> factors_;
  std::vector<std::vector<rows_summary>> of_column_;
};

/// True if a table has so many rows that its columns are worth several threads.
[[nodiscard]] bool is_large(const evidence_table& t);
/// So many columns of a large table may be in work at a time: each is held in memory once more.
constexpr std::size_t columns_at_once = 4;

}  // namespace chimera::evidence
