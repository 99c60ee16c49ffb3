#include "agents/evidence/statistics/two_samples.hpp"

#include <algorithm>
#include <boost/math/special_functions/erf.hpp>
#include <cmath>
#include <numeric>

#include "agents/evidence/statistics/distributions.hpp"
#include "agents/evidence/statistics/ranks.hpp"

namespace chimera::evidence {
namespace {

constexpr std::uint64_t exact_pairs_max = 400;

struct pair_counts {
  double u = 0;        ///< pairs with a > b, ties count one half
  double tie_sum = 0;  ///< sum of t^3 - t over the pooled sample
};

pair_counts count_pairs(std::span<const double> a, std::span<const double> b) {
  pair_counts found;
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() || j < b.size()) {
    const double x = j == b.size() || (i < a.size() && a[i] <= b[j]) ? a[i] : b[j];
    const std::size_t smaller = j;
    std::size_t same_a = 0;
    std::size_t same_b = 0;
    for (; i < a.size() && a[i] == x; ++i) ++same_a;
    for (; j < b.size() && b[j] == x; ++j) ++same_b;
    found.u += static_cast<double>(same_a) *
               (static_cast<double>(smaller) + static_cast<double>(same_b) / 2);
    const auto ties = static_cast<double>(same_a + same_b);
    found.tie_sum += ties * ties * ties - ties;
  }
  return found;
}

// P(U <= u): the first coefficients of the Gaussian binomial, built factor by factor, over their
// sum. All fit 64 bits since C(40, 20) is the largest sum there is for 400 pairs.
double share_at_most(std::uint64_t n1, std::uint64_t n2, std::uint64_t u) {
  const std::size_t few = std::min(n1, n2);
  const std::size_t many = std::max(n1, n2);
  std::vector<std::int64_t> ways(u + 1, 0);
  ways[0] = 1;
  double all = 1;
  for (std::size_t i = 1; i <= few; ++i) {
    for (std::size_t at = u; at >= many + i; --at) ways[at] -= ways[at - many - i];
    for (std::size_t at = i; at <= u; ++at) ways[at] += ways[at - i];
    // Whole at each step: C(many + i, i).
    all = std::round(all * static_cast<double>(many + i) / static_cast<double>(i));
  }
  const auto below = std::accumulate(ways.begin(), ways.end(), std::int64_t{0});
  return static_cast<double>(below) / all;
}

double normal_p(double n1, double n2, const pair_counts& counts) {
  const double n = n1 + n2;
  const double variance = n1 * n2 / 12 * (n + 1 - counts.tie_sum / (n * (n - 1)));
  if (!(variance > 0)) return 1;
  const double off = std::max(0.0, std::abs(counts.u - n1 * n2 / 2) - 0.5);
  return std::min(1.0, boost::math::erfc(off / std::sqrt(2 * variance), math_policy()));
}

}  // namespace

rank_test mann_whitney(std::span<const double> a, std::span<const double> b) {
  return mann_whitney_sorted(sorted_copy(a), sorted_copy(b));
}

rank_test mann_whitney_sorted(std::span<const double> a, std::span<const double> b) {
  rank_test test;
  if (a.empty() || b.empty()) return test;
  const pair_counts counts = count_pairs(a, b);
  test.u = counts.u;
  // Division: the product of two sizes may not fit.
  test.exact = counts.tie_sum == 0 && a.size() <= exact_pairs_max / b.size();
  if (test.exact) {
    const auto u = static_cast<std::uint64_t>(counts.u);
    const std::uint64_t tail = std::min<std::uint64_t>(u, a.size() * b.size() - u);
    test.p = std::min(1.0, 2 * share_at_most(a.size(), b.size(), tail));
  } else {
    test.p = normal_p(static_cast<double>(a.size()), static_cast<double>(b.size()), counts);
  }
  return test;
}

double smallest_p(std::uint64_t n1, std::uint64_t n2) {
  const std::uint64_t few = std::min(n1, n2);
  double arrangements = 1;
  for (std::uint64_t i = 1; i <= few && arrangements < 1e300; ++i) {
    arrangements *= static_cast<double>(n1 + n2 - few + i) / static_cast<double>(i);
  }
  return std::min(1.0, 2 / arrangements);
}

double a12(std::span<const double> a, std::span<const double> b) {
  if (a.empty() || b.empty()) return 0.5;
  return count_pairs(sorted_copy(a), sorted_copy(b)).u /
         (static_cast<double>(a.size()) * static_cast<double>(b.size()));
}

std::vector<double> holm(std::span<const double> p_values) {
  std::vector<std::size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [p_values](std::size_t i) { return p_values[i]; });
  std::vector<double> adjusted(p_values.size());
  double worst = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const double stepped = static_cast<double>(order.size() - i) * p_values[order[i]];
    worst = std::max(worst, std::min(1.0, stepped));
    adjusted[order[i]] = worst;
  }
  return adjusted;
}

}  // namespace chimera::evidence
