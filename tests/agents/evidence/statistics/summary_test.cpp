#include "agents/evidence/statistics/summary.hpp"

#include <rapidcheck.h>

#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <string>

#include "agents/evidence/statistics/measured_values.hpp"
#include "agents/evidence/statistics/random_values.hpp"

using namespace chimera::evidence;
using namespace chimera::tests;

namespace {

// References have six significant digits.
Approx about(double x) { return Approx(x).epsilon(5e-6).margin(0); }

bool same_bits(double x, double y) {
  return std::bit_cast<std::uint64_t>(x) == std::bit_cast<std::uint64_t>(y);
}

}  // namespace

TEST_CASE("summaries of measured values are those of numpy and DuckDB") {
  struct expected {
    std::string name;
    const std::vector<double>& values;
    double mean, sd, min, p50, p95, max;
  };
  const std::vector<expected> table = {
      {"gemma ttft", gemma_ttft_s, 0.689699, 1.05177, 0.116952, 0.140875, 2.62681, 2.90400},
      {"gemma tokens/s", gemma_tokens_s, 101.994, 0.509757, 100.755, 101.980, 102.970, 103.156},
      {"gemma load", gemma_load_s, 0.626627, 0.956166, 0.104372, 0.128614, 2.37536, 2.66740},
      {"gemma eval", gemma_eval_count, 889.944, 99.8029, 646, 907, 1047.25, 1115},
      {"270m ttft", gemma_270m_ttft_s, 0.467221, 0.606167, 0.0535847, 0.0682436, 1.22947, 2.27868},
      {"270m tok/s", gemma_270m_tokens_s, 286.542, 15.5409, 212.721, 289.678, 301.155, 303.898},
      {"llama ttft", llama_ttft_s, 1.20942, 1.67166, 0.0741, 0.08985, 3.51115, 5.7669},
      {"llama tok/s", llama_tokens_s, 77.6078, 0.279593, 76.93, 77.6, 78.0225, 78.42},
      {"llama tokens", llama_total_tokens, 133.944, 7.50598, 120, 134.5, 145, 152},
      {"baseline ttft", baseline_ttft_s, 0.566692, 0.983531, 0.123005, 0.129432, 1.88684, 2.32608},
      {"q4 tok/s", q4_0_tokens_s, 76.5860, 1.51469, 74.11, 76.88, 78.0, 78.26},
      {"q5 tok/s", q5_k_m_tokens_s, 65.1840, 0.408020, 64.85, 65.03, 65.74, 65.89},
      {"q8 tok/s", q8_0_tokens_s, 46.5720, 0.321512, 46.04, 46.64, 46.838, 46.85},
      {"restart", restart_tokens_s, 88.9040, 29.5920, 35.98, 101.52, 102.76, 102.76}};
  for (const expected& e : table) {
    INFO(e.name);
    const summary s = summarise(e.values);
    CHECK(s.n == e.values.size());
    CHECK(s.mean == about(e.mean));
    REQUIRE(s.sd);
    CHECK(*s.sd == about(e.sd));
    CHECK(s.min == about(e.min));
    CHECK(s.median == about(e.p50));
    CHECK(s.p95 == about(e.p95));
    CHECK(s.max == about(e.max));
    CHECK(*s.cv == about(e.sd / e.mean).epsilon(2e-5));
  }
}

TEST_CASE("the interval of the median is the narrowest one of at least 95 percent") {
  struct expected {
    const std::vector<double>& values;
    double low, high;
    std::uint64_t k;
    double coverage;
  };
  const std::vector<expected> table = {{gemma_ttft_s, 0.132396, 0.149637, 12, .9712},
                                       {gemma_tokens_s, 101.770, 102.161, 12, .9712},
                                       {gemma_load_s, 0.117648, 0.135372, 12, .9712},
                                       {gemma_eval_count, 843, 951, 12, .9712},
                                       {gemma_270m_ttft_s, 0.0640863, 1.14851, 11, .9757},
                                       {gemma_270m_tokens_s, 284.301, 292.806, 11, .9757},
                                       {llama_ttft_s, 0.0835, 2.9634, 12, .9712}};
  for (const expected& e : table) {
    const auto found = summarise(e.values).median_ci;
    REQUIRE(found);
    CHECK(found->low == about(e.low));
    CHECK(found->high == about(e.high));
    CHECK(found->k == e.k);
    CHECK(found->coverage == Approx(e.coverage).margin(5e-5));
  }
}

TEST_CASE("five values have no interval of the median, six have their range") {
  CHECK_FALSE(summarise(baseline_ttft_s).median_ci);
  const std::vector<double> six = {6, 5, 4, 3, 2, 1};
  const auto found = summarise(six).median_ci;
  REQUIRE(found);
  CHECK(found->low == 1);
  CHECK(found->high == 6);
  CHECK(found->coverage == Approx(1 - 2.0 / 64).epsilon(1e-14));
}

