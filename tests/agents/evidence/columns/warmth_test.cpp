#include <rapidcheck.h>

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "agents/evidence/columns/row_states.hpp"
#include "agents/evidence/columns/table_builder.hpp"

using namespace chimera::evidence;
using chimera::tests::make_table;
using chimera::tests::rows_of_cells;

namespace {

row_states judge(const table& t) { return judge_rows(t, infer_traits(t)); }

/// A sweep in which the model is loaded anew at each change of num_gpu or num_ctx, as Ollama does.
table sweep() {
  rows_of_cells rows;
  for (const char* gpu : {"999", "80", "60"}) {
    for (const char* context : {"1024", "2048"}) {
      for (const char* heat : {"0.2", "0.4", "0.8"}) {
        const bool first = std::string(heat) == "0.2";
        rows.push_back({gpu, context, heat, std::string(gpu) + context + heat,
                        first ? "2.5" : "0.14", first ? "2.3" : "0.12"});
      }
    }
  }
  return make_table({"num_gpu", "num_ctx", "temperature", "config_name", "ttft_s", "load_s"}, rows);
}

}  // namespace

TEST_CASE("cold rows of a sweep are the first of their block, and the block is named") {
  const row_states found = judge(sweep());
  CHECK(found.cold == 6);
  CHECK(found.warm_rows == 12);
  CHECK(found.cold_rows == std::vector<std::uint32_t>{0, 3, 6, 9, 12, 15});
  CHECK(found.cold_because == "load_s > 5 x median");
  CHECK(found.cold_block_columns == std::vector<std::size_t>{0, 1});
  CHECK(found.cold_first_in_block == 6);
  CHECK(found.warm[0] == warmth::cold);
  CHECK(found.warm[1] == warmth::warm);
}

TEST_CASE("blocks need not all begin cold") {
  table t = sweep();
  t.columns[5].values[6] = 0.12;
  const row_states found = judge(t);
  CHECK(found.cold == 5);
  CHECK(found.cold_block_columns == std::vector<std::size_t>{0, 1});
  CHECK(found.cold_first_in_block == 5);
}

TEST_CASE("a single cold first row is cold without any block") {
  const row_states found =
      judge(make_table({"prompt", "ttft_s", "load_s"}, {{"a", "2.3", "2.02"},
                                                        {"b", "0.125", "0.108"},
                                                        {"c", "0.13", "0.11"},
                                                        {"d", "0.12", "0.1"}}));
  CHECK(found.cold_rows == std::vector<std::uint32_t>{0});
  CHECK(found.warm_rows == 3);
  CHECK(found.cold_block_columns.empty());
}

TEST_CASE("two columns that name the same blocks are named once") {
  const row_states found = judge(make_table({"model", "tag", "load_s"}, {{"m:q4", "q4", "0.07"},
                                                                         {"m:q4", "q4", "0.08"},
                                                                         {"m:q5", "q5", "2.50"},
                                                                         {"m:q5", "q5", "0.08"},
                                                                         {"m:q8", "q8", "9.10"},
                                                                         {"m:q8", "q8", "0.09"}}));
  CHECK(found.cold_rows == std::vector<std::uint32_t>{2, 4});
  CHECK(found.cold_block_columns == std::vector<std::size_t>{0});
}

TEST_CASE("cold rows in the middle of all blocks have no block") {
  table t = sweep();
  t.columns[5].values[4] = 2.3;
  const row_states found = judge(t);
  CHECK(found.cold == 7);
  CHECK(found.cold_block_columns.empty());
  CHECK(found.cold_first_in_block == 0);
}

TEST_CASE("failed rows are neither cold nor warm and do not shift the median") {
  const row_states found =
      judge(make_table({"ttft_s", "load_s", "error"}, {{"2", "2", ""},
                                                       {"0.1", "0.1", ""},
                                                       {"", "", "timed out"},
                                                       {"0.1", "0.1", ""},
                                                       {"0", "0", "refused"},
                                                       {"0", "0", "refused"},
                                                       {"0", "0", "refused"}}));
  CHECK(found.failed == 4);
  CHECK(found.cold == 1);
  CHECK(found.warm_rows == 2);
  CHECK(found.warm[2] == warmth::unknown);
}

TEST_CASE("five times the median is warm still, anything above is cold") {
  const auto with_load = [](const std::string& load) {
    return judge(make_table({"load_s"}, {{load}, {"1"}, {"1"}, {"1"}})).cold;
  };
  CHECK(with_load("5") == 0);
  CHECK(with_load("5.001") == 1);
}

TEST_CASE("below three measured rows nothing is called cold or warm") {
  const row_states found = judge(make_table({"load_s"}, {{"9"}, {"0.1"}}));
  CHECK(found.cold + found.warm_rows == 0);
  CHECK(found.cold_because.empty());
}

TEST_CASE("a declared warm-up outranks the load time") {
  const row_states found =
      judge(make_table({"is_warmup", "load_s"},
                       {{"true", "0.1"}, {"true", "0.1"}, {"false", "9"}, {"false", "0.1"}}));
  CHECK(found.cold_rows == std::vector<std::uint32_t>{0, 1});
  CHECK(found.cold_because == "is_warmup");
}

TEST_CASE("a number of warm-ups is no flag") {
  const row_states found =
      judge(make_table({"warmup", "load_s"}, {{"3", "9"}, {"3", "0.1"}, {"3", "0.1"}}));
  CHECK(found.cold_because == "load_s > 5 x median");
}

TEST_CASE("without a load time, a slow first token after a change of a setting is cold") {
  const row_states found = judge(make_table({"num_ctx", "ttft_ms"}, {{"512", "5900"},
                                                                     {"512", "110"},
                                                                     {"512", "100"},
                                                                     {"1024", "4900"},
                                                                     {"1024", "120"},
                                                                     {"1024", "900"},
                                                                     {"1024", "100"}}));
  // The 900 ms are slow as well, but nothing changed before them.
  CHECK(found.cold_rows == std::vector<std::uint32_t>{0, 3});
  CHECK(found.cold_because == "first row after a change, ttft_ms > 5 x median");
}

TEST_CASE("without a jump in the first token nothing is called warm") {
  const row_states found =
      judge(make_table({"num_ctx", "ttft_ms"}, {{"512", "110"}, {"512", "100"}, {"1024", "120"}}));
  CHECK(found.cold + found.warm_rows == 0);
}

TEST_CASE("means of loads are not judged") {
  const row_states found = judge(make_table({"mean_load_s"}, {{"9"}, {"0.1"}, {"0.1"}, {"0.1"}}));
  CHECK(found.cold + found.warm_rows == 0);
}

TEST_CASE("every row has one state and cold rows are where the counts say") {
  CHECK(rc::check("counts agree", [](const std::vector<unsigned char>& loads) {
    rows_of_cells rows;
    for (const unsigned char load : loads) {
      rows.push_back({std::to_string(load), load % 7 == 0 ? "bad" : "", std::to_string(load % 3)});
    }
    const row_states found = judge(make_table({"load_s", "error", "num_ctx"}, rows));
    RC_ASSERT(found.state.size() == rows.size());
    RC_ASSERT(found.failures.size() == found.failed);
    RC_ASSERT(found.cold_rows.size() == found.cold);
    RC_ASSERT(found.failed + found.cold + found.warm_rows <= rows.size());
    for (const auto row : found.cold_rows) RC_ASSERT(found.state[row] == row_state::ok);
    RC_ASSERT(found.cold_first_in_block <= found.cold);
  }));
}
