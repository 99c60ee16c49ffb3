#include "agents/evidence/statistics/summary.hpp"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <cassert>
#include <cmath>
#include <limits>

#include "agents/evidence/statistics/compensated_sum.hpp"
#include "agents/evidence/statistics/distributions.hpp"
#include "agents/evidence/statistics/ranks.hpp"

namespace chimera::evidence {
namespace {

constexpr double level = 0.95;

double coverage_of(std::uint64_t n, std::uint64_t k) {
  const boost::math::binomial_distribution<double, math_policy> below(static_cast<double>(n), 0.5);
  return 1 - 2 * boost::math::cdf(below, static_cast<double>(k) - 1);
}

std::optional<median_interval> interval_of_median(std::span<const double> sorted) {
  const std::uint64_t n = sorted.size();
  if (n < 6) return std::nullopt;
  // The normal approximation starts within a rank or two of the answer.
  const auto size = static_cast<double>(n);
  const double guess = std::floor(size / 2 - 0.98 * std::sqrt(size));
  auto k = static_cast<std::uint64_t>(std::clamp(guess, 1.0, size / 2));
  while (k > 1 && coverage_of(n, k) < level) --k;
  while (2 * (k + 1) <= n && coverage_of(n, k + 1) >= level) ++k;
  return median_interval{sorted[k - 1] + 0.0, sorted[n - k] + 0.0, k, coverage_of(n, k)};
}

double sum_of(std::span<const double> values) {
  compensated_sum sum;
  for (const double x : values) sum.add(x);
  return sum.total();
}

void fill_moments(std::span<const double> sorted, summary& s) {
  const auto n = static_cast<double>(s.n);
  s.sum = sum_of(sorted);
  // Rounding must not put the mean outside the values: the mean of constants is the constant.
  s.mean = std::clamp(s.sum / n, s.min, s.max);
  if (s.n < 2) return;
  compensated_sum square;
  compensated_sum cube;
  for (const double x : sorted) {
    const double off = x - s.mean;
    square.add(off * off);
    cube.add(off * off * off);
  }
  const double variance = square.total() / (n - 1);
  s.sd = std::sqrt(variance);
  if (s.mean != 0) s.cv = *s.sd / std::abs(s.mean);
  const double second = square.total() / n;
  const double spread = second * std::sqrt(second);
  if (s.n < 3 || spread == 0) return;
  s.skewness = std::sqrt(n * (n - 1)) / (n - 2) * (cube.total() / n) / spread;
}

// Sorted values lie the farther from the median the farther they stand from it: the nearest ones
// are taken from both sides in turn, until half of them are.
double mad_of(std::span<const double> sorted, double median) {
  const auto right = std::ranges::lower_bound(sorted, median);
  auto above = static_cast<std::size_t>(right - sorted.begin());
  std::size_t below = above;
  double last = 0;
  double nearest = 0;
  for (std::size_t taken = 0; taken <= sorted.size() / 2; ++taken) {
    last = nearest;
    const bool take_below =
        above == sorted.size() ||
        (below > 0 && std::abs(sorted[below - 1] - median) <= std::abs(sorted[above] - median));
    nearest = std::abs((take_below ? sorted[--below] : sorted[above++]) - median);
  }
  return sorted.size() % 2 == 1 ? nearest : std::lerp(last, nearest, 0.5);
}

// Half the smallest step between different values: a spread below it is the grain of the clock or
// of the printing, not scatter.
double resolution_of(std::span<const double> sorted) {
  double step = std::numeric_limits<double>::infinity();
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    if (sorted[i] > sorted[i - 1]) step = std::min(step, sorted[i] - sorted[i - 1]);
  }
  const double rounding = 1e-12 * std::max(std::abs(sorted.front()), std::abs(sorted.back()));
  return std::max(step / 2, rounding);
}

}  // namespace

double quantile7(std::span<const double> sorted, double p) {
  assert(!sorted.empty() && p >= 0 && p <= 1);
  const double at = static_cast<double>(sorted.size() - 1) * p;
  const auto below = static_cast<std::size_t>(at);
  if (below + 1 >= sorted.size()) return sorted.back() + 0.0;
  return std::lerp(sorted[below], sorted[below + 1], at - static_cast<double>(below)) + 0.0;
}

summary summarise_sorted(std::span<const double> sorted) {
  assert(!sorted.empty());
  summary s;
  s.n = sorted.size();
  s.min = sorted.front() + 0.0;
  s.max = sorted.back() + 0.0;
  s.median = quantile7(sorted, 0.5);
  s.p5 = quantile7(sorted, 0.05);
  s.p25 = quantile7(sorted, 0.25);
  s.p75 = quantile7(sorted, 0.75);
  s.p90 = quantile7(sorted, 0.90);
  s.p95 = quantile7(sorted, 0.95);
  s.p99 = quantile7(sorted, 0.99);
  fill_moments(sorted, s);
  s.mad = mad_of(sorted, s.median);
  s.median_ci = interval_of_median(sorted);
  return s;
}

summary summarise(std::span<const double> values) { return summarise_sorted(sorted_copy(values)); }

std::uint64_t quantile_n_min(double p) {
  const double tail = std::min(p, 1 - p);
  if (!(tail > 0)) return std::numeric_limits<std::uint64_t>::max();
  double ratio = 1 / tail;
  // 1 - 0.99 is no power of ten: take the whole number that was meant.
  if (std::abs(ratio - std::round(ratio)) < 1e-9 * ratio) ratio = std::round(ratio);
  return static_cast<std::uint64_t>(std::floor(ratio)) + 2;
}

std::uint64_t quantile_bound_n_min(double p) {
  const double inner = std::max(p, 1 - p);
  if (!(inner < 1)) return std::numeric_limits<std::uint64_t>::max();
  return static_cast<std::uint64_t>(std::ceil(std::log(1 - level) / std::log(inner)));
}

double harmonic_mean(std::span<const double> values) {
  return harmonic_mean_sorted(sorted_copy(values));
}

double harmonic_mean_sorted(std::span<const double> sorted) {
  assert(!sorted.empty());
  compensated_sum inverse;
  for (const double x : sorted) inverse.add(1 / x);
  return static_cast<double>(sorted.size()) / inverse.total();
}

std::vector<std::size_t> mad_outliers(std::span<const double> values) {
  std::vector<std::size_t> found;
  if (values.empty()) return found;
  const std::vector<double> sorted = sorted_copy(values);
  const double median = quantile7(sorted, 0.5);
  const double mad = mad_of(sorted, median);
  if (mad == 0 || mad < resolution_of(sorted)) return found;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (0.6745 * std::abs(values[i] - median) / mad > 3.5) found.push_back(i);
  }
  return found;
}

std::vector<std::size_t> tukey_severe_outliers(std::span<const double> values) {
  std::vector<std::size_t> found;
  if (values.empty()) return found;
  const std::vector<double> sorted = sorted_copy(values);
  const double low = quantile7(sorted, 0.25);
  const double high = quantile7(sorted, 0.75);
  const double range = high - low;
  if (range == 0 || range < resolution_of(sorted)) return found;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i] < low - 3 * range || values[i] > high + 3 * range) found.push_back(i);
  }
  return found;
}

}  // namespace chimera::evidence