TEST_CASE("an interval of a million values covers 95 percent and one rank less does not") {
  std::vector<double> many(1'000'000);
  for (std::size_t i = 0; i < many.size(); ++i) many[i] = static_cast<double>(i);
  const auto found = summarise_sorted(many).median_ci;
  REQUIRE(found);
  CHECK(found->k == 499'020);
  CHECK(found->coverage >= 0.95);
  CHECK(found->coverage < 0.9502);
}

TEST_CASE("smallest sizes at which quantiles and their bounds exist") {
  CHECK(quantile_n_min(0.90) == 12);
  CHECK(quantile_n_min(0.95) == 22);
  CHECK(quantile_n_min(0.99) == 102);
  CHECK(quantile_n_min(0.999) == 1002);
  CHECK(quantile_n_min(0.05) == 22);
  CHECK(quantile_n_min(0.01) == 102);
  CHECK(quantile_bound_n_min(0.90) == 29);
  CHECK(quantile_bound_n_min(0.95) == 59);
  CHECK(quantile_bound_n_min(0.99) == 299);
  CHECK(quantile_bound_n_min(0.999) == 2995);
  CHECK(quantile_bound_n_min(0.05) == 59);
}

TEST_CASE("one value has no spread, two have one, constants have none but a mean that is exact") {
  const summary one = summarise(std::vector<double>{7});
  CHECK(one.median == 7);
  CHECK_FALSE(one.sd);
  CHECK_FALSE(one.cv);
  CHECK_FALSE(one.skewness);
  const summary two = summarise(std::vector<double>{1, 3});
  CHECK(*two.sd == Approx(std::sqrt(2.0)));
  CHECK_FALSE(two.skewness);
  const summary constant = summarise(std::vector<double>(7, 0.1));
  CHECK(constant.mean == 0.1);
  CHECK(*constant.sd == 0);
  CHECK(*constant.cv == 0);
  CHECK_FALSE(constant.skewness);
  CHECK_FALSE(summarise(std::vector<double>{-1, 1}).cv);
}

TEST_CASE("sums keep what plain addition loses") {
  CHECK(summarise(std::vector<double>{1, 1e100, 1, -1e100}).sum == 2);
  CHECK(summarise(std::vector<double>(10, 0.1)).sum == 1.0);
}

TEST_CASE("skewness is the adjusted Fisher-Pearson coefficient") {
  CHECK(*summarise(std::vector<double>{1, 2, 3, 4, 10}).skewness ==
        Approx(1.6970562748).epsilon(1e-9));
  CHECK(*summarise(std::vector<double>{1, 2, 3}).skewness == 0);
}

TEST_CASE("the harmonic mean of rates is below their mean") {
  CHECK(harmonic_mean(restart_tokens_s) == about(74.673).epsilon(1e-5));
  CHECK(harmonic_mean(std::vector<double>{40, 60}) == Approx(48));
}

TEST_CASE("the modified z-score finds cold rows that Tukey's fences miss") {
  CHECK(mad_outliers(gemma_ttft_s).size() == 8);
  CHECK(tukey_severe_outliers(gemma_ttft_s).size() == 8);
  CHECK(mad_outliers(llama_ttft_s).size() == 12);
  CHECK(tukey_severe_outliers(llama_ttft_s).empty());
  CHECK(mad_outliers(baseline_ttft_s) == std::vector<std::size_t>{0});
}

TEST_CASE("ticks of a clock are no outliers") {
  CHECK(mad_outliers(std::vector<double>{5, 5, 5, 5, 5, 6, 6}).empty());
  CHECK(mad_outliers(std::vector<double>{5, 5, 5, 6, 6, 6, 8}).empty());
  CHECK(tukey_severe_outliers(std::vector<double>{5, 5, 5, 5, 5, 5, 6}).empty());
  CHECK(mad_outliers({}).empty());
  CHECK(tukey_severe_outliers({}).empty());
}

TEST_CASE("a summary does not depend on the order of the values, bit for bit") {
  CHECK(rc::check("permutation", [] {
    const std::vector<double> values = random_values(1);
    const summary x = summarise(values);
    const summary y = summarise(shuffled(values));
    for (const auto field :
         {&summary::sum, &summary::mean, &summary::min, &summary::max, &summary::median,
          &summary::p5, &summary::p25, &summary::p75, &summary::p95, &summary::p99, &summary::mad})
      RC_ASSERT(same_bits(x.*field, y.*field));
    for (const auto field : {&summary::sd, &summary::cv, &summary::skewness}) {
      RC_ASSERT((x.*field).has_value() == (y.*field).has_value());
      if (x.*field) RC_ASSERT(same_bits(*(x.*field), *(y.*field)));
    }
  }));
}

TEST_CASE("quantiles rise with p and stay among the values") {
  CHECK(rc::check("monotone", [] {
    std::vector<double> values = random_values(1);
    std::ranges::sort(values);
    double before = values.front();
    for (int i = 0; i <= 200; ++i) {
      const double q = quantile7(values, i / 200.0);
      RC_ASSERT(q >= before);
      RC_ASSERT(q <= values.back());
      before = q;
    }
    RC_ASSERT(before == values.back());
  }));
}

TEST_CASE("mean and median lie within the values and the interval around the median") {
  CHECK(rc::check("order", [] {
    const summary s = summarise(random_values(1));
    RC_ASSERT(s.min <= s.mean && s.mean <= s.max);
    RC_ASSERT(s.p5 <= s.p25 && s.p25 <= s.median && s.median <= s.p75 && s.p75 <= s.p95);
    RC_ASSERT(s.median_ci.has_value() == (s.n >= 6));
    if (s.median_ci) {
      RC_ASSERT(s.median_ci->low <= s.median && s.median <= s.median_ci->high);
      RC_ASSERT(s.median_ci->coverage >= 0.95);
    }
  }));
}

TEST_CASE("the deviation from the median is the middle of all deviations") {
  CHECK(rc::check("mad", [] {
    const std::vector<double> values = random_values(1);
    const summary s = summarise(values);
    std::vector<double> off;
    for (const double x : values) off.push_back(std::abs(x - s.median));
    RC_ASSERT(s.mad == summarise(off).median);
  }));
}
