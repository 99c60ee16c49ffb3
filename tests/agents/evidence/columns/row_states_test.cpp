#include "agents/evidence/columns/row_states.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "agents/evidence/columns/table_builder.hpp"

using namespace chimera::evidence;
using chimera::tests::make_table;
using chimera::tests::rows_of_cells;

namespace {

row_states judge(const table& t) { return judge_rows(t, infer_traits(t)); }

const std::vector<std::string> run_columns{"ttft_s", "tokens_s", "eval_count", "error"};

}  // namespace

TEST_CASE("a failure written as empty cells beside an error is found") {
  const row_states found =
      judge(make_table(run_columns, {{"0.1", "80.5", "100", ""}, {"", "", "", "timed out"}}));
  REQUIRE(found.failures.size() == 1);
  CHECK(found.failures[0].row == 1);
  CHECK(found.failures[0].how == failure_encoding::empty_cells);
  CHECK(found.failures[0].error == "timed out");
  CHECK(found.state[0] == row_state::ok);
  CHECK(found.state[1] == row_state::failed);
  CHECK(found.failed == 1);
}

TEST_CASE("a failure written as zeros beside an error is found") {
  const row_states found = judge(make_table(
      run_columns, {{"0", "0", "0", "[WinError 10049] not valid"}, {"0.1", "80.5", "100", ""}}));
  REQUIRE(found.failures.size() == 1);
  CHECK(found.failures[0].how == failure_encoding::zeros_with_error);
}

TEST_CASE("null means of models that completed nothing are failures") {
  const row_states found =
      judge(make_table({"/models/*/model", "/models/*/completed", "/models/*/mean_ttft_s",
                        "/models/*/mean_tokens_s"},
                       {{"a", "0", "", ""}, {"b", "5", "0.2", "80.1"}}, "json"));
  REQUIRE(found.failures.size() == 1);
  CHECK(found.failures[0].row == 0);
  CHECK(found.failures[0].how == failure_encoding::nulls);
}

TEST_CASE("null means are failures too when every model of the file has them") {
  const row_states found =
      judge(make_table({"/models/*/completed", "/models/*/mean_ttft_s", "/models/*/mean_tokens_s"},
                       {{"0", "", ""}, {"0", "", ""}}, "json"));
  CHECK(found.failed == 2);
  CHECK(judge(make_table({"/models/*/model", "/models/*/completed"}, {{"a", "0"}, {"b", "5"}},
                         "json"))
            .failed == 1);
}

TEST_CASE("a backend that failed with mean 0 and success = false is a failure") {
  table t = make_table({"/backends/*/benchmark/mean_time_ms", "/backends/*/benchmark/min_time_ms",
                        "/backends/*/compilation/success", "/backends/*/compilation/error",
                        "/backends/*/compilation/compile_time_s"},
                       {{"3.8", "3.1", "", "", ""},
                        {"0", "0", "false", "Cannot find a working triton", "0.25"},
                        {"4.1", "3.2", "true", "", "12.0"}},
                       "json");
  t.shape = table_shape::keyed;
  t.row_keys = {"eager", "torch_compile", "jit"};
  const row_states found = judge(t);
  REQUIRE(found.failures.size() == 1);
  CHECK(found.failures[0].row == 1);
  CHECK(found.failures[0].how == failure_encoding::zero_with_success_false);
  CHECK(found.failures[0].error == "Cannot find a working triton");
}

TEST_CASE("a backend with an error in its metadata and zeros is a failure") {
  table t = make_table({"/backends/*/mean_time_ms", "/backends/*/metadata/error"},
                       {{"3.8", ""}, {"0", "no triton"}}, "json");
  t.shape = table_shape::keyed;
  t.row_keys = {"eager", "torch_compile"};
  CHECK(judge(t).failed == 1);
}

TEST_CASE("a run that took time and made no token is a failure") {
  const row_states found = judge(make_table({"eval_s", "ttft_s", "eval_count"},
                                            {{"19.8", "0.5", "0"}, {"1.5", "0.2", "100"}}));
  REQUIRE(found.failures.size() == 1);
  CHECK(found.failures[0].how == failure_encoding::zero_tokens);
}

