// Ranks of values, ties shared. Pure, thread-safe.
#pragma once

#include <span>
#include <vector>

namespace chimera::evidence {

struct midranks {
  std::vector<double> rank;  ///< 1-based, one a value; equal values share the mean of their ranks
  double tie_sum = 0;        ///< sum of t^3 - t over the groups of t equal values
};
[[nodiscard]] midranks rank_values(std::span<const double> values);

/// Sorts finite values in place; -0 becomes 0, so that equal multisets have equal bits.
void sort_values(std::span<double> values);
/// A sorted copy in which -0 is 0, so that equal multisets have equal bits.
[[nodiscard]] std::vector<double> sorted_copy(std::span<const double> values);

}  // namespace chimera::evidence
