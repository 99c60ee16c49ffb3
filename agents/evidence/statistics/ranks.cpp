#include "agents/evidence/statistics/ranks.hpp"

#include <bit>
#include <boost/sort/spreadsort/float_sort.hpp>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>

namespace chimera::evidence {

namespace {

// Positions of the values in their order. Half as large as pointers: columns have millions of rows.
std::vector<std::uint32_t> order_of(std::span<const double> values) {
  assert(values.size() <= std::numeric_limits<std::uint32_t>::max());
  std::vector<std::uint32_t> order(values.size());
  std::iota(order.begin(), order.end(), std::uint32_t{0});
  const auto bits = [values](std::uint32_t i, unsigned by) {
    return std::bit_cast<std::int64_t>(values[i]) >> by;
  };
  const auto less = [values](std::uint32_t x, std::uint32_t y) { return values[x] < values[y]; };
  boost::sort::spreadsort::float_sort(order.begin(), order.end(), bits, less);
  return order;
}

}  // namespace

midranks rank_values(std::span<const double> values) {
  const std::vector<std::uint32_t> order = order_of(values);
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

void sort_values(std::span<double> values) {
  for (double& x : values) x += 0.0;
  boost::sort::spreadsort::float_sort(values.begin(), values.end());
}

std::vector<double> sorted_copy(std::span<const double> values) {
  std::vector<double> sorted(values.begin(), values.end());
  sort_values(sorted);
  return sorted;
}

}  // namespace chimera::evidence
