#include <rapidcheck.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <random>

#include "agents/evidence/statistics/measured_values.hpp"
#include "agents/evidence/statistics/random_values.hpp"
#include "agents/evidence/statistics/summary.hpp"
#include "agents/evidence/statistics/two_samples.hpp"

using namespace chimera::evidence;
using namespace chimera::tests;

namespace {

using values = std::vector<double>;

double resampled_median(const values& from, std::mt19937_64& random) {
  values sample;
  for (std::size_t i = 0; i < from.size(); ++i) sample.push_back(from[random() % from.size()]);
  return summarise(sample).median;
}

}  // namespace

TEST_CASE("the interval of the ratio of two sweeps encloses the ratio closely") {
  const auto found = ratio_of_medians_interval(gemma_tokens_s, llama_tokens_s, 1);
  REQUIRE(found);
  CHECK(found->low > 1.310);
  CHECK(found->low < 1.31418);
  CHECK(found->high > 1.31418);
  CHECK(found->high < 1.318);
}

TEST_CASE("the interval has no more and no less width than plain resampling gives") {
  // Without skew in the medians BCa and the percentile interval nearly agree.
  std::mt19937_64 random(7);
  values a;
  values b;
  for (int i = 0; i < 40; ++i) {
    a.push_back(100 + static_cast<double>(random() % 1000) / 100);
    b.push_back(50 + static_cast<double>(random() % 1000) / 100);
  }
  b.push_back(55);
  values ratios;
  for (int i = 0; i < 20'000; ++i)
    ratios.push_back(resampled_median(a, random) / resampled_median(b, random));
  std::ranges::sort(ratios);
  const auto found = ratio_of_medians_interval(a, b, 3, 20'000);
  REQUIRE(found);
  const double width = quantile7(ratios, 0.975) - quantile7(ratios, 0.025);
  CHECK(found->high - found->low == Approx(width).epsilon(0.15));
  CHECK(found->low == Approx(quantile7(ratios, 0.025)).margin(width / 6));
  CHECK(found->high == Approx(quantile7(ratios, 0.975)).margin(width / 6));
}

TEST_CASE("95 of 100 intervals of equal distributions hold the ratio 1") {
  std::mt19937_64 random(11);
  int hits = 0;
  for (int trial = 0; trial < 400; ++trial) {
    values a;
    values b;
    for (int i = 0; i < 24; ++i) {
      a.push_back(100 + static_cast<double>(random() % 100'000) / 1000);
      b.push_back(100 + static_cast<double>(random() % 100'000) / 1000);
    }
    const auto found = ratio_of_medians_interval(a, b, random(), 1000);
    if (found && found->low <= 1 && 1 <= found->high) ++hits;
  }
  CHECK(hits >= 368);
  CHECK(hits <= 396);
}

TEST_CASE("too few values and zero medians have no interval") {
  CHECK_FALSE(ratio_of_medians_interval(values{1, 2, 3}, values{1, 2, 3, 4}, 1));
  CHECK_FALSE(ratio_of_medians_interval(values{1, 2, 3, 4}, values{1, 2, 3}, 1));
  CHECK_FALSE(ratio_of_medians_interval(values{1, 2, 3, 4}, values{0, 0, 0, 0}, 1));
  CHECK_FALSE(ratio_of_medians_interval(values{1, 2, 3, 4}, values{0, 0, 3, 4, 5}, 1));
  CHECK_FALSE(ratio_of_medians_interval(values{1, 2, 3, 4}, values{-5, -4, 3, 4, 5}, 1));
}

TEST_CASE("constants have an interval of no width") {
  const auto found = ratio_of_medians_interval(values(5, 3.0), values(5, 2.0), 1);
  REQUIRE(found);
  CHECK(found->low == 1.5);
  CHECK(found->high == 1.5);
}

TEST_CASE("a hundred thousand values cost no more than a few") {
  values a(100'000);
  values b(100'001);
  for (std::size_t i = 0; i < a.size(); ++i) a[i] = 1000 + static_cast<double>(i % 1000);
  for (std::size_t i = 0; i < b.size(); ++i) b[i] = 2000 + static_cast<double>(i % 1000);
  const auto found = ratio_of_medians_interval(a, b, 1);
  REQUIRE(found);
  CHECK(found->low == Approx(0.6).margin(2e-3));
  CHECK(found->high == Approx(0.6).margin(2e-3));
}

TEST_CASE("same values and seed give the same bits in any order") {
  CHECK(rc::check("deterministic", [] {
    values a = random_values(4);
    values b = random_values(4);
    for (double& x : b) x += 2e8;
    const auto seed = *rc::gen::arbitrary<std::uint64_t>();
    const auto x = ratio_of_medians_interval(a, b, seed, 500);
    const auto y = ratio_of_medians_interval(shuffled(a), shuffled(b), seed, 500);
    RC_ASSERT(x.has_value() && y.has_value());
    RC_ASSERT(x->low == y->low && x->high == y->high);
    RC_ASSERT(x->low <= x->high);
    RC_ASSERT(std::isfinite(x->low) && std::isfinite(x->high));
  }));
}
