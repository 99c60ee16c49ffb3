#include "agents/evidence/columns/traits.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "agents/evidence/columns/table_builder.hpp"

using namespace chimera::evidence;
using chimera::tests::make_table;

namespace {

column_traits traits_of(const std::string& name, const std::vector<std::string>& cells,
                        table_shape shape = table_shape::records) {
  chimera::tests::rows_of_cells rows;
  for (const std::string& cell : cells) rows.push_back({cell});
  table t = make_table({name}, rows, name.starts_with('/') ? "json" : "csv");
  t.shape = shape;
  return infer_traits(t).at(0);
}

struct unit_case {
  std::string name;
  std::string unit;
  dimension kind;
  double to_base;
  polarity better;
  stored_statistic statistic = stored_statistic::none;
};

const std::string degree_celsius =
    "\xC2\xB0"
    "C";

const std::vector<unit_case> unit_cases{
    {"ttft_s", "s", dimension::time, 1, polarity::lower},
    {"ttft_ms", "ms", dimension::time, 1e-3, polarity::lower},
    {"latency_us", "us", dimension::time, 1e-6, polarity::lower},
    {"eval_ns", "ns", dimension::time, 1e-9, polarity::lower},
    {"wait_sec", "s", dimension::time, 1, polarity::lower},
    {"wait_seconds", "s", dimension::time, 1, polarity::lower},
    {"run_minutes", "min", dimension::time, 60, polarity::lower},
    {"latencyMs", "ms", dimension::time, 1e-3, polarity::lower},
    {"Generation Time (ms)", "ms", dimension::time, 1e-3, polarity::lower},
    {"tokens_s", "tok/s", dimension::rate, 1, polarity::higher},
    {"tok_s", "tok/s", dimension::rate, 1, polarity::higher},
    {"tok/s", "tok/s", dimension::rate, 1, polarity::higher},
    {"baseline_tok_s", "tok/s", dimension::rate, 1, polarity::higher},
    {"Tokens per Second", "tok/s", dimension::rate, 1, polarity::higher},
    {"throughput_tokens_per_sec", "tok/s", dimension::rate, 1, polarity::higher},
    {"requests_per_second", "req/s", dimension::rate, 1, polarity::higher},
    {"tps", "tok/s", dimension::rate, 1, polarity::higher},
    {"read_mb_s", "MB/s", dimension::rate, 1e6, polarity::higher},
    {"mean_tokens_s", "tok/s", dimension::rate, 1, polarity::higher, stored_statistic::mean},
    {"avg_ttft_ms", "ms", dimension::time, 1e-3, polarity::lower, stored_statistic::mean},
    {"average_tokens_per_second", "tok/s", dimension::rate, 1, polarity::higher,
     stored_statistic::mean},
    {"eval_s_mean", "s", dimension::time, 1, polarity::lower, stored_statistic::mean},
    {"p95_ttft_ms", "ms", dimension::time, 1e-3, polarity::lower, stored_statistic::p95},
    {"ttft_p99_ms", "ms", dimension::time, 1e-3, polarity::lower, stored_statistic::p99},
    {"p50_ms", "ms", dimension::time, 1e-3, polarity::lower, stored_statistic::median},
    {"mean_time_ms", "ms", dimension::time, 1e-3, polarity::lower, stored_statistic::mean},
    {"min_time_ms", "ms", dimension::time, 1e-3, polarity::lower, stored_statistic::min},
    {"ttft_ms_max", "ms", dimension::time, 1e-3, polarity::lower, stored_statistic::max},
    {"std_time_ms", "ms", dimension::time, 1e-3, polarity::none, stored_statistic::sd},
    {"stdev_ms", "ms", dimension::time, 1e-3, polarity::none, stored_statistic::sd},
    {"overall_mean_ms", "ms", dimension::time, 1e-3, polarity::lower, stored_statistic::mean},
    {"cv_percent", "%", dimension::ratio, 0.01, polarity::none, stored_statistic::cv},
    {"model_size_bytes", "B", dimension::bytes, 1, polarity::lower},
    {"memory_used_mb", "MB", dimension::bytes, 1e6, polarity::lower},
    {"memory_free_mb", "MB", dimension::bytes, 1e6, polarity::none},
    {"peak_gpu_memory_gb", "GB", dimension::bytes, 1e9, polarity::lower, stored_statistic::max},
    {"network_sent_mb", "MB", dimension::bytes, 1e6, polarity::none},
    {"cpu_percent", "%", dimension::ratio, 0.01, polarity::none},
    {"efficiency_percent", "%", dimension::ratio, 0.01, polarity::higher},
    {"power_w", "W", dimension::power, 1, polarity::lower},
    {"peak_gpu_temperature_c", degree_celsius, dimension::temperature, 1, polarity::lower,
     stored_statistic::max},
    {"sm_clock_mhz", "MHz", dimension::frequency, 1e6, polarity::none},
    {"energy_joules", "J", dimension::energy, 1, polarity::lower},
    {"ms_per_token", "ms", dimension::time, 1e-3, polarity::lower},
    {"/runs/*/ttft_ms", "ms", dimension::time, 1e-3, polarity::lower},
    {"/*/baseline/metrics/average_ttft_ms", "ms", dimension::time, 1e-3, polarity::lower,
     stored_statistic::mean},
    {"ttft_reduction_percent", "%", dimension::ratio, 0.01, polarity::higher,
     stored_statistic::delta},
    {"throughput_improvement_percent", "%", dimension::ratio, 0.01, polarity::higher,
     stored_statistic::delta},
    {"ttft_delta_ms", "ms", dimension::time, 1e-3, polarity::none, stored_statistic::delta},
    {"eval_count", "tokens", dimension::count, 1, polarity::none},
    {"response_chars", "chars", dimension::count, 1, polarity::none},
    {"power_draw", "W", dimension::power, 1, polarity::lower},
    {"speedup", "", dimension::ratio, 1, polarity::higher},
    {"accuracy", "", dimension::ratio, 1, polarity::higher},
    {"loss", "", dimension::none, 1, polarity::lower},
    {"success_rate", "", dimension::ratio, 1, polarity::higher, stored_statistic::rate_of_success},
};

}  // namespace

