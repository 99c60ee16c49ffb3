#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "agents/evidence/columns/evidence_table.hpp"
#include "agents/evidence/columns/table_builder.hpp"

using namespace chimera::evidence;
using chimera::tests::make_table;

namespace {

const chimera::tests::rows_of_cells two_rows{{"0.1", "80.5"}, {"0.2", "81.5"}};

std::string model_from_name(const std::string& file) {
  return examine(file, "", make_table({"ttft_s", "tokens_s"}, two_rows)).about.model;
}

}  // namespace

TEST_CASE("the model is what a column says, if it says one") {
  const auto one =
      examine("gemma3_baseline.csv", "ab",
              make_table({"model", "ttft_s"}, {{"llama3.1:8b", "1"}, {"llama3.1:8b", "2"}}));
  CHECK(one.about.model == "llama3.1:8b");
  CHECK(one.about.model_from == "column model");
  CHECK(one.sha256 == "ab");
  const auto several =
      examine("gemma3_bench.csv", "", make_table({"model", "ttft_s"}, {{"a", "1"}, {"b", "2"}}));
  CHECK(several.about.model.empty());
}

TEST_CASE("the model of a document stands at its pointer") {
  table t = make_table({"/model", "/settings/runs", "/settings/warmup_runs"},
                       {{"gemma3:latest", "10", "3"}}, "json");
  t.shape = table_shape::document;
  const subject about = examine("x.json", "", t).about;
  CHECK(about.model == "gemma3:latest");
  CHECK(about.model_from == "pointer /model");
  CHECK(about.declared_runs == 10);
  CHECK(about.declared_runs_at == "/settings/runs");
  CHECK(about.declared_warmup == 3);
  CHECK(about.declared_warmup_at == "/settings/warmup_runs");
}

TEST_CASE("the name of a network inside a model object names it") {
  table t = make_table({"/model/name", "/model/batch_size"}, {{"mlp", "64"}}, "json");
  t.shape = table_shape::document;
  CHECK(examine("x.json", "", t).about.model == "mlp");
}

TEST_CASE("the runs of a whole file stand before the samples of one run") {
  table t = make_table({"/runs", "/samples_per_run"}, {{"3", "20"}}, "json");
  t.shape = table_shape::document;
  const subject about = examine("x.json", "", t).about;
  CHECK(about.declared_runs == 3);
  CHECK(about.declared_runs_at == "/runs");
  table samples = make_table({"/samples_per_run"}, {{"20"}}, "json");
  samples.shape = table_shape::document;
  CHECK(examine("x.json", "", samples).about.declared_runs == 20);
}

TEST_CASE("without a column the file's name or its folder's tells the model") {
  CHECK(model_from_name("gemma3/gemma3_1b-it-qat_baseline.csv") == "gemma3_1b-it-qat");
  CHECK(model_from_name("gemma3/gemma3_270m_param_tuning.csv") == "gemma3_270m");
  CHECK(model_from_name("gemma3/gemma3_baseline.csv") == "gemma3");
  CHECK(model_from_name("x/llama3_q4_benchmark_fixed_runs.csv") == "llama3_q4");
  CHECK(model_from_name("x/llama3.1_8b-instruct-q5_K_M.csv") == "llama3.1_8b-instruct-q5_K_M");
  CHECK(model_from_name("llama3/ollama_param_tuning.csv") == "llama3");
  CHECK(model_from_name("ollama/prompt_suite_runs.csv").empty());
  CHECK(model_from_name("philosophy.csv").empty());
}

TEST_CASE("a table of means is a summary, a table of measurements is none") {
  CHECK(examine("a.csv", "",
                make_table({"config_name", "mean_tokens_s", "mean_ttft_s"},
                           {{"a", "1.5", "2"}, {"b", "2.5", "3"}}))
            .summary);
  // One unit was forgotten there; the file's name says it.
  CHECK(
      examine("llama3/ollama_param_tuning_summary.csv", "",
              make_table({"num_gpu", "mean_tokens_s", "prompt_eval"}, {{"40", "77.29", "0.1475"}}))
          .summary);
  CHECK_FALSE(examine("a.csv", "", make_table({"ttft_s", "tokens_s"}, two_rows)).summary);
  CHECK_FALSE(examine("baseline_performance_summary.csv", "",
                      make_table({"Generation Time (ms)", "Tokens per Second"}, two_rows))
                  .summary);
  CHECK_FALSE(examine("ncu.csv", "", make_table({"gpu__time_duration_us.sum"}, {{"9.4"}})).summary);
  CHECK_FALSE(examine("a.csv", "", make_table({"num_gpu", "accuracy"}, two_rows)).summary);
}
