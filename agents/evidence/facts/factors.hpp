// Which columns of a table group its rows, and what else varies when they do. Pure, thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agents/evidence/facts/row_filter.hpp"

namespace chimera::evidence {

/// Columns whose values can be compared: single values (no stored statistics) with a polarity.
[[nodiscard]] std::vector<std::size_t> comparable_measures(const evidence_table& t);

/// True if the table tells cold rows from warm ones and has cold ones.
[[nodiscard]] bool tells_cold_rows(const evidence_table& t);

/// Levels that are read of a factor: those of failed rows count here, too.
constexpr std::size_t factor_levels_max = 12;

/// Labels and parameters with 2..8 levels among the rows that did not fail, one level at least with
/// two of them. Of columns that make the same groups the one with the shorter texts.
[[nodiscard]] std::vector<factor_levels> comparable_factors(const evidence_table& t);

/// Columns that describe the circumstances of a row: labels, parameters and inputs (prompts) with
/// at most 64 different values. What the measured program wrote is no circumstance.
[[nodiscard]] std::vector<factor_levels> circumstances(const evidence_table& t);

/// True if each level of one column goes with one level of the other, either way, and the text of
/// one is part of that of the other: two names of one thing ("q4_0", "llama3.1:8b-q4_0").
[[nodiscard]] bool name_the_same(const evidence_table& t, const factor_levels& a,
                                 const factor_levels& b);

/// Half the sum of |share in a - share in b| over all levels: 0 = alike, 1 = nothing in common.
/// Counts by level, of equal lengths; 0 if one is empty.
[[nodiscard]] double distance_between(std::span<const double> a, std::span<const double> b);

/// From this distance on a circumstance is called confounded. Two of twelve rows lost to failures
/// stay below it; a parameter that was set for one group alone does not.
constexpr double confounded_from = 0.25;
constexpr std::string_view cold_rows_confound = "cold rows";

/// Tells for pairs of levels of one factor what else differs between them.
class confound_finder {
 public:
  /// The references must outlive it.
  confound_finder(const evidence_table& t, const factor_levels& factor,
                  std::span<const factor_levels> all_circumstances);
  /// Names of columns, in column order.
  [[nodiscard]] std::vector<std::string> between(std::uint32_t a, std::uint32_t b,
                                                 bool warm_only) const;
  /// True if cold rows are more frequent in one of the two.
  [[nodiscard]] bool cold_differs(std::uint32_t a, std::uint32_t b) const;

 private:
  struct one_column {
    std::string name;
    std::vector<std::vector<double>> all;   ///< [level of the factor][level of the column]
    std::vector<std::vector<double>> warm;  ///< the same of rows that are not cold
  };
  std::vector<one_column> columns_;
  std::vector<std::vector<double>> cold_;  ///< [level][0 = not cold, 1 = cold]
};

}  // namespace chimera::evidence