TEST_CASE("unit, direction and statistic follow from the name of a column") {
  for (const unit_case& c : unit_cases) {
    INFO(c.name);
    const column_traits found = traits_of(c.name, {"12.5", "10.25", "11.75"});
    CHECK(found.role == role::measure);
    CHECK(found.unit == c.unit);
    CHECK(to_text(found.dimension) == to_text(c.kind));
    CHECK(found.to_base == Approx(c.to_base));
    CHECK(to_text(found.better) == to_text(c.better));
    CHECK(static_cast<int>(found.statistic) == static_cast<int>(c.statistic));
    CHECK_FALSE(found.because.empty());
    CHECK_FALSE(found.label.empty());
  }
}

TEST_CASE("a unit row outranks the name") {
  table t =
      make_table({"gpu__time_duration.sum", "launch__shared_mem_config_size"}, {{"9.408", "32"}});
  t.unit_row = true;
  t.columns[0].unit_text = "us";
  t.columns[1].unit_text = "Kbyte";
  const auto traits = infer_traits(t);
  CHECK(traits[0].unit == "us");
  CHECK(traits[0].to_base == Approx(1e-6));
  CHECK(traits[0].because == "unit row");
  CHECK(traits[0].role == role::measure);
  CHECK(traits[1].unit == "KB");
  CHECK(traits[1].role == role::parameter);
}

TEST_CASE("durations of Ollama are nanoseconds only where their size allows it") {
  const column_traits large = traits_of("eval_duration", {"7967061500", "3113543300"});
  CHECK(large.unit == "ns");
  CHECK(large.to_base == Approx(1e-9));
  CHECK(large.certainty == confidence::medium);
  const column_traits small = traits_of("eval_duration", {"7.9", "3.1"});
  CHECK(small.to_base == 1.0);
  CHECK(small.certainty == confidence::low);
  CHECK(small.dimension == dimension::time);
}

TEST_CASE("low certainty never converts") {
  struct low_case {
    std::string name;
    std::vector<std::string> cells;
  };
  const std::vector<low_case> cases{
      {"ttft", {"0.1", "0.2"}},               // no unit anywhere
      {"prompt_eval", {"0.1475", "0.0045"}},  // the unit was forgotten
      {"ttft_ms", {"1759186313000", "1759186314000"}},
      {"duration_min", {"2", "3"}},  // minutes or minimum
      {"temperature_c", {"4000", "4100"}},
  };
  for (const low_case& c : cases) {
    INFO(c.name);
    const column_traits found = traits_of(c.name, c.cells);
    CHECK(found.certainty == confidence::low);
    CHECK(found.to_base == 1.0);
  }
}

