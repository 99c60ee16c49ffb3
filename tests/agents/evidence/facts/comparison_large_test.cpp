// Comparisons of a table that is large enough for ways of its own, against plain ones.
#include <atomic>
#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "agents/evidence/columns/table_builder.hpp"
#include "agents/evidence/facts/comparison.hpp"

using namespace chimera::evidence;
using chimera::tests::make_table;
using chimera::tests::rows_of_cells;

namespace {

// The values of a group as the definition says, row by row.
std::vector<double> naive_values(const evidence_table& t, const sample_group& g) {
  std::vector<double> values;
  for (std::size_t row = 0; row < t.data.rows; ++row) {
    const double value = t.data.columns[g.measure].number(row);
    const bool ok = t.rows.state[row] != row_state::failed && std::isfinite(value);
    const bool warm = !g.warm_only || t.rows.warm[row] == warmth::warm;
    const std::size_t factor = t.data.find(g.factor);
    if (ok && warm && t.data.columns[factor].text(row) == g.level) values.push_back(value);
  }
  return values;
}

}  // namespace

TEST_CASE("a large table is compared as a small one is, for any number of threads") {
  constexpr std::size_t n = 70'000;
  rows_of_cells rows;
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t mixed = i * 7919 % 10'007;
    const bool failed = i % 97 == 5;
    rows.push_back({i % 5 < 2   ? "a"
                    : i % 5 < 4 ? "b"
                                : "c",
                    std::to_string(1024 << (i / 5 % 3)),
                    failed ? "" : std::to_string(50 + static_cast<double>(mixed) / 1000),
                    failed ? "" : std::to_string(20 + (mixed + i % 5) % 300),
                    failed ? "timed out" : ""});
  }
  const std::vector<evidence_table> tables = {examine(
      "x.csv", "", make_table({"backend", "num_ctx", "tokens_s", "power_w", "error"}, rows))};
  std::atomic<std::size_t> calls{0};
  std::atomic<std::size_t> parts{0};
  const auto progress = [&](std::size_t, std::size_t of) {
    ++calls;
    parts = of;
  };
  const auto found = compare_all(tables, 3, progress);
  CHECK(calls == parts);
  REQUIRE(found.size() == 12);
  const auto alone = compare_all(tables, 1);
  REQUIRE(alone.size() == found.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    comparison c = found[i];
    CAPTURE(c.metric, c.a.factor, c.a.level, c.b.level);
    const std::vector<double> a = naive_values(tables[0], c.a);
    const std::vector<double> b = naive_values(tables[0], c.b);
    CHECK(values_of(c.a, tables) == a);
    CHECK(c.a.stats.n == a.size());
    CHECK(c.a.stats.mean == summarise(a).mean);
    CHECK(c.b.stats.mad == summarise(b).mad);
    CHECK(c.test.u == mann_whitney(a, b).u);
    CHECK(c.test.p == mann_whitney(a, b).p);
    CHECK(c.hl_shift == hodges_lehmann(a, b));
    CHECK(alone[i].family == c.family);
    CHECK(alone[i].p_holm == c.p_holm);
    add_interval(c, tables, 5);
    const auto interval = ratio_of_medians_interval(a, b, 5);
    REQUIRE((c.ratio_ci && interval));
    CHECK(c.ratio_ci->low == interval->low);
    CHECK(c.ratio_ci->high == interval->high);
  }
}
