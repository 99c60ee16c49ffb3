// How many a principal may ask for in a time: a bucket of tokens that refills.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace chimera::http {

/// `burst` at once, `per_second` in the long run. Time is an argument.
class rate_limit {
 public:
  rate_limit(double per_second, double burst)
      : per_second_(per_second), burst_(burst), left_(burst) {}

  [[nodiscard]] bool take(std::chrono::nanoseconds now) {
    const double passed = std::chrono::duration<double>(now - last_).count();
    last_ = now;
    left_ = std::min(burst_, left_ + std::max(passed, 0.0) * per_second_);
    if (left_ < 1) return false;
    left_ -= 1;
    return true;
  }

 private:
  double per_second_;
  double burst_;
  double left_;
  std::chrono::nanoseconds last_{};
};

}  // namespace chimera::http
