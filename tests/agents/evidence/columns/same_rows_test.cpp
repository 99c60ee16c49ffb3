#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "agents/evidence/columns/evidence_table.hpp"
#include "agents/evidence/columns/table_builder.hpp"

using namespace chimera::evidence;
using chimera::tests::make_table;
using chimera::tests::rows_of_cells;

namespace {

constexpr std::size_t npos = evidence_table::npos;

evidence_table file(std::string name, const std::vector<std::string>& columns,
                    const rows_of_cells& rows, std::string kind = "csv") {
  return examine(std::move(name), "", make_table(columns, rows, std::move(kind)));
}

const rows_of_cells measured{{"2.326078", "101.04101", "805"},
                             {"0.125060", "102.77679", "320"},
                             {"0.123005", "102.04107", "511"}};

}  // namespace

TEST_CASE("the JSON of the rows of a CSV is the copy") {
  std::vector<evidence_table> tables{
      file("a.csv", {"ttft_s", "tokens_s", "eval_count"}, measured),
      file("a.json", {"/results/*/ttft_s", "/results/*/tokens_s", "/results/*/eval_count"},
           measured, "json")};
  mark_same_rows(tables);
  CHECK(tables[0].same_as == npos);
  CHECK(tables[1].same_as == 0);
}

TEST_CASE("rows rounded to two decimals and named otherwise are the same rows") {
  std::vector<evidence_table> tables{
      file("summary.csv", {"Generation Time (ms)", "Tokens", "Tokens per Second"},
           {{"3089.02", "44", "14.24"}, {"3234.48", "44", "13.60"}, {"2797.72", "40", "14.30"}}),
      file("tests.json",
           {"/results/*/generation_time_ms", "/results/*/tokens", "/results/*/tokens_per_second"},
           {{"3089.0190601348877", "44", "14.244004049000157"},
            {"3234.47847366333", "44", "13.603429535323"},
            {"2797.7199554443", "40", "14.297356"}},
           "json")};
  mark_same_rows(tables);
  CHECK(tables[1].same_as == 0);
}

TEST_CASE("the same times in other units are the same rows") {
  std::vector<evidence_table> tables{
      file("a.csv", {"ttft_s", "tokens_s"}, {{"2.326", "101.04"}, {"0.125", "102.78"}}),
      file("b.csv", {"ttft_ms", "tokens_s"}, {{"2326", "101.04"}, {"125", "102.78"}})};
  mark_same_rows(tables);
  CHECK(tables[1].same_as == 0);
}

TEST_CASE("a summary made of the rows is the copy, sorted otherwise and short of failed rows") {
  std::vector<evidence_table> tables{
      file("aa_summary.csv", {"mean_tokens_s", "mean_ttft_s"},
           {{"102.77679", "0.125060"}, {"101.04101", "2.326078"}}),
      file("zz.csv", {"ttft_s", "tokens_s", "error"},
           {{"2.326078", "101.04101", ""}, {"", "", "timed out"}, {"0.125060", "102.77679", ""}})};
  mark_same_rows(tables);
  CHECK(tables[0].same_as == 1);
  CHECK(tables[1].same_as == npos);
}

TEST_CASE("a copy of a copy names the original") {
  std::vector<evidence_table> tables{
      file("a.csv", {"ttft_s", "tokens_s"},
           {{"1.51", "101.5"}, {"2.52", "99.5"}, {"3.53", "98.5"}}),
      file("b.csv", {"ttft_s", "tokens_s"},
           {{"1.51", "101.5"}, {"2.52", "99.5"}, {"3.53", "98.5"}}),
      file("c.csv", {"mean_ttft_s", "mean_tokens_s"}, {{"1.51", "101.5"}, {"2.52", "99.5"}})};
  mark_same_rows(tables);
  CHECK(tables[1].same_as == 0);
  CHECK(tables[2].same_as == 0);
}

