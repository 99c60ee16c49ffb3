#include "agents/evidence/statistics/two_samples.hpp"

#include <rapidcheck.h>

#include <algorithm>
#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>
#include <random>
#include <string>

#include "agents/evidence/statistics/measured_values.hpp"
#include "agents/evidence/statistics/random_values.hpp"
#include "agents/evidence/statistics/summary.hpp"

using namespace chimera::evidence;
using namespace chimera::tests;

namespace {

using values = std::vector<double>;

// Two-sided p by going through every choice of which values are the first sample's.
double p_by_enumeration(const values& a, const values& b) {
  values all = a;
  all.insert(all.end(), b.begin(), b.end());
  const auto u_of = [&](unsigned choice) {
    double u = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
      for (std::size_t j = 0; j < all.size(); ++j) {
        if ((choice >> i & 1U) == 1 && (choice >> j & 1U) == 0 && all[i] > all[j]) u += 1;
      }
    }
    return u;
  };
  const double middle = static_cast<double>(a.size() * b.size()) / 2;
  const double off = std::abs(u_of((1U << a.size()) - 1) - middle);
  double extreme = 0;
  double total = 0;
  for (unsigned choice = 0; choice < 1U << all.size(); ++choice) {
    if (static_cast<std::size_t>(std::popcount(choice)) != a.size()) continue;
    total += 1;
    if (std::abs(u_of(choice) - middle) >= off) extreme += 1;
  }
  return extreme / total;
}

double median_of_all_differences(const values& a, const values& b) {
  values all;
  for (const double x : a) {
    for (const double y : b) all.push_back(x - y);
  }
  std::ranges::sort(all);
  return std::midpoint(all[(all.size() - 1) / 2], all[all.size() / 2]);
}

values distinct(std::size_t n, std::size_t step) {
  values v;
  for (std::size_t i = 0; i < n; ++i) v.push_back(static_cast<double>((i * 7 + step) % 101) + 0.5);
  return v;
}

}  // namespace

TEST_CASE(
    "three quantisations differ in throughput and cannot be told apart in time to first token") {
  struct expected {
    std::string pair;
    const values &a, &b, &ttft_a, &ttft_b;
    double ratio_of_means, ratio_of_medians, ttft_p;
  };
  const std::vector<expected> table = {
      {"q4/q5", q4_0_tokens_s, q5_k_m_tokens_s, q4_0_ttft_s, q5_k_m_ttft_s, 1.17492, 1.18222,
       0.547619},
      {"q4/q8", q4_0_tokens_s, q8_0_tokens_s, q4_0_ttft_s, q8_0_ttft_s, 1.64446, 1.64837, 0.222222},
      {"q5/q8", q5_k_m_tokens_s, q8_0_tokens_s, q5_k_m_ttft_s, q8_0_ttft_s, 1.39964, 1.39430, 1.0}};
  values p;
  for (const expected& e : table) {
    INFO(e.pair);
    const rank_test test = mann_whitney(e.a, e.b);
    CHECK(test.u == 25);
    CHECK(test.exact);
    CHECK(test.p == Approx(2.0 / 252).epsilon(1e-12));
    CHECK(a12(e.a, e.b) == 1);
    CHECK(summarise(e.a).mean / summarise(e.b).mean == Approx(e.ratio_of_means).epsilon(5e-6));
    CHECK(summarise(e.a).median / summarise(e.b).median ==
          Approx(e.ratio_of_medians).epsilon(5e-6));
    CHECK(mann_whitney(e.ttft_a, e.ttft_b).p == Approx(e.ttft_p).epsilon(5e-6));
    p.push_back(test.p);
  }
  CHECK(hodges_lehmann(q4_0_tokens_s, q5_k_m_tokens_s) == Approx(11.82).epsilon(1e-12));
  for (const double adjusted : holm(p)) CHECK(adjusted == Approx(0.0238095).epsilon(5e-6));
}