TEST_CASE("a throughput is one of tokens where its table speaks of tokens") {
  const table with = make_table({"/runs/*/collector_ttft_ms", "/runs/*/collector_throughput"},
                                {{"100", "96.4"}, {"110", "97.5"}}, "json");
  CHECK(infer_traits(with)[1].unit == "tok/s");
  const column_traits alone = traits_of("throughput", {"96.4", "97.5"});
  CHECK(alone.unit.empty());
  CHECK(alone.dimension == dimension::rate);
  CHECK(alone.certainty == confidence::low);
}

TEST_CASE("roles tell results from settings, names, moments and notes") {
  const std::string essay(300, 'x');
  struct role_case {
    std::string name;
    std::vector<std::string> cells;
    role expected;
  };
  const std::vector<role_case> cases{
      {"num_gpu", {"999", "80", "60"}, role::parameter},
      {"num_ctx", {"1024", "2048", "4096"}, role::parameter},
      {"temperature", {"0.2", "0.4", "0.8"}, role::parameter},
      {"/metrics/*/gpu/*/temperature", {"48", "52", "55"}, role::measure},
      {"/model/embed_dim", {"256"}, role::parameter},
      {"/model/device", {"cuda"}, role::label},
      {"/settings/runs", {"10"}, role::parameter},
      {"/environment/gpu_name", {"RTX 4080"}, role::parameter},
      {"/*/metrics/chimera_config/expected_throughput", {"102.31", "101"}, role::parameter},
      {"options", {R"({"temperature":0.3})", R"({"temperature":0.3})"}, role::parameter},
      {"agent_a_num_gpu", {"60", "80"}, role::parameter},
      {"config_name", {"g60_c1024_t0.2", "g60_c1024_t0.4"}, role::label},
      {"model", {"gemma3:latest", "gemma3:latest"}, role::label},
      {"tag", {"q4_0", "q5_K_M"}, role::label},
      {"Success", {"TRUE", "FALSE"}, role::status},
      {"success", {"1", "0"}, role::status},
      {"error", {"timed out", ""}, role::status},
      {"error", {"", ""}, role::status},
      {"error_message", {"", ""}, role::status},
      {"status", {"completed", "failed"}, role::status},
      {"error", {"0.25", "0.31"}, role::measure},
      {"error_rate", {"0.25", "0.31"}, role::measure},
      {"errors", {"3", "7"}, role::measure},
      {"timestamp", {"2025-10-02T19:18:24.2+00:00"}, role::time},
      {"timestamp", {"1759253524.486649", "1759253525"}, role::time},
      {"generated_at", {"2025-10-02 19:18:24"}, role::time},
      {"start_time", {"2025-10-02 19:18:24"}, role::time},
      {"create_time", {"1759275970.2", "1759275971.2"}, role::time},
      {"execution_time", {"2025-10-04 13:37:17.003914"}, role::time},
      {"execution_time", {"28.6", "23.8"}, role::measure},
      {"execution_time_s", {"10.4", "9.8"}, role::measure},
      {"run_number", {"1", "2"}, role::identifier},
      {"prompt_index", {"1", "2"}, role::identifier},
      {"gpu_id", {"0", "0"}, role::identifier},
      {"pid", {"28024", "17"}, role::identifier},
      {"prompt_text", {"Give a battle quote.", "Give a battle quote."}, role::note},
      {"banter_text", {"Whoa", "Hey"}, role::note},
      {"report", {essay}, role::note},
      {"prompt", {"a short one", "another"}, role::note},
      {"output_dir", {"C:\\runs\\1", "C:\\runs\\2"}, role::note},
      {"whatever", {essay, essay + "y"}, role::note},
      {"whatever", {"red", "green"}, role::label},
      {"device__attribute_architecture", {"404"}, role::parameter},
      {"resource_contention_detected", {"false", "true"}, role::label},
      {"ttft_s", {"", ""}, role::measure},
      {"mystery", {"", ""}, role::note},
  };
  for (const role_case& c : cases) {
    INFO(c.name << " = " << c.cells.front());
    CHECK(to_text(traits_of(c.name, c.cells).role) == to_text(c.expected));
  }
}

