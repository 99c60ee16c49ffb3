// The bootstrap of medians without resampling: the middle order statistics of a resample of n
// values are drawn from their own distribution, which costs the same for any n.
#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/normal.hpp>
#include <cmath>

#include "agents/evidence/statistics/distributions.hpp"
#include "agents/evidence/statistics/ranks.hpp"
#include "agents/evidence/statistics/summary.hpp"
#include "agents/evidence/statistics/two_samples.hpp"

namespace chimera::evidence {
namespace {

// SplitMix64 (Steele, Lea & Flood 2014).
class generator {
 public:
  explicit generator(std::uint64_t seed) : state_(seed) {}
  /// Uniform in (0, 1), never an end.
  double uniform() {
    state_ += 0x9E37'79B9'7F4A'7C15ULL;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58'476D'1CE4'E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D0'49BB'1331'11EBULL;
    return (static_cast<double>((z ^ (z >> 31)) >> 11) + 0.5) * 0x1p-53;
  }

 private:
  std::uint64_t state_;
};

// With X the indexes of a resample in order and k the lower middle (1-based):
//   P(X(k) <= i) = P(Bin(n, (i+1)/n) >= k),
//   P(X(k) <= i, X(k+1) >= j) = C(n,k) ((i+1)/n)^k ((n-j)/n)^(n-k) for i < j,
// so X(k+1), where it differs from X(k) = i, is the least of n-k draws among the indexes above i.
class median_sampler {
 public:
  explicit median_sampler(std::span<const double> sorted)
      : sorted_(sorted), n_(sorted.size()), k_((n_ + 1) / 2), even_(n_ % 2 == 0) {
    const auto n = static_cast<double>(n_);
    // Beyond ten standard deviations nothing is ever drawn.
    const double half_window = 5 * std::sqrt(n) + 2;
    const double middle = static_cast<double>(k_);
    first_ = static_cast<std::size_t>(std::max(0.0, middle - half_window));
    const auto end = static_cast<std::size_t>(std::min(n, middle + half_window));
    double below = even_ && first_ > 0 ? cdf_at(first_ - 1) : 0;
    for (std::size_t i = first_; i < end; ++i) {
      at_most_.push_back(cdf_at(i));
      if (even_) moves_on_.push_back(share_moving_on(i, at_most_.back() - below));
      below = at_most_.back();
    }
    at_most_.back() = 1;
  }

  double draw(generator& random) const {
    const double u = random.uniform();
    const auto at = std::ranges::upper_bound(at_most_, u) - at_most_.begin();
    const std::size_t i = std::min(first_ + static_cast<std::size_t>(at), n_ - 1);
    if (!even_) return sorted_[i];
    const double share = moves_on_[i - first_];
    const double v = random.uniform();
    if (v >= share || i + 1 >= n_) return sorted_[i];
    const auto above = static_cast<double>(n_ - i - 1);
    const double largest = above * std::pow(v / share, 1 / static_cast<double>(n_ - k_));
    const auto back = static_cast<std::size_t>(std::clamp(std::ceil(largest), 1.0, above));
    return std::lerp(sorted_[i], sorted_[n_ - back], 0.5);
  }

 private:
  using binomial = boost::math::binomial_distribution<double, math_policy>;

  [[nodiscard]] double share_below(std::size_t i) const {
    return static_cast<double>(i) / static_cast<double>(n_);
  }
  [[nodiscard]] double cdf_at(std::size_t i) const {
    const binomial count(static_cast<double>(n_), share_below(i + 1));
    return boost::math::cdf(boost::math::complement(count, static_cast<double>(k_) - 1));
  }
  // P(X(k+1) > i | X(k) = i), where `here` is P(X(k) = i).
  [[nodiscard]] double share_moving_on(std::size_t i, double here) const {
    if (!(here > 0) || i + 1 == n_) return 0;
    const binomial count(static_cast<double>(n_), share_below(i + 1));
    const auto k = static_cast<double>(k_);
    const double no_new = std::pow(share_below(i) / share_below(i + 1), k);
    return std::min(1.0, boost::math::pdf(count, k) * (1 - no_new) / here);
  }

