#include "agents/evidence/statistics/ranks.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace chimera::evidence {

midranks rank_values(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [values](std::size_t i) { return values[i]; });
  midranks found;
  found.rank.resize(values.size());
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin + 1;
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    const double shared = (static_cast<double>(begin) + static_cast<double>(end) + 1) / 2;
    for (std::size_t i = begin; i < end; ++i) found.rank[order[i]] = shared;
    const auto ties = static_cast<double>(end - begin);
    found.tie_sum += ties * ties * ties - ties;
    begin = end;
  }
  return found;
}

std::vector<double> sorted_copy(std::span<const double> values) {
  std::vector<double> sorted(values.begin(), values.end());
  for (double& x : sorted) x += 0.0;
  std::ranges::sort(sorted);
  return sorted;
}

}  // namespace chimera::evidence