TEST_CASE("a metric has one name however its column is written") {
  struct name_case {
    std::string key;
    std::string metric;
  };
  const std::vector<name_case> cases{
      {"ttft_s", "ttft"},
      {"ttft_ms", "ttft"},
      {"mean_ttft_s", "ttft"},
      {"TTFT", "ttft"},
      {"time_to_first_token_ms", "ttft"},
      {"tokens_s", "throughput"},
      {"tok/s", "throughput"},
      {"tok_s", "throughput"},
      {"mean_tokens_s", "throughput"},
      {"tokens_per_second", "throughput"},
      {"Tokens per Second", "throughput"},
      {"overall_tokens_per_second", "throughput"},
      {"throughput_tokens_per_sec", "throughput"},
      {"collector_throughput", "collector_throughput"},
      {"Generation Time", "generation_time"},
      {"generation_time_ms", "generation_time"},
      {"load_s", "load"},
      {"load_duration_ms", "load"},
      {"prompt_eval", "prompt_eval"},
      {"prompt_eval_s", "prompt_eval"},
      {"eval_s_mean", "eval"},
      {"eval_count", "eval_count"},
      {"total_tokens", "total_tokens"},
      {"mean_time_ms", "time"},
      {"mean_ms", "time"},
      {"ttft_reduction_percent", "ttft_reduction"},
      {"/runs/*/ttft_delta_ms", "ttft_delta"},
  };
  for (const name_case& c : cases) {
    INFO(c.key);
    CHECK(metric_name(c.key) == c.metric);
  }
}

TEST_CASE("labels are words for people") {
  CHECK(traits_of("mean_ttft_s", {"1.5", "2"}).label == "TTFT");
  CHECK(traits_of("tokens_s", {"1.5", "2"}).label == "throughput");
  CHECK(traits_of("load_s", {"1.5", "2"}).label == "load time");
  CHECK(traits_of("prompt_eval_s", {"1.5", "2"}).label == "prompt eval time");
  CHECK(traits_of("eval_s", {"1.5", "2"}).label == "eval time");
  CHECK(traits_of("eval_count", {"15", "2"}).label == "generated tokens");
  CHECK(traits_of("ttft_reduction_percent", {"15", "2"}).label == "TTFT reduction");
  CHECK(traits_of("gpu_power_w", {"15", "2"}).label == "GPU power");
}

TEST_CASE("a total beside plain values is the whole of its row, in a summary it is a sum") {
  const table rows = make_table({"eval_s", "total_tokens"}, {{"1.2", "124"}, {"1.3", "127"}});
  CHECK(infer_traits(rows)[1].statistic == stored_statistic::none);
  table document = make_table({"/total_tokens"}, {{"225"}}, "json");
  document.shape = table_shape::document;
  CHECK(infer_traits(document)[0].statistic == stored_statistic::sum);
}

TEST_CASE("numbers of runs are parameters that say what a statistic rests on") {
  for (const char* name : {"/settings/runs", "/samples_per_run", "/timing/samples", "n"}) {
    const column_traits found = traits_of(name, {"10"}, table_shape::document);
    INFO(name);
    CHECK(found.role == role::parameter);
    CHECK(found.statistic == stored_statistic::count_of_samples);
  }
}

TEST_CASE("a bare percentile takes its quantity from the segment above, but no unit") {
  const column_traits found =
      traits_of("/timing_stats/latency_percentiles/p95", {"15.584"}, table_shape::document);
  CHECK(found.dimension == dimension::time);
  CHECK(found.label == "latency");
  CHECK(found.statistic == stored_statistic::p95);
  CHECK(found.unit.empty());
  CHECK(found.certainty == confidence::low);
}

TEST_CASE("a utilisation that never exceeds 1 may be a fraction, so it has no unit") {
  CHECK(traits_of("utilization_gpu", {"0", "93"}).unit == "%");
  CHECK(traits_of("utilization_gpu", {"0.1", "0.93"}).unit.empty());
}

TEST_CASE("an empty table and columns without names are survived") {
  CHECK(infer_traits(table{}).empty());
  table t;
  t.columns.resize(2);
  t.columns[1].name = "/*";
  t.columns[1].key = "*";
  CHECK(infer_traits(t).size() == 2);
  CHECK(metric_name("").empty());
  CHECK(metric_name("___").empty());
}