  std::span<const double> sorted_;
  std::size_t n_;
  std::size_t k_;
  bool even_;
  std::size_t first_ = 0;
  std::vector<double> at_most_;   ///< P(X(k) <= i) for i from first_
  std::vector<double> moves_on_;  ///< only for even n
};

double median_without(std::span<const double> sorted, std::size_t left_out) {
  const std::size_t n = sorted.size() - 1;
  const auto at = [&](std::size_t i) { return sorted[i < left_out ? i : i + 1]; };
  return n % 2 == 1 ? at(n / 2) : std::lerp(at(n / 2 - 1), at(n / 2), 0.5);
}

struct jackknife_moments {
  double square = 0;
  double cube = 0;
};

// Acceleration by the jackknife over both samples (Davison & Hinkley 1997, 5.3.2 and 3.2.1).
template <typename RatioWithout>
jackknife_moments jackknife(std::size_t n, RatioWithout ratio_without) {
  double mean = 0;
  for (std::size_t i = 0; i < n; ++i) mean += ratio_without(i) / static_cast<double>(n);
  jackknife_moments found;
  const auto size = static_cast<double>(n);
  for (std::size_t i = 0; i < n; ++i) {
    const double influence = (size - 1) * (mean - ratio_without(i)) / size;
    found.square += influence * influence;
    found.cube += influence * influence * influence;
  }
  return found;
}

double acceleration(std::span<const double> a, std::span<const double> b, double top,
                    double bottom) {
  const jackknife_moments of_a =
      jackknife(a.size(), [&](std::size_t i) { return median_without(a, i) / bottom; });
  const jackknife_moments of_b =
      jackknife(b.size(), [&](std::size_t i) { return top / median_without(b, i); });
  const double spread = of_a.square + of_b.square;
  const double found = (of_a.cube + of_b.cube) / (6 * spread * std::sqrt(spread));
  return std::isfinite(found) ? found : 0;
}

// The share of the draws below the end of the interval that the plain normal quantile z stands for.
double corrected_share(double z, double bias, double accelerate) {
  const boost::math::normal_distribution<double, math_policy> standard;
  const double shifted = bias + z;
  return boost::math::cdf(standard, bias + shifted / (1 - accelerate * shifted));
}

}  // namespace

std::optional<interval> ratio_of_medians_interval(std::span<const double> a,
                                                  std::span<const double> b, std::uint64_t seed,
                                                  std::uint32_t draws) {
  return ratio_of_medians_interval_sorted(sorted_copy(a), sorted_copy(b), seed, draws);
}

std::optional<interval> ratio_of_medians_interval_sorted(std::span<const double> left,
                                                         std::span<const double> right,
                                                         std::uint64_t seed, std::uint32_t draws) {
  if (left.size() < 4 || right.size() < 4 || draws == 0) return std::nullopt;
  const double top = quantile7(left, 0.5);
  const double bottom = quantile7(right, 0.5);
  if (bottom == 0) return std::nullopt;
  const double observed = top / bottom;
  const median_sampler of_left(left);
  const median_sampler of_right(right);
  generator random(seed);
  std::vector<double> ratios(draws);
  double below = 0;
  for (double& ratio : ratios) {
    const double above_line = of_left.draw(random);
    const double under_line = of_right.draw(random);
    if (under_line == 0 || std::signbit(under_line) != std::signbit(bottom)) return std::nullopt;
    ratio = above_line / under_line;
    below += ratio < observed ? 1 : ratio == observed ? 0.5 : 0;
  }
  const boost::math::normal_distribution<double, math_policy> standard;
  const double least = 0.5 / draws;
  const double share = std::clamp(below / draws, least, 1 - least);
  const double bias = boost::math::quantile(standard, share);
  const double accelerate = acceleration(left, right, top, bottom);
  const double z = boost::math::quantile(standard, 0.975);
  std::ranges::sort(ratios);
  return interval{quantile7(ratios, std::clamp(corrected_share(-z, bias, accelerate), 0.0, 1.0)),
                  quantile7(ratios, std::clamp(corrected_share(z, bias, accelerate), 0.0, 1.0))};
}

}  // namespace chimera::evidence