TEST_CASE("two sweeps of 36 are compared by the normal approximation") {
  const rank_test test = mann_whitney(gemma_tokens_s, llama_tokens_s);
  CHECK(test.u == 36 * 36);
  CHECK_FALSE(test.exact);
  CHECK(test.p < 1e-12);
  CHECK(test.p > 0);
  CHECK(a12(gemma_tokens_s, llama_tokens_s) == 1);
  CHECK(summarise(gemma_tokens_s).median / summarise(llama_tokens_s).median ==
        Approx(1.31418).epsilon(5e-6));
}

TEST_CASE("ties and large samples leave the exact test") {
  CHECK(mann_whitney(distinct(20, 0), values(1, 1.0)).exact);
  CHECK(mann_whitney(values{1, 2}, values{3, 4}).exact);
  CHECK_FALSE(mann_whitney(values{1, 2}, values{2, 4}).exact);
  CHECK_FALSE(mann_whitney(distinct(21, 0), distinct(20, 3)).exact);
}

TEST_CASE("the normal approximation corrects for ties and continuity") {
  // Ties 3, 2, 2: variance 25/12 (11 - 36/90) = 22.0833, z = (|4.5 - 12.5| - 0.5) / 4.69929.
  const rank_test test = mann_whitney(values{1, 2, 2, 3, 4}, values{2, 3, 5, 5, 6});
  CHECK(test.u == 4.5);
  CHECK(test.p == Approx(0.110492024056).epsilon(1e-10));
}

TEST_CASE("nothing can be said of equal or empty samples") {
  CHECK(mann_whitney(values(30, 1.0), values(30, 1.0)).p == 1);
  CHECK(mann_whitney({}, values{1}).p == 1);
  CHECK(a12({}, values{1}) == 0.5);
  CHECK(hodges_lehmann({}, values{1}) == 0);
  CHECK(holm({}).empty());
}

TEST_CASE("smallest p by the sizes of the samples") {
  CHECK(smallest_p(3, 3) == Approx(0.1));
  CHECK(smallest_p(4, 4) == Approx(2.0 / 70));
  CHECK(smallest_p(5, 5) == Approx(2.0 / 252));
  CHECK(smallest_p(7, 7) * 36 < 0.05);
  CHECK(smallest_p(6, 6) * 36 > 0.05);
  CHECK(smallest_p(0, 5) == 1);
  CHECK(smallest_p(1'000'000, 1'000'000) >= 0);
}

TEST_CASE("Holm's adjustment steps down") {
  const values adjusted = holm(values{0.01, 0.04, 0.03, 0.005});
  CHECK(adjusted[0] == Approx(0.03));
  CHECK(adjusted[1] == Approx(0.06));
  CHECK(adjusted[2] == Approx(0.06));
  CHECK(adjusted[3] == Approx(0.02));
}

TEST_CASE("the exact p is that of going through all arrangements") {
  CHECK(rc::check("enumeration", [] {
    const auto n1 = *rc::gen::inRange<std::size_t>(1, 6);
    const auto n2 = *rc::gen::inRange<std::size_t>(1, 6);
    const auto all = shuffled(distinct(n1 + n2, 0));
    const values a(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(n1));
    const values b(all.begin() + static_cast<std::ptrdiff_t>(n1), all.end());
    const rank_test test = mann_whitney(a, b);
    RC_ASSERT(test.exact);
    RC_ASSERT(std::abs(test.p - p_by_enumeration(a, b)) < 1e-12);
    RC_ASSERT(test.p >= smallest_p(n1, n2) * (1 - 1e-12));
  }));
}

TEST_CASE("the exact p of the least extreme arrangement is 1, at any size") {
  for (std::size_t n1 = 1; n1 <= 20; ++n1) {
    for (const std::size_t n2 : {n1, 400 / n1}) {
      // Alternating from both ends: U is as near to the middle as it gets.
      values a;
      values b;
      for (std::size_t i = 0; i < n1; ++i) a.push_back(static_cast<double>(2 * i));
      for (std::size_t i = 0; i < n2; ++i)
        b.push_back((i % 2 == 0 ? -1.0 : 1000.0) - static_cast<double>(i));
      const rank_test test = mann_whitney(a, b);
      REQUIRE(test.exact);
      if (n2 % 2 == 0) CHECK(test.p == 1);
      const rank_test extreme = mann_whitney(a, values(1, 5000));
      CHECK(extreme.p == Approx(std::min(1.0, 2 / (static_cast<double>(n1) + 1))).epsilon(1e-12));
    }
  }
}

