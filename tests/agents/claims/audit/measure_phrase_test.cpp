// What headers and labels measure.
#include <catch2/catch.hpp>

#include "agents/claims/audit/measure_phrase.hpp"

using namespace chimera::claims::auditing;
using chimera::evidence::stored_statistic;

TEST_CASE("Headers name a metric, a statistic and a unit", "[audit]") {
  struct example {
    const char* phrase;
    const char* metric;
    stored_statistic statistic;
    const char* unit;
    bool best;
    row_scope scope;
  };
  using enum stored_statistic;
  const example examples[] = {
      {"Mean TTFT (s)", "ttft", mean, "s", false, row_scope::any},
      {"**Mean TTFT (Time to First Token)", "ttft", mean, "", false, row_scope::any},
      {"Mean TTFT (warm)", "ttft", mean, "", false, row_scope::warm},
      {"Tokens/s", "throughput", none, "tok/s", false, row_scope::any},
      {"Peak Throughput", "throughput", stored_statistic::max, "", false, row_scope::any},
      {"Best Config Throughput", "throughput", none, "", true, row_scope::any},
      {"Mean Token Generation Speed", "throughput", mean, "", false, row_scope::any},
      {"mean_latency_ms", "time", mean, "ms", false, row_scope::any},
      {"Std (ms)", "", sd, "ms", false, row_scope::any},
      {"Compile Time (s)", "compile_time", none, "s", false, row_scope::any},
      {"Load (s)", "load", none, "s", false, row_scope::any},
      {"Eval Count", "eval_count", none, "", false, row_scope::any},
  };
  for (const example& e : examples) {
    INFO(e.phrase);
    const auto read = read_measure(e.phrase);
    REQUIRE(read);
    CHECK(read->metric == e.metric);
    CHECK(read->statistic == e.statistic);
    CHECK(read->unit == e.unit);
    CHECK(read->best == e.best);
    CHECK(read->scope == e.scope);
  }
}

TEST_CASE("Phrases that narrow a metric otherwise are no plain measure", "[audit]") {
  for (const char* phrase : {"TTFT reduction", "Throughput Improvement", "Throughput Variance",
                             "P05 Tokens/s", "Target Throughput", "Throughput (estimated)", ""}) {
    INFO(phrase);
    CHECK_FALSE(read_measure(phrase));
  }
}

TEST_CASE("Settings have several names", "[audit]") {
  CHECK(canonical_parameter("GPU Layers") == "num_gpu");
  CHECK(canonical_parameter("Context") == "num_ctx");
  CHECK(canonical_parameter("temp") == "temperature");
  CHECK(canonical_parameter("batch_size") == "batch_size");
  CHECK(canonical_parameter("Throughput").empty());
}
