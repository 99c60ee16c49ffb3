#include "agents/evidence/statistics/run_order.hpp"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cassert>
#include <cmath>
#include <map>

#include "agents/evidence/statistics/compensated_sum.hpp"
#include "agents/evidence/statistics/distributions.hpp"
#include "agents/evidence/statistics/ranks.hpp"

namespace chimera::evidence {
namespace {

constexpr std::size_t drift_n_min = 10;

// Both orders of the same ranks, or their reverse, among n! orders.
double p_of_perfect_order(std::size_t n) {
  double orders = 1;
  for (std::size_t i = 2; i <= n && orders < 1e300; ++i) orders *= static_cast<double>(i);
  return 2 / orders;
}

}  // namespace

std::optional<double> autocorrelation(std::span<const double> in_order) {
  if (in_order.size() < 3) return std::nullopt;
  const auto [least, most] = std::ranges::minmax(in_order);
  if (least == most) return std::nullopt;
  compensated_sum sum;
  for (const double x : in_order) sum.add(x);
  const double mean = sum.total() / static_cast<double>(in_order.size());
  compensated_sum products;
  compensated_sum squares;
  for (std::size_t i = 0; i < in_order.size(); ++i) {
    const double off = in_order[i] - mean;
    squares.add(off * off);
    if (i > 0) products.add(off * (in_order[i - 1] - mean));
  }
  if (!(squares.total() > 0)) return std::nullopt;
  return products.total() / squares.total();
}

double effective_n(std::uint64_t n, double lag1) {
  const auto size = static_cast<double>(n);
  return lag1 > 0 ? size * (1 - lag1) / (1 + lag1) : size;
}

std::optional<drift> drift_of(std::span<const double> in_order) {
  const std::size_t n = in_order.size();
  if (n < drift_n_min) return std::nullopt;
  const midranks ranks = rank_values(in_order);
  const auto size = static_cast<double>(n);
  const double middle = (size + 1) / 2;
  compensated_sum products;
  for (std::size_t i = 0; i < n; ++i) {
    products.add((static_cast<double>(i) + 1 - middle) * (ranks.rank[i] - middle));
  }
  const double square_positions = (size * size * size - size) / 12;
  const double square_ranks = square_positions - ranks.tie_sum / 12;
  if (!(square_ranks > 0)) return std::nullopt;
  const double rho =
      std::clamp(products.total() / std::sqrt(square_positions * square_ranks), -1.0, 1.0);
  const double rest = 1 - rho * rho;
  if (rest < 1e-12) return drift{rho, p_of_perfect_order(n)};
  const boost::math::students_t_distribution<double, math_policy> by_chance(size - 2);
  const double t = std::abs(rho) * std::sqrt((size - 2) / rest);
  return drift{rho, 2 * boost::math::cdf(boost::math::complement(by_chance, t))};
}

std::optional<double> eta_squared(std::span<const double> values,
                                  std::span<const std::uint32_t> group) {
  assert(values.size() == group.size());
  struct ranks_of_group {
    double sum = 0;
    double n = 0;
  };
  const midranks ranks = rank_values(values);
  std::map<std::uint32_t, ranks_of_group> groups;
  for (std::size_t i = 0; i < values.size(); ++i) {
    groups[group[i]].sum += ranks.rank[i];
    groups[group[i]].n += 1;
  }
  const auto n = static_cast<double>(values.size());
  const auto k = static_cast<double>(groups.size());
  if (groups.size() < 2 || n <= k) return std::nullopt;
  const double ties = 1 - ranks.tie_sum / (n * n * n - n);
  if (!(ties > 0)) return std::nullopt;
  compensated_sum squares;
  for (const auto& [id, of] : groups) squares.add(of.sum * of.sum / of.n);
  const double h = (12 / (n * (n + 1)) * squares.total() - 3 * (n + 1)) / ties;
  return std::clamp((h - k + 1) / (n - k), 0.0, 1.0);
}

}  // namespace chimera::evidence