TEST_CASE("error text stored as the output of a success is a failure") {
  const row_states found = judge(
      make_table({"/results/*/generation_time_ms", "/results/*/banter_text", "/results/*/success"},
                 {{"6825.7", "Error generating banter: All connection attempts failed", "true"},
                  {"2622.9", "\"Whoa, did you see that?!\"", "true"}},
                 "json"));
  REQUIRE(found.failures.size() == 1);
  CHECK(found.failures[0].row == 0);
  CHECK(found.failures[0].how == failure_encoding::error_text_as_success);
}

TEST_CASE("an error or success = false beside numbers is a failure all the same") {
  CHECK(judge(make_table(run_columns, {{"0.1", "80", "9", "cut off"}})).failures.at(0).how ==
        failure_encoding::error_only);
  CHECK(judge(make_table({"Generation Time (ms)", "Success"}, {{"3089.02", "FALSE"}})).failed == 1);
  CHECK(judge(make_table({"latency_ms", "success"}, {{"12.5", "0"}, {"11", "1"}})).failed == 1);
  CHECK(judge(make_table({"latency_ms", "status"}, {{"12.5", "timeout"}, {"1", "ok"}})).failed ==
        1);
  CHECK(judge(make_table({"latency_ms", "failed"}, {{"12.5", "true"}, {"1", "false"}})).failed ==
        1);
}

TEST_CASE("what only looks like an error is none") {
  struct harmless {
    std::vector<std::string> columns;
    rows_of_cells rows;
  };
  const std::vector<harmless> cases{
      {run_columns, {{"0.1", "80", "9", ""}}},
      {run_columns, {{"0.1", "80", "9", "None"}, {"0.1", "80", "9", "null"}}},
      {run_columns, {{"0.1", "80", "9", "0"}, {"0.1", "80", "9", "false"}}},
      {run_columns, {{"0.1", "80", "9", "no error"}}},
      {{"step_s", "error"}, {{"0.1", "0.25"}, {"0.1", "0.31"}}},
      {{"latency_ms", "error_rate"}, {{"0.1", "0.25"}}},
      {{"latency_ms", "status"}, {{"0.1", "completed"}, {"0.2", "OK"}}},
      {{"latency_ms", "success"}, {{"0.1", "true"}, {"0.2", "1"}}},
      {{"latency_ms", "mode"}, {{"0.1", "error-diffusion"}}},
      {{"latency_ms", "banter_text"}, {{"0.1", "Error, soldier? We call it a warm-up!"}}},
      {{"latency_ms", "stall_s"}, {{"0.1", "0"}, {"0.2", "0"}}},  // one zero among times
      {{"load_s", "prompt_eval_count", "eval_s"}, {{"0.1", "0", "2"}}},
      {{"compile_time_s"}, {{"0"}, {"1.5"}}},
      {{"num_errors", "latency_ms"}, {{"3", "1.5"}}},
      {{"cpu_percent", "memory_percent"}, {{"0", "0"}}},
  };
  for (const harmless& c : cases) {
    INFO(c.columns.back() << " = " << c.rows.front().back());
    CHECK(judge(make_table(c.columns, c.rows)).failed == 0);
  }
}

TEST_CASE("zeros throughout are no measurement, even without a word of error") {
  const row_states found = judge(make_table({"ttft_s", "tokens_s"}, {{"0", "0"}, {"0.1", "80"}}));
  CHECK(found.failed == 1);
}

TEST_CASE("an error deep in a document does not fail what the document measured") {
  table measured = make_table({"/total_ms", "/part/error"}, {{"125.5", "no data"}}, "json");
  measured.shape = table_shape::document;
  CHECK(judge(measured).failed == 0);
  table empty = make_table({"/total_inferences", "/overall_performance/error"},
                           {{"0", "No inference data available"}}, "json");
  empty.shape = table_shape::document;
  CHECK(judge(empty).failed == 1);
}

TEST_CASE("a long error text is clipped between characters") {
  std::string text(199, 'x');
  text += "\xC3\xA9 and more";
  const row_states found = judge(make_table(run_columns, {{"", "", "", text}}));
  CHECK(found.failures.at(0).error == std::string(199, 'x') + "\xE2\x80\xA6");
}

TEST_CASE("a table without rows or columns has no states") {
  CHECK(judge(table{}).state.empty());
  table t;
  t.rows = 3;
  CHECK(judge(t).failed == 0);
}
