// Finite values for property tests: few different ones, so that ties are met, or of any size.
#pragma once

#include <rapidcheck.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

namespace chimera::tests {

inline std::vector<double> random_values(std::size_t n_min) {
  const bool coarse = *rc::gen::arbitrary<bool>();
  const auto n = n_min + *rc::gen::inRange<std::size_t>(0, 60);
  const auto whole = *rc::gen::container<std::vector<std::int64_t>>(
      n, rc::gen::inRange<std::int64_t>(coarse ? -3 : -1'000'000'000, coarse ? 4 : 1'000'000'000));
  std::vector<double> values;
  for (const std::int64_t x : whole) values.push_back(static_cast<double>(x) * 0.1);
  // Both zeros, to see that they are told apart nowhere.
  if (coarse && !values.empty()) values.front() = -0.0;
  return values;
}

inline std::vector<double> shuffled(std::vector<double> values) {
  std::mt19937_64 random(*rc::gen::arbitrary<std::uint64_t>());
  std::ranges::shuffle(values, random);
  return values;
}

}  // namespace chimera::tests
