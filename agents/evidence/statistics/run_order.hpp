// What the order of the runs does to the values: drift, autocorrelation, relations between columns.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace chimera::evidence {

/// Lag-1 autocorrelation; absent for n < 3 or constant values.
[[nodiscard]] std::optional<double> autocorrelation(std::span<const double> in_order);
/// n (1 - r) / (1 + r) for r > 0, else n.
[[nodiscard]] double effective_n(std::uint64_t n, double lag1);

/// Spearman's rank correlation of value against position and its two-sided p (t approximation,
/// n >= 10; absent below or for constant values). A perfect order has p = 2 / n!, its exact chance.
struct drift {
  double rho = 0;
  double p = 1;
};
[[nodiscard]] std::optional<drift> drift_of(std::span<const double> in_order);

/// Kruskal-Wallis eta squared: share of the variance of ranks that the groups explain,
/// (H-k+1)/(n-k) with H corrected for ties, 0 where that is negative (Tomczak & Tomczak 2014);
/// group[i] is the group of values[i]. Absent for one group, for no more values than groups and for
/// constant values.
[[nodiscard]] std::optional<double> eta_squared(std::span<const double> values,
                                                std::span<const std::uint32_t> group);

/// A column that is a function of its neighbours, row by row.
struct identity {
  std::size_t target = 0;
  enum class form : std::uint8_t {
    equal,       ///< target = k a
    sum,         ///< target = a + b
    difference,  ///< target = a - b
    ratio,       ///< target = k a / b
    sum_over,    ///< target = k (a + b) / c
    product      ///< target = k a b
  } how = form::ratio;
  std::vector<std::size_t> operands;  ///< column indexes a, b, c
  double factor = 1;                  ///< k: 1, 0.5, 100, 50, 1000, 1e-3 ...
  std::uint64_t rows = 0;             ///< rows on which it was checked; all hold
};

/// Searches `columns` (equal lengths; holes are NaN) for identities that hold on every row where
/// all operands are present, within `tolerance` relative, on at least `rows_min` rows with at least
/// three distinct target values. Operands are never constants, simpler forms win, each target is
/// explained at most once and never by columns that it explains. Factors: powers of ten from 1e-9
/// to 1e9, and these times 0.5. The
/// same relation can be read from several sides (x = a / b, b = a / x): the column that stands
/// first is explained, so give ratios and rates first. Of equal columns the later is the copy.
/// Candidates are taken from at most eight rows, so columns that are never present together on one
/// of them are not related. The first 64 columns are searched; O(columns^3) look-ups plus the rows
/// of what survives the first ones. Rows that are true in `left_out` (empty: none) do not count.
[[nodiscard]] std::vector<identity> find_identities(
    std::span<const std::span<const double>> columns, std::uint64_t rows_min, double tolerance,
    const std::vector<bool>& left_out = {});

}  // namespace chimera::evidence
