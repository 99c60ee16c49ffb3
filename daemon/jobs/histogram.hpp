// How values are spread, in fixed buckets: as Prometheus counts them.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace chimera::jobs {

/// Upper ends of buckets. Changing them breaks the series of those who keep them.
inline constexpr std::array<double, 16> bounds_of_seconds = {
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600};
inline constexpr std::array<double, 11> bounds_of_speed = {1,   2,   5,   10,   20,    50,
                                                           100, 200, 500, 1000, 10'000};

class histogram {
 public:
  /// `bounds` rise, and outlive it.
  explicit histogram(std::span<const double> bounds)
      : bounds_(bounds), counts_(bounds.size() + 1, 0) {}

  void add(double value) {
    const auto at = std::ranges::lower_bound(bounds_, value);
    ++counts_[static_cast<std::size_t>(at - bounds_.begin())];
    sum_ += value;
  }

  [[nodiscard]] std::span<const double> bounds() const { return bounds_; }
  /// Of each bucket alone; one more than there are bounds: the last has no upper end.
  [[nodiscard]] const std::vector<std::uint64_t>& counts() const { return counts_; }
  [[nodiscard]] double sum() const { return sum_; }

 private:
  std::span<const double> bounds_;
  std::vector<std::uint64_t> counts_;
  double sum_ = 0;
};

}  // namespace chimera::jobs
