// Two samples compared: rank test, effect sizes, intervals of ratios. Pure, thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace chimera::evidence {

/// Mann-Whitney U of `a` against `b`, two-sided (Mann & Whitney 1947).
struct rank_test {
  double u = 0;  ///< of `a`: pairs with a > b, ties count one half
  double p = 1;
  bool exact = false;  ///< counted over all arrangements (no ties and n1 n2 <= 400), else normal
                       ///< approximation with tie and continuity correction
};
[[nodiscard]] rank_test mann_whitney(std::span<const double> a, std::span<const double> b);
/// The same, in linear time, for samples that are sorted already (sort_values); so are the others
/// whose names end in _sorted.
[[nodiscard]] rank_test mann_whitney_sorted(std::span<const double> a, std::span<const double> b);

/// Smallest p that the exact test can reach at these sizes: 2 / C(n1+n2, n1).
[[nodiscard]] double smallest_p(std::uint64_t n1, std::uint64_t n2);

/// Vargha & Delaney's A12: P(a > b) + P(a = b) / 2.
[[nodiscard]] double a12(std::span<const double> a, std::span<const double> b);

/// Hodges-Lehmann shift: median of all differences a_i - b_j (Hodges & Lehmann 1963), exact for any
/// sizes in O(n log n) time and O(n) memory. 0 if a sample is empty.
[[nodiscard]] double hodges_lehmann(std::span<const double> a, std::span<const double> b);
[[nodiscard]] double hodges_lehmann_sorted(std::span<const double> a, std::span<const double> b);

/// Holm's step-down adjustment (Holm 1979); same order as the input, each in [0, 1].
[[nodiscard]] std::vector<double> holm(std::span<const double> p_values);

struct interval {
  double low = 0;
  double high = 0;
};
/// 95 % BCa bootstrap interval (Efron 1987) of median(a) / median(b), `draws` resamples from a
/// generator seeded with `seed`; absent if either has fewer than 4 values or a median of b is 0, or
/// changes its sign, in a resample. Same values, same seed: same bits (no std::uniform_*). The
/// medians of resamples are drawn from their exact distribution, without resampling.
[[nodiscard]] std::optional<interval> ratio_of_medians_interval(std::span<const double> a,
                                                                std::span<const double> b,
                                                                std::uint64_t seed,
                                                                std::uint32_t draws = 10'000);
[[nodiscard]] std::optional<interval> ratio_of_medians_interval_sorted(
    std::span<const double> a, std::span<const double> b, std::uint64_t seed,
    std::uint32_t draws = 10'000);

}  // namespace chimera::evidence
