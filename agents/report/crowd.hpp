// Which marks of a figure with very many would only cover each other.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <unordered_set>

namespace chimera::report {

/// Figures of up to `marks_max` marks show each; of more, one of each kind in a square of `apart`
/// units, the first in the order of the rows: a mark is wider than that. Not thread-safe.
class crowd {
 public:
  static constexpr std::size_t marks_max = 5'000;
  static constexpr double apart = 3;
  enum class mark : std::uint8_t { circle, square, cross, line };

  explicit crowd(std::size_t marks) : crowded_(marks > marks_max) {}
  [[nodiscard]] bool crowded() const { return crowded_; }

  /// False if it would cover one that is there; else it is there from now on. Takes positions of
  /// finite numbers within a figure.
  [[nodiscard]] bool shows(mark kind, double x, double y) {
    if (!crowded_) return true;
    const auto cell = [](double at) {
      return static_cast<std::uint64_t>(static_cast<std::int64_t>(std::floor(at / apart))) &
             0xFF'FFFFU;
    };
    return taken_.insert(cell(x) << 32U | cell(y) << 8U | static_cast<std::uint64_t>(kind)).second;
  }

 private:
  bool crowded_;
  std::unordered_set<std::uint64_t> taken_;  // asked for membership only
};

}  // namespace chimera::report