TEST_CASE("the test looks at both samples alike and at no order") {
  CHECK(rc::check("symmetry", [] {
    const values a = random_values(1);
    const values b = random_values(1);
    const rank_test ab = mann_whitney(a, b);
    const rank_test ba = mann_whitney(b, a);
    RC_ASSERT(ab.u + ba.u == static_cast<double>(a.size() * b.size()));
    RC_ASSERT(ab.p == ba.p);
    RC_ASSERT(ab.p > 0 && ab.p <= 1);
    RC_ASSERT(std::abs(a12(a, b) + a12(b, a) - 1) < 1e-12);
    const rank_test again = mann_whitney(shuffled(a), shuffled(b));
    RC_ASSERT(again.u == ab.u && again.p == ab.p);
  }));
}

TEST_CASE("the Hodges-Lehmann shift is the median of all differences") {
  CHECK(rc::check("median of differences", [] {
    const values a = random_values(1);
    const values b = random_values(1);
    const double shift = hodges_lehmann(a, b);
    RC_ASSERT(shift == median_of_all_differences(a, b));
    RC_ASSERT(shift == -hodges_lehmann(b, a));
    RC_ASSERT(std::bit_cast<std::uint64_t>(shift) ==
              std::bit_cast<std::uint64_t>(hodges_lehmann(shuffled(a), shuffled(b))));
  }));
}

TEST_CASE("the shift of a million against a million values needs no million squared") {
  values a(1'000'000);
  values b(1'000'000);
  for (std::size_t i = 0; i < a.size(); ++i) {
    a[i] = static_cast<double>(i) + 0.25;
    b[i] = static_cast<double>(a.size() - i);
  }
  CHECK(hodges_lehmann(a, b) == Approx(-0.75));
}

TEST_CASE("Holm keeps the order of the p values and never lowers one") {
  CHECK(rc::check("holm", [] {
    const auto whole = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 1000));
    values p;
    for (const int x : whole) p.push_back(x / 1000.0);
    const values adjusted = holm(p);
    for (std::size_t i = 0; i < p.size(); ++i) {
      RC_ASSERT(adjusted[i] >= p[i] && adjusted[i] <= 1);
      for (std::size_t j = 0; j < p.size(); ++j) {
        if (p[i] <= p[j]) RC_ASSERT(adjusted[i] <= adjusted[j]);
      }
    }
  }));
}

TEST_CASE("large samples have the rank test and the shift that all their pairs have") {
  // Whole numbers are full of ties, the others have none; the second is shifted and wider.
  const auto steps = GENERATE(as<double>(), 12.0, 1e9);
  std::mt19937_64 random(11);
  const auto make = [&](std::size_t n, double shift) {
    std::vector<double> values;
    for (std::size_t i = 0; i < n; ++i) {
      const double unit = static_cast<double>(random() % 1'000'000'007) / 1'000'000'007.0;
      values.push_back(std::round(unit * unit * (1 + shift) * steps) / 8 + shift);
    }
    return values;
  };
  const std::vector<double> a = make(7'001, 0);
  const std::vector<double> b = make(5'000, 0.25);
  double u = 0;
  std::vector<double> differences;
  differences.reserve(a.size() * b.size());
  for (const double x : a)
    for (const double y : b) {
      u += x > y ? 1 : x == y ? 0.5 : 0;
      differences.push_back(x - y);
    }
  CHECK(mann_whitney(a, b).u == u);
  const auto upper = differences.begin() + static_cast<std::ptrdiff_t>(differences.size() / 2);
  std::ranges::nth_element(differences, upper);
  const double lower = *std::max_element(differences.begin(), upper);
  CHECK(hodges_lehmann(a, b) == std::midpoint(lower, *upper));
}
