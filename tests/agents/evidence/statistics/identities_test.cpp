#include <rapidcheck.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <random>

#include "agents/evidence/statistics/measured_values.hpp"
#include "agents/evidence/statistics/run_order.hpp"

using namespace chimera::evidence;
using namespace chimera::tests;

namespace {

using values = std::vector<double>;
using form = identity::form;

constexpr double hole = std::numeric_limits<double>::quiet_NaN();

values noise(std::size_t n, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  values v(n);
  for (double& x : v) x = 1 + static_cast<double>(random() % 1'000'000) / 1000;
  return v;
}

values combine(const values& a, const values& b, double (*how)(double, double)) {
  values v;
  for (std::size_t i = 0; i < a.size(); ++i) v.push_back(how(a[i], b[i]));
  return v;
}

std::vector<identity> search(const std::vector<values>& columns, std::uint64_t rows_min = 5,
                             double tolerance = 1e-9) {
  const std::vector<std::span<const double>> views(columns.begin(), columns.end());
  return find_identities(views, rows_min, tolerance);
}

}  // namespace

TEST_CASE("a sweep's time to first token is its load and prompt time, its rate tokens over time") {
  const auto found = search({gemma_ttft_s, gemma_tokens_s, gemma_load_s, gemma_prompt_eval_s,
                             gemma_eval_s, gemma_eval_count},
                            10, 1e-6);
  REQUIRE(found.size() == 2);
  CHECK(found[0].target == 0);
  CHECK(found[0].how == form::sum);
  CHECK(found[0].operands == std::vector<std::size_t>{2, 3});
  CHECK(found[0].rows == 36);
  CHECK(found[1].target == 1);
  CHECK(found[1].how == form::ratio);
  CHECK(found[1].operands == std::vector<std::size_t>{5, 4});
  CHECK(found[1].factor == 1);
}

TEST_CASE("a speed-up that is a sum of run lengths over the wall time is found with its half") {
  const values a = noise(12, 1);
  const values b = noise(12, 2);
  const values wall = noise(12, 3);
  values speed_up;
  values efficiency;
  for (std::size_t i = 0; i < a.size(); ++i) {
    speed_up.push_back((a[i] + b[i]) / wall[i]);
    efficiency.push_back(50 * speed_up[i]);
  }
  const auto found = search({speed_up, efficiency, a, b, wall});
  REQUIRE(found.size() == 2);
  CHECK(found[0].target == 0);
  CHECK(found[0].how == form::sum_over);
  CHECK(found[0].operands == std::vector<std::size_t>{2, 3, 4});
  CHECK(found[0].factor == 1);
  CHECK(found[1].target == 1);
  CHECK(found[1].how == form::equal);
  CHECK(found[1].operands == std::vector<std::size_t>{0});
  CHECK(found[1].factor == Approx(50));
}

TEST_CASE("each form is found with its factor") {
  const values a = noise(9, 4);
  const values b = noise(9, 5);
  struct expected {
    values target;
    form how;
    std::vector<std::size_t> operands;
    double factor;
  };
  const std::vector<expected> table = {
      {combine(a, b, [](double x, double) { return 1000 * x; }), form::equal, {0}, 1000},
      {combine(a, b, [](double x, double y) { return x + y; }), form::sum, {0, 1}, 1},
      {combine(a, b, [](double x, double y) { return 100 * x / y; }), form::ratio, {0, 1}, 100},
      {combine(a, b, [](double x, double y) { return y / x; }), form::ratio, {1, 0}, 1}};
  for (const expected& e : table) {
    // The target stands first, so its operands move up by one.
    std::vector<std::size_t> operands;
    for (const std::size_t i : e.operands) operands.push_back(i + 1);
    const auto found = search({e.target, a, b});
    REQUIRE(found.size() == 1);
    if (e.how != form::equal) {
      CHECK(found[0].target == 0);
      CHECK(found[0].operands == operands);
      CHECK(found[0].factor == Approx(e.factor));
    }
    CHECK(found[0].how == e.how);
    CHECK(found[0].rows == 9);
  }
}

TEST_CASE("a relation is told of the column that stands first") {
  const values tokens = noise(9, 11);
  const values seconds = noise(9, 12);
  const values rate = combine(tokens, seconds, [](double x, double y) { return x / y; });
  for (const auto& columns :
       {std::vector{rate, tokens, seconds}, std::vector{seconds, tokens, rate}}) {
    const auto found = search(columns);
    REQUIRE(found.size() == 1);
    CHECK(found[0].target == 0);
    CHECK(found[0].how == form::ratio);
    CHECK(found[0].operands == std::vector<std::size_t>{1, 2});
  }
}

