// Descriptive statistics with their refusals. Pure functions of spans of finite numbers;
// thread-safe; results depend only on the multiset of the values (sums are compensated and taken in
// sorted order), so any order of the rows gives the same bits.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace chimera::evidence {

/// Confidence interval of the median from order statistics (David & Nagaraja, Order Statistics,
/// 3rd ed., 7.1): [x(k), x(n+1-k)] with the largest k whose coverage is still >= level.
struct median_interval {
  double low = 0;
  double high = 0;
  std::uint64_t k = 0;  ///< rank from each end, 1-based
  double coverage = 0;  ///< exact, >= level
};

struct summary {
  std::uint64_t n = 0;
  double sum = 0, mean = 0, min = 0, max = 0, median = 0;
  double p5 = 0, p25 = 0, p75 = 0, p90 = 0, p95 = 0, p99 = 0;  ///< type 7 (Hyndman & Fan 1996)
  std::optional<double> sd;                                    ///< n - 1; absent for n < 2
  std::optional<double> cv;                  ///< sd / |mean|; absent without sd or with mean 0
  double mad = 0;                            ///< median absolute deviation, unscaled
  std::optional<median_interval> median_ci;  ///< 95 %; absent for n < 6
  std::optional<double> skewness;            ///< adjusted Fisher-Pearson; absent for n < 3 or sd 0
};

/// Sorts a copy. Requires at least one value, all finite.
[[nodiscard]] summary summarise(std::span<const double> values);
/// The same for values that are sorted already.
[[nodiscard]] summary summarise_sorted(std::span<const double> sorted);

/// Type 7 quantile of sorted values; p in [0, 1]; at least one value.
[[nodiscard]] double quantile7(std::span<const double> sorted, double p);

/// Smallest n at which a quantile may be shown: type 7 no longer interpolates with the extreme,
/// (n-1)(1-p) > 1 (or p for the lower tail). 12 for p90, 22 for p95, 102 for p99, 1002 for p99.9.
[[nodiscard]] std::uint64_t quantile_n_min(double p);
/// Smallest n at which a one-sided 95 % upper bound of the quantile exists: p^n <= 0.05.
/// 29 / 59 / 299 for p90 / p95 / p99. For p < 0.5 the same of the lower bound.
[[nodiscard]] std::uint64_t quantile_bound_n_min(double p);

/// Harmonic mean; requires positive values.
[[nodiscard]] double harmonic_mean(std::span<const double> values);
[[nodiscard]] double harmonic_mean_sorted(std::span<const double> sorted);

/// Indexes of outliers by the modified z-score (Iglewicz & Hoaglin 1993) |0.6745 (x - median) /
/// MAD| > 3.5. None with MAD = 0 or below the resolution of the values, which is half the smallest
/// step between two of them: a few ticks of a clock are no scatter to measure outliers by.
[[nodiscard]] std::vector<std::size_t> mad_outliers(std::span<const double> values);
/// Beyond Tukey's outer fences (3 IQR); none with an IQR of 0 or below the resolution.
[[nodiscard]] std::vector<std::size_t> tukey_severe_outliers(std::span<const double> values);

}  // namespace chimera::evidence
