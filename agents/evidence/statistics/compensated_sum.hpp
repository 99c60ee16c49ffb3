// Sum that keeps the rounding errors of its additions: Neumaier's variant of Kahan's algorithm
// (Neumaier 1974). Not thread-safe; one sum is one object.
#pragma once

#include <cmath>

namespace chimera::evidence {

class compensated_sum {
 public:
  void add(double x) {
    const double next = sum_ + x;
    lost_ += std::abs(sum_) >= std::abs(x) ? (sum_ - next) + x : (x - next) + sum_;
    sum_ = next;
  }
  /// An infinite sum stays infinite instead of becoming NaN.
  [[nodiscard]] double total() const { return std::isfinite(sum_) ? sum_ + lost_ : sum_; }

 private:
  double sum_ = 0;
  double lost_ = 0;
};

}  // namespace chimera::evidence
