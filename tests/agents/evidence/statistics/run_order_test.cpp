#include "agents/evidence/statistics/run_order.hpp"

#include <rapidcheck.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>

#include "agents/evidence/statistics/measured_values.hpp"
#include "agents/evidence/statistics/random_values.hpp"

using namespace chimera::evidence;
using namespace chimera::tests;

namespace {

using values = std::vector<double>;

}  // namespace

TEST_CASE("autocorrelation by its definition") {
  CHECK(*autocorrelation(values{1, 2, 3, 4, 5}) == Approx(0.4));
  CHECK(*autocorrelation(values{1, -1, 1, -1}) == Approx(-0.75));
  CHECK_FALSE(autocorrelation(values{1, 2}));
  CHECK_FALSE(autocorrelation(values(9, 0.1)));
}

TEST_CASE("correlated values count for fewer") {
  CHECK(effective_n(36, 0.5) == Approx(12));
  CHECK(effective_n(36, 0) == 36);
  CHECK(effective_n(36, -0.5) == 36);
}

TEST_CASE("drift is Spearman's correlation with the position") {
  // p by numeric integration of the t density with 8 degrees of freedom.
  const auto found = drift_of(values{1, 3, 2, 4, 5, 6, 8, 7, 10, 9});
  REQUIRE(found);
  CHECK(found->rho == Approx(1 - 6.0 * 6 / 990).epsilon(1e-12));
  CHECK(found->p == Approx(7.320974809e-6).epsilon(1e-8));
  const auto weak = drift_of(values{6, 1, 9, 3, 10, 2, 8, 4, 7, 5});
  REQUIRE(weak);
  CHECK(weak->p == Approx(0.8027717312).epsilon(1e-8));
  CHECK_FALSE(drift_of(values{1, 2, 3, 4, 5, 6, 7, 8, 9}));
  CHECK_FALSE(drift_of(values(20, 1.0)));
}

TEST_CASE("a perfect order has the chance of one order and its reverse") {
  values rising(10);
  std::iota(rising.begin(), rising.end(), 0.0);
  CHECK(drift_of(rising)->rho == 1);
  CHECK(drift_of(rising)->p == Approx(2.0 / 3'628'800));
  std::ranges::reverse(rising);
  CHECK(drift_of(rising)->rho == -1);
}

TEST_CASE("drift turns its sign with the order, not its strength") {
  CHECK(rc::check("reverse", [] {
    values x = random_values(10);
    const auto forward = drift_of(x);
    std::ranges::reverse(x);
    const auto backward = drift_of(x);
    RC_ASSERT(forward.has_value() == backward.has_value());
    if (!forward) return;
    RC_ASSERT(std::abs(forward->rho + backward->rho) < 1e-12);
    RC_ASSERT(forward->p >= 0 && forward->p <= 1 + 1e-12);
  }));
}

TEST_CASE("groups that explain all ranks and groups that explain none") {
  const std::vector<std::uint32_t> halves = {0, 0, 0, 0, 7, 7, 7, 7};
  // H = 5.3333: (5.3333 - 1) / 6
  CHECK(*eta_squared(values{1, 2, 3, 4, 5, 6, 7, 8}, halves) == Approx(0.722222).epsilon(1e-5));
  CHECK(*eta_squared(values{1, 1, 1, 1, 2, 2, 2, 2}, halves) == Approx(1));
  CHECK(*eta_squared(values{1, 4, 6, 7, 2, 3, 5, 8}, halves) == 0);
  CHECK_FALSE(eta_squared(values(8, 1.0), halves));
  CHECK_FALSE(eta_squared(values{1, 2, 3}, std::vector<std::uint32_t>{0, 0, 0}));
  CHECK_FALSE(eta_squared(values{1, 2}, std::vector<std::uint32_t>{0, 1}));
}

TEST_CASE("the share of variance is between 0 and 1, whatever the groups") {
  CHECK(rc::check("share", [] {
    const values x = random_values(4);
    std::vector<std::uint32_t> group;
    for (std::size_t i = 0; i < x.size(); ++i)
      group.push_back(*rc::gen::inRange<std::uint32_t>(0, 3));
    const auto found = eta_squared(x, group);
    if (found) RC_ASSERT(*found >= 0 && *found <= 1);
  }));
}