TEST_CASE("a difference is found where the larger part is explained already") {
  const values c = noise(9, 13);
  const values a = combine(c, c, [](double x, double) { return 1000 * x; });
  const values b = noise(9, 14);
  const auto found = search({c, a, combine(a, b, [](double x, double y) { return x - y; }), b});
  REQUIRE(found.size() == 2);
  CHECK(found[0].target == 1);
  CHECK(found[0].how == form::equal);
  CHECK(found[0].operands == std::vector<std::size_t>{0});
  CHECK(found[1].target == 2);
  CHECK(found[1].how == form::difference);
  CHECK(found[1].operands == std::vector<std::size_t>{1, 3});
}

TEST_CASE("a product is found where both factors are explained already") {
  const auto plus = [](double x, double y) { return x + y; };
  const auto times = [](double x, double y) { return 1e-3 * x * y; };
  const values x = noise(9, 15);
  const values y = noise(9, 16);
  const values z = noise(9, 17);
  const values xy = combine(x, y, plus);
  const values yz = combine(y, z, plus);
  const auto found = search({xy, yz, x, y, z, combine(xy, yz, times)});
  REQUIRE(found.size() == 3);
  CHECK(found[2].target == 5);
  CHECK(found[2].how == form::product);
  CHECK(found[2].operands == std::vector<std::size_t>{0, 1});
  CHECK(found[2].factor == Approx(1e-3));
}

TEST_CASE("holes are no counterexamples, and rows with them are not counted") {
  values a = noise(10, 6);
  const values b = noise(10, 7);
  const values total = combine(a, b, [](double x, double y) { return x + y; });
  a[0] = hole;
  a[5] = hole;
  const auto found = search({a, b, total});
  REQUIRE(found.size() == 1);
  CHECK(found[0].rows == 8);
  CHECK(search({a, b, total}, 9).empty());
}

TEST_CASE("one row that does not hold is enough against it") {
  const values a = noise(10, 8);
  const values b = noise(10, 9);
  values total = combine(a, b, [](double x, double y) { return x + y; });
  total[7] *= 1.001;
  CHECK(search({a, b, total}).empty());
  CHECK(search({a, b, total}, 5, 0.01).size() == 1);
}

TEST_CASE("constants explain nothing and two values are too few to tell") {
  const values constant(10, 2.0);
  const values a = noise(10, 10);
  CHECK(search({constant, a, combine(a, constant, [](double x, double y) { return x + y; })})
            .empty());
  const values two = {1, 2, 1, 2, 1, 2};
  CHECK(search({two, {10, 20, 10, 20, 10, 20}}).empty());
  CHECK(search({}).empty());
  CHECK(search({a}).empty());
}

TEST_CASE("explanations never run in a circle") {
  CHECK(rc::check("no circle", [] {
    const auto seed = *rc::gen::arbitrary<std::uint64_t>();
    const values a = noise(8, seed);
    const values b = noise(8, seed + 1);
    std::vector<values> columns = {a, b};
    columns.push_back(combine(a, b, [](double x, double y) { return x + y; }));
    columns.push_back(combine(a, b, [](double x, double y) { return x / y; }));
    columns.push_back(combine(a, b, [](double x, double) { return x * 0.001; }));
    std::mt19937_64 random(seed);
    std::ranges::shuffle(columns, random);
    const auto found = search(columns);
    RC_ASSERT(found.size() == 3U);
    std::vector<bool> explained(columns.size(), false);
    for (const identity& i : found) {
      RC_ASSERT(!explained[i.target]);
      explained[i.target] = true;
    }
    // Whatever is explained must lead back to what is not.
    std::vector<bool> known(columns.size());
    for (std::size_t i = 0; i < columns.size(); ++i) known[i] = !explained[i];
    for (std::size_t round = 0; round < found.size(); ++round) {
      for (const identity& i : found) {
        bool all = true;
        for (const std::size_t operand : i.operands) all = all && known[operand];
        if (all) known[i.target] = true;
      }
    }
    for (const bool k : known) RC_ASSERT(k);
  }));
}

TEST_CASE("64 columns without relation are searched and none is found") {
  std::vector<values> columns;
  for (std::uint64_t i = 0; i < 70; ++i) columns.push_back(noise(40, 100 + i));
  CHECK(search(columns, 5, 1e-6).empty());
}
