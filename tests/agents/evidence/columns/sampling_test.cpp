// What the sampling of a table allows to be said: single samples, and cold rows that share a level.
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "agents/evidence/columns/sampling.hpp"
#include "agents/evidence/columns/table_builder.hpp"

using namespace chimera::evidence;
using chimera::tests::make_table;
using chimera::tests::rows_of_cells;

namespace {

using names = std::vector<std::string>;

evidence_table table_of(const names& columns, const rows_of_cells& rows) {
  return examine("sweep.csv", "", make_table(columns, rows));
}

const names sweep = {"num_gpu", "num_ctx", "ttft_s"};

// A block of two rows for each of `blocks` values of num_gpu; its first row is cold.
evidence_table cold_sweep(int blocks, const names& levels, const std::string& column,
                          const names& declared = {}) {
  names columns = {"num_gpu", column, "ttft_s", "load_s"};
  rows_of_cells rows;
  for (int block = 0; block < blocks; ++block)
    for (std::size_t i = 0; i < 4; ++i) {
      const bool cold = i == 0;
      rows.push_back({std::to_string(block), levels[cold ? 0 : i % levels.size()],
                      cold ? "3.5" : "0.1", cold ? "3.1" : "0.05"});
      if (!declared.empty()) rows.back()[1] = declared[cold ? 0 : 1];
    }
  return table_of(columns, rows);
}

}  // namespace

TEST_CASE("rows are one sample per configuration when no two have the same parameters") {
  struct row {
    const char* what;
    names columns;
    rows_of_cells rows;
    bool expected;
  };
  const row rows[] = {
      {"every pair once",
       sweep,
       {{"1", "512", "1"},
        {"1", "1024", "2"},
        {"2", "512", "3"},
        {"2", "1024", "4"},
        {"3", "512", "5"},
        {"3", "1024", "6"}},
       true},
      {"one pair twice",
       sweep,
       {{"1", "512", "1"},
        {"1", "1024", "2"},
        {"2", "512", "3"},
        {"2", "1024", "4"},
        {"3", "512", "5"},
        {"3", "512", "6"}},
       false},
      {"five rows",
       sweep,
       {{"1", "512", "1"},
        {"1", "1024", "2"},
        {"2", "512", "3"},
        {"2", "1024", "4"},
        {"3", "512", "5"}},
       false},
      {"no parameter",
       {"prompt", "ttft_s"},
       {{"a", "1"}, {"b", "2"}, {"c", "3"}, {"d", "4"}, {"e", "5"}, {"f", "6"}},
       false},
  };
  for (const row& r : rows) {
    CAPTURE(r.what);
    CHECK(one_sample_per_configuration(table_of(r.columns, r.rows)) == r.expected);
  }
}

TEST_CASE("a parameter with one level in all cold rows is confounded with cold starts") {
  const evidence_table t = cold_sweep(4, {"0.2", "0.8"}, "temperature");
  REQUIRE(t.rows.cold == 4);
  const auto found = cold_confounds(t);
  REQUIRE(found.size() == 1);
  CHECK(t.data.columns[found[0].column].name == "temperature");
  CHECK(found[0].level == "0.2");
}

TEST_CASE(
    "no confound is a parameter that reloads, that is constant, that declares, or of few rows") {
  CHECK(cold_confounds(cold_sweep(2, {"0.2", "0.8"}, "temperature")).empty());
  CHECK(cold_confounds(cold_sweep(4, {"0.2"}, "temperature")).empty());
  const evidence_table declared = cold_sweep(4, {"x"}, "warmup", {"true", "false"});
  REQUIRE(declared.rows.cold == 4);
  CHECK(declared.rows.cold_because == "warmup");
  CHECK(cold_confounds(declared).empty());
  const evidence_table reloads = cold_sweep(4, {"0.2", "0.8"}, "temperature");
  for (const cold_level& c : cold_confounds(reloads)) CHECK(c.column != 0);
}