TEST_CASE("other numbers are other rows") {
  struct other_case {
    std::string why;
    std::vector<std::string> columns;
    rows_of_cells rows;
  };
  const std::vector<std::string> columns{"ttft_s", "tokens_s", "eval_count"};
  const std::vector<other_case> cases{
      {"one cell differs beyond what was printed",
       columns,
       {{"2.326078", "101.04101", "805"},
        {"0.125060", "102.77679", "320"},
        {"0.123006", "102.04107", "511"}}},
      {"a count differs by one",
       columns,
       {{"2.326078", "101.04101", "805"},
        {"0.125060", "102.77679", "321"},
        {"0.123005", "102.04107", "511"}}},
      {"one row stands for two",
       columns,
       {{"2.326078", "101.04101", "805"},
        {"2.326078", "101.04101", "805"},
        {"0.123005", "102.04107", "511"}}},
      {"a single shared measure",
       {"ttft_s", "power_w", "note"},
       {{"2.326078", "1", "x"}, {"0.125060", "2", "y"}, {"0.123005", "3", "z"}}},
      {"percentiles are no means", {"p95_ttft_s", "p95_tokens_s", "eval_count"}, measured},
  };
  for (const other_case& c : cases) {
    std::vector<evidence_table> tables{file("a.csv", columns, measured),
                                       file("b.csv", c.columns, c.rows)};
    mark_same_rows(tables);
    INFO(c.why);
    CHECK(tables[0].same_as == npos);
    CHECK(tables[1].same_as == npos);
  }
}

TEST_CASE("failed runs look alike and are no copies of each other") {
  const rows_of_cells zeros{{"0", "0", "refused"}, {"0", "0", "refused"}};
  std::vector<evidence_table> tables{file("a.csv", {"ttft_s", "tokens_s", "error"}, zeros),
                                     file("b.csv", {"ttft_s", "tokens_s", "error"}, zeros)};
  mark_same_rows(tables);
  CHECK(tables[1].same_as == npos);
}

TEST_CASE("a Markdown table that repeats data is the copy, wherever it sorts") {
  std::vector<evidence_table> tables{
      file("Report.md", {"TTFT (s)", "tok/s"}, {{"2.326", "101.04"}, {"0.125", "102.78"}}, "md"),
      file("data.csv", {"ttft_s", "tokens_s"},
           {{"2.326078", "101.04101"}, {"0.12506", "102.7768"}})};
  mark_same_rows(tables);
  CHECK(tables[0].same_as == 1);
  CHECK(tables[1].same_as == npos);
}

TEST_CASE("of two tables with the same rows the one with more rows that did not fail is kept") {
  std::vector<evidence_table> tables{
      file("a.csv", {"ttft_s", "tokens_s", "error"},
           {{"1.51", "101.5", ""}, {"2.52", "99.5", ""}, {"3.53", "98.5", "cut off"}}),
      file("b.csv", {"ttft_s", "tokens_s", "error"},
           {{"1.51", "101.5", ""}, {"2.52", "99.5", ""}, {"3.53", "98.5", ""}})};
  mark_same_rows(tables);
  CHECK(tables[0].same_as == 1);
  CHECK(tables[1].same_as == npos);
}

TEST_CASE("tables that differ in one row are not taken for copies, however many they are") {
  std::vector<evidence_table> tables;
  for (int i = 0; i < 500; ++i) {
    rows_of_cells rows;
    for (int row = 0; row < 9; ++row) {
      const std::string count = std::to_string(row == 5 ? 1000 + i : 100 + row);
      rows.push_back({std::to_string(row + 1) + ".5", std::to_string(row + 60) + ".25", count});
    }
    tables.push_back(
        file("t" + std::to_string(1000 + i), {"ttft_s", "tokens_s", "eval_count"}, rows));
  }
  mark_same_rows(tables);
  for (const evidence_table& t : tables) CHECK(t.same_as == npos);
}

TEST_CASE("two thousand tables are compared without looking at every pair") {
  std::vector<evidence_table> tables;
  for (int i = 0; i < 2000; ++i) {
    rows_of_cells rows;
    for (int row = 0; row < 5; ++row) {
      // Every second table repeats the one before it.
      const int seed = (i / 2) * 7919 + row * 104729;
      rows.push_back({std::to_string(seed % 99991) + ".125", std::to_string(seed % 9973) + ".25"});
    }
    tables.push_back(file("t" + std::to_string(10000 + i), {"ttft_ms", "tokens_s"}, rows));
  }
  mark_same_rows(tables);
  std::size_t copies = 0;
  for (std::size_t i = 0; i < tables.size(); ++i) {
    if (tables[i].same_as == npos) continue;
    ++copies;
    CHECK(tables[i].same_as + 1 == i);
  }
  CHECK(copies == 1000);
}
