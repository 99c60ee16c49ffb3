// The facts of a real benchmark tree against values computed independently (pure Python, numpy and
// DuckDB agree on them): files, rows, statistics, failures, cold starts, ranks, comparisons, rates.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "agents/evidence/facts/comparison_facts.hpp"
#include "agents/evidence/facts/dataset.hpp"
#include "agents/evidence/facts/table_facts.hpp"
#include "proto/decimal.hpp"

namespace fs = std::filesystem;
using namespace chimera;

namespace {

using terms = std::vector<proto::filter_term>;

const fs::path tree = fs::path(CHIMERA_SOURCE_DIR) / "../shared/artifacts/seed101/outputs/reports";

// Built once: the tests only read it. Null when the tree is not on this machine.
const evidence::dataset* reports() {
  static const std::optional<evidence::dataset> data = []() -> std::optional<evidence::dataset> {
    if (!fs::exists(tree)) return std::nullopt;
    auto built = evidence::build_dataset(tree, {});
    REQUIRE(built);
    return std::move(*built);
  }();
  return data ? &*data : nullptr;
}

#define NEEDS_TREE(data)                                   \
  const evidence::dataset* data = reports();               \
  if ((data) == nullptr) {                                 \
    WARN("skipped: the real benchmark tree is not there"); \
    return;                                                \
  }

const proto::fact* find(const evidence::dataset& data, std::string_view file, std::string_view path,
                        const terms& filter, std::string_view agg) {
  for (const proto::fact& f : data.facts)
    if (f.file == file && f.where.path == path && f.agg == agg && f.filter == filter) return &f;
  return nullptr;
}

double value(const evidence::dataset& data, std::string_view file, std::string_view path,
             const terms& filter, std::string_view agg) {
  const proto::fact* f = find(data, file, path, filter, agg);
  INFO(file << ' ' << path << ' ' << agg);
  REQUIRE(f != nullptr);
  return proto::parse_decimal(f->value).value_or(std::nan(""));
}

double tree_count(const evidence::dataset& data, std::string_view path) {
  return value(data, ".", path, {}, "count");
}

// The expected values are printed with six significant digits.
Approx six_digits(double v) { return Approx(v).epsilon(6e-6); }

constexpr const char* gemma = "gemma3/gemma3_param_tuning.csv";
constexpr const char* gemma_1b = "gemma3/gemma3_1b-it-qat_param_tuning.csv";
constexpr const char* gemma_270m = "gemma3/gemma3_270m_param_tuning.csv";
constexpr const char* llama = "llama3/ollama_param_tuning.csv";
constexpr const char* quant = "llama3/ollama_quant_bench.csv";
constexpr const char* suite = "ollama/20251002-151824/prompt_suite_runs.csv";
constexpr const char* fixed = "ollama/20251008-122911/gemma3_benchmark_fixed_runs.csv";

}  // namespace

TEST_CASE("files and bytes by type add up to the total") {
  NEEDS_TREE(data);
  struct row {
    const char* type;
    double files, bytes;
  };
  // The copy lacks two binary .ncu-rep files of 157,112 bytes.
  const row rows[] = {
      {"json", 30, 108835}, {"md", 29, 217273}, {"csv", 24, 69916}, {"txt", 3, 3979}, {"py", 1, 0}};
  double files = 0;
  double bytes = 0;
  for (const row& r : rows) {
    CHECK(tree_count(*data, std::string("files/") + r.type) == r.files);
    CHECK(tree_count(*data, std::string("bytes/") + r.type) == r.bytes);
    files += r.files;
    bytes += r.bytes;
  }
  CHECK(tree_count(*data, "files") == files);
  CHECK(tree_count(*data, "bytes") == bytes);
  CHECK(files == 87);
  CHECK(tree_count(*data, "status/empty") == 1);
}

TEST_CASE("JSON parses whole, a tool's error is no table, dates come from the content") {
  NEEDS_TREE(data);
  CHECK(tree_count(*data, "json/documents") == 30);
  CHECK(tree_count(*data, "json/numbers") == 790);
  REQUIRE(data->tool_errors.size() == 1);
  CHECK(data->tool_errors[0].file == "profiling/ncu_summary.csv");
  CHECK(data->files.mtimes_untrusted);
  REQUIRE(data->files.first_last.size() == 4);
  CHECK(data->files.first_last[0].text.starts_with("2025-09-30T19:46:10"));
  CHECK(data->files.first_last[1].text.starts_with("2025-10-08T16:29:55"));
  CHECK(data->files.first_last[2].text.starts_with("2025-09-28"));
  CHECK(data->files.first_last[3].text.starts_with("2025-10-09"));
  const auto cp1252 =
      std::ranges::count(data->files.files, "windows-1252", &evidence::file_entry::encoding);
  CHECK(cp1252 == 1);
}

TEST_CASE("77 of 274 rows failed, in 8 files, 7 of them wholly") {
  NEEDS_TREE(data);
  CHECK(tree_count(*data, "rows/csv") == 274);
  CHECK(tree_count(*data, "rows/csv/failed") == 77);
  CHECK(tree_count(*data, "rows/csv/files") == 18);
  CHECK(tree_count(*data, "rows/csv/failed-files") == 8);
  CHECK(tree_count(*data, "rows/csv/wholly-failed-files") == 7);
  CHECK(value(*data, gemma_270m, "tokens_s", {}, "mean") == six_digits(286.542));
  CHECK(find(*data, gemma_270m, "tokens_s", {}, "mean")->excluded.failed == 2);
  for (const proto::fact& f : data->facts) CHECK_FALSE(f.shown.text.starts_with("270.62"));
}

TEST_CASE("statistics of whole columns and groups") {
  NEEDS_TREE(data);
  struct row {
    const char* file;
    const char* column;
    terms filter;
    double n, mean, sd, min, median, p95, max;
  };
  const double none = std::nan("");
  const auto tag = [](const char* level) { return terms{{"tag", "=", level}}; };
  const auto model = [](const char* level) {
    return terms{{"model", "=", std::string("llama3.1:8b-instruct-") + level}};
  };
  const row rows[] = {
      {gemma, "ttft_s", {}, 36, 0.689699, 1.05177, 0.116952, 0.140875, 2.62681, 2.90400},
      {gemma, "tokens_s", {}, 36, 101.994, 0.509757, 100.755, 101.980, 102.970, 103.156},
      {gemma, "load_s", {}, 36, 0.626627, 0.956166, 0.104372, 0.128614, 2.37536, 2.66740},
      {gemma, "eval_count", {}, 36, 889.944, 99.8029, 646, 907, 1047.25, 1115},
      {gemma_1b, "ttft_s", {}, 36, 2.23065, 3.06772, 0.0742094, 0.0961624, 6.52268, 6.53835},
      {gemma_1b, "tokens_s", {}, 36, 183.761, 1.74057, 180.250, 183.987, 186.147, 187.175},
      {gemma_270m, "ttft_s", {}, 34, 0.467221, 0.606167, 0.0535847, 0.0682436, 1.22947, 2.27868},
      {gemma_270m, "tokens_s", {}, 34, 286.542, 15.5409, 212.721, 289.678, 301.155, 303.898},
      {"gemma3/gemma3_baseline.csv",
       "ttft_s",
       {},
       5,
       0.566692,
       0.983531,
       0.123005,
       0.129432,
       1.88684,
       2.32608},
      {"gemma3/gemma3_baseline.csv",
       "tokens_s",
       {},
       5,
       102.201,
       0.907046,
       101.041,
       102.041,
       103.262,
       103.383},
      {llama, "ttft_s", {}, 36, 1.20942, 1.67166, 0.0741, 0.08985, 3.51115, 5.76690},
      {llama, "tokens_s", {}, 36, 77.6078, 0.279593, 76.93, 77.6, 78.0225, 78.42},
      {llama, "total_tokens", {}, 36, 133.944, 7.50598, 120, 134.5, 145, 152},
      {quant, "ttft_s", {}, 15, 1.15310, 2.84850, 0.0692, 0.0987, 7.36934, 9.6085},
      {quant, "tokens_s", {}, 15, 62.7807, 12.8332, 46.04, 65.03, 77.35, 78.26},
      {quant, "tokens_s", tag("q4_0"), 5, 76.586, 1.51469, 74.11, 76.88, none, 78.26},
      {quant, "tokens_s", tag("q5_K_M"), 5, 65.184, 0.408020, 64.85, 65.03, none, 65.89},
      {quant, "tokens_s", tag("q8_0"), 5, 46.572, 0.321512, 46.04, 46.64, none, 46.85},
      {suite, "ttft_s", {}, 15, 1.40290, 2.99829, 0.076385, 0.092815, 8.05873, 9.61551},
      {suite, "tokens_s", {}, 15, 63.0407, 13.2868, 45.32, 65.10, 78.106, 78.12},
      {suite, "tokens_s", model("q4_0"), 5, 77.618, 0.535882, 76.91, 77.73, none, 78.12},
      {suite, "tokens_s", model("q5_K_M"), 5, 65.106, 0.199073, 64.79, 65.10, none, 65.30},
      {suite, "tokens_s", model("q8_0"), 5, 46.398, 0.620419, 45.32, 46.52, none, 46.82},
      {fixed, "ttft_s", {}, 5, 6.09981, 13.3534, 0.121263, 0.127544, none, 29.9871},
      {fixed, "tokens_s", {}, 5, 88.904, 29.592, 35.98, 101.52, none, 102.76},
      {"ollama/20251008-122955/llama3_q4_benchmark_fixed_runs.csv",
       "ttft_s",
       {},
       5,
       2.65665,
       5.80294,
       0.051085,
       0.052959,
       none,
       13.0372},
      {"ollama/20251008-122955/llama3_q4_benchmark_fixed_runs.csv",
       "tokens_s",
       {},
       5,
       79.27,
       0.552404,
       78.73,
       79.26,
       none,
       79.99},
  };
  for (const row& r : rows) {
    CHECK(value(*data, r.file, r.column, r.filter, "count") == r.n);
    CHECK(value(*data, r.file, r.column, r.filter, "mean") == six_digits(r.mean));
    CHECK(value(*data, r.file, r.column, r.filter, "sd") == six_digits(r.sd));
    CHECK(value(*data, r.file, r.column, r.filter, "min") == six_digits(r.min));
    CHECK(value(*data, r.file, r.column, r.filter, "median") == six_digits(r.median));
    CHECK(value(*data, r.file, r.column, r.filter, "max") == six_digits(r.max));
    if (!std::isnan(r.p95))
      CHECK(value(*data, r.file, r.column, r.filter, "p95") == six_digits(r.p95));
    const bool refused = find(*data, r.file, r.column, r.filter, "p95")->refused();
    CHECK(refused == (r.n < 22));
    CHECK(find(*data, r.file, r.column, r.filter, "p99")->refused());
  }
}

TEST_CASE("intervals of the median carry their rank and exact coverage") {
  NEEDS_TREE(data);
  CHECK(value(*data, gemma, "ttft_s", {}, "median_ci_low") == six_digits(0.132396));
  CHECK(value(*data, gemma, "ttft_s", {}, "median_ci_high") == six_digits(0.149637));
  CHECK(value(*data, gemma_270m, "tokens_s", {}, "median_ci_low") == six_digits(284.301));
  CHECK(value(*data, quant, "tokens_s", {}, "median_ci_high") == six_digits(76.72));
  const auto& flags = find(*data, gemma, "ttft_s", {}, "median_ci_low")->flags;
  CHECK(std::ranges::find(flags, "k=12") != flags.end());
  CHECK(find(*data, "gemma3/gemma3_baseline.csv", "ttft_s", {}, "median_ci_low") == nullptr);
}

TEST_CASE("43 cold rows of 142 in four sweeps, each the first of its configuration block") {
  NEEDS_TREE(data);
  struct row {
    const char* file;
    std::uint64_t cold;
  };
  for (const row& r : {row{gemma, 8}, row{gemma_1b, 12}, row{gemma_270m, 11}, row{llama, 12}}) {
    const auto found = std::ranges::find(data->tables, r.file, &evidence::evidence_table::file);
    REQUIRE(found != data->tables.end());
    CHECK(found->rows.cold == r.cold);
    CHECK(found->rows.cold_first_in_block == r.cold);
  }
  CHECK(tree_count(*data, "rows/sweeps/cold") == 43);
  CHECK(tree_count(*data, "rows/sweeps/ok") == 142);
  CHECK(tree_count(*data, "rows/sweeps/cold/first") == 43);
  const terms warm = {{"row", "is", "warm"}};
  CHECK(value(*data, gemma, "ttft_s", warm, "count") == 28);
  CHECK(value(*data, gemma, "ttft_s", warm, "mean") == six_digits(0.136102));
  CHECK(value(*data, gemma, "ttft_s", warm, "sd") == six_digits(0.0110257));
  CHECK(value(*data, gemma, "ttft_s", warm, "median") == six_digits(0.134245));
  CHECK(find(*data, gemma, "ttft_s", warm, "mean")->excluded.cold == 8);
}

TEST_CASE("configurations are ranked, with the lint that a single sample ranks noise") {
  NEEDS_TREE(data);
  const auto rank = [&](const char* name) {
    return value(*data, gemma, "tokens_s", {{"config_name", "=", name}}, "rank");
  };
  CHECK(rank("g60_c2048_t0.8") == 1);
  CHECK(rank("g60_c4096_t0.4") == 2);
  CHECK(rank("g80_c2048_t0.8") == 3);
  CHECK(rank("g999_c4096_t0.4") == 22);
  CHECK(value(*data, gemma, "tokens_s", {{"config_name", "=", "g60_c2048_t0.8"}}, "value") ==
        six_digits(103.156));
  CHECK(value(*data, gemma, "tokens_s", {}, "cv") == Approx(0.00500).epsilon(0.001));
  CHECK(std::ranges::find(data->lints, "one-sample-per-configuration", &proto::lint::rule) !=
        data->lints.end());
}

TEST_CASE("quantisations differ in throughput and not in time to first token") {
  NEEDS_TREE(data);
  struct row {
    const char* measure;
    const char* a;
    const char* b;
    double p, means, medians;
  };
  const row rows[] = {{"tokens_s", "q4_0", "q5_K_M", 0.00793651, 1.17492, 1.18222},
                      {"tokens_s", "q4_0", "q8_0", 0.00793651, 1.64446, 1.64837},
                      {"tokens_s", "q5_K_M", "q8_0", 0.00793651, 1.39964, 1.39430}};
  const auto pick = [&](const char* file, const char* measure, const char* x, const char* y) {
    for (const evidence::comparison& c : data->comparisons) {
      const evidence::evidence_table& t = data->tables[c.a.table];
      const bool sides = (c.a.level == x && c.b.level == y) || (c.a.level == y && c.b.level == x);
      if (t.file == file && t.data.columns[c.a.measure].name == measure && sides && !c.a.warm_only)
        return &c;
    }
    return static_cast<const evidence::comparison*>(nullptr);
  };
  for (const row& r : rows) {
    const evidence::comparison* c = pick(quant, r.measure, r.a, r.b);
    REQUIRE(c != nullptr);
    CHECK(c->a.level == r.a);
    CHECK(c->test.p == six_digits(r.p));
    CHECK(c->p_holm == six_digits(3 * r.p));
    CHECK(c->a12 == 1);
    CHECK(c->ratio_of_means == six_digits(r.means));
    CHECK(c->ratio_of_medians == six_digits(r.medians));
    CHECK(c->said == evidence::judgement::different);
  }
  CHECK(pick(quant, "tokens_s", "q4_0", "q5_K_M")->hl_shift == six_digits(11.82));
  CHECK(pick(quant, "tokens_s", "q4_0", "q5_K_M")->test.u == 25);
  CHECK(pick(quant, "ttft_s", "q4_0", "q5_K_M")->test.p == six_digits(0.547619));
  CHECK(pick(quant, "ttft_s", "q4_0", "q8_0")->test.p == six_digits(0.222222));
  CHECK(pick(quant, "ttft_s", "q5_K_M", "q8_0")->test.p == 1);
  for (const char* other : {"q5_K_M", "q8_0"})
    CHECK(pick(quant, "ttft_s", "q4_0", other)->said != evidence::judgement::different);
}

TEST_CASE("the gemma sweep is faster than the llama sweep") {
  NEEDS_TREE(data);
  const auto found = std::ranges::find_if(data->comparisons, [&](const evidence::comparison& c) {
    return data->tables[c.a.table].file == gemma && data->tables[c.b.table].file == llama &&
           c.metric == "throughput";
  });
  REQUIRE(found != data->comparisons.end());
  CHECK(found->ratio_of_medians == six_digits(1.31418));
  CHECK(found->a12 == 1);
}

TEST_CASE("rates are pooled before they are averaged") {
  NEEDS_TREE(data);
  CHECK(value(*data, fixed, "tokens_s", {}, "mean") == six_digits(88.904));
  CHECK(value(*data, fixed, "tokens_s", {}, "harmonic_mean") == Approx(74.673).epsilon(1e-5));
  CHECK(value(*data, fixed, "tokens_s", {}, "pooled") == Approx(67.913).epsilon(1e-5));
  CHECK(std::ranges::find(data->lints, "rate-mean-misleads", &proto::lint::rule) !=
        data->lints.end());
}

TEST_CASE("stored statistics are cells with the repetitions that their file declares") {
  NEEDS_TREE(data);
  CHECK(tree_count(*data, "members/failed") == 5);
  const char* conv = "compilation/conv_bench_20251002-170837.json";
  const proto::fact* eager =
      find(*data, conv, "/backends/eager/benchmark/mean_time_ms", {}, "value");
  REQUIRE(eager != nullptr);
  CHECK(proto::parse_decimal(eager->value).value_or(0) == six_digits(3.81214));
  CHECK(eager->n == 10);
  CHECK(eager->unit == "ms");
  CHECK(find(*data, "compilation/conv_cuda_bench_20251002-172037.json",
             "/backends/torch_compile/benchmark/mean_time_ms", {}, "value") == nullptr);
  struct row {
    const char* file;
    const char* member;
    double ratio;
  };
  const row rows[] = {{conv, "onnx", 5.50172},
                      {"compilation/mlp_bench_20251002-165750.json", "onnx", 9.62732},
                      {"compilation/transformer_bench_20251002-170914.json", "onnx", 8.71415},
                      {"compilation/transformer_bench_20251002-170914.json", "jit", 5.08864}};
  for (const row& r : rows) {
    bool found = false;
    for (const proto::fact& f : data->facts) {
      if (f.file != r.file || f.agg != "ratio" || f.derived_from.size() != 2) continue;
      const proto::fact* x = data->find(f.derived_from[0]);
      const proto::fact* y = data->find(f.derived_from[1]);
      if (x->where.path != "/backends/eager/benchmark/mean_time_ms") continue;
      if (y->where.path != "/backends/" + std::string(r.member) + "/benchmark/mean_time_ms")
        continue;
      found = true;
      CHECK(proto::parse_decimal(f.value).value_or(0) == six_digits(r.ratio));
    }
    CHECK(found);
  }
}

TEST_CASE("a unit row, lakh grouping and nested telemetry are read") {
  NEEDS_TREE(data);
  const char* ncu = "profiling/ncu_ollama_raw.csv";
  const auto table = std::ranges::find(data->tables, ncu, &evidence::evidence_table::file);
  REQUIRE(table != data->tables.end());
  CHECK(table->data.rows == 1);
  CHECK(table->data.unit_row);
  std::uint64_t grouped = 0;
  bool lakh = false;
  for (const evidence::column& c : table->data.columns) {
    grouped += c.grouped_cells;
    lakh = lakh || (c.numeric() && c.number(0) == 2147483647);
  }
  CHECK(grouped == 72);
  CHECK(lakh);
  const proto::fact* time = find(*data, ncu, "gpu__time_duration.sum", {}, "mean");
  REQUIRE(time != nullptr);
  CHECK(proto::parse_decimal(time->value).value_or(0) == 9.408);
  CHECK(time->unit == "us");
  const char* system = "llama3/baseline_system_metrics.json";
  CHECK(value(*data, system, "/metrics/*/gpu/*/utilization_gpu", {}, "count") == 6);
  CHECK(value(*data, system, "/metrics/*/gpu/*/utilization_gpu", {}, "mean") == 33);
  CHECK(value(*data, system, "/metrics/*/gpu/*/utilization_gpu", {}, "max") == 93);
  CHECK(value(*data, system, "/metrics/*/gpu/*/utilization_gpu", {}, "sd") == six_digits(46.312));
  CHECK(value(*data, system, "/metrics/*/gpu/*/power_draw", {}, "mean") == six_digits(64.4425));
  CHECK(value(*data, system, "/metrics/*/system/cpu_percent", {}, "mean") == six_digits(13.9333));
  CHECK(value(*data, system, "/metrics/*/system/cpu_percent", {}, "max") == 15.4);
  CHECK(value(*data, system, "/metrics/*/gpu/*/memory_used_mb", {}, "mean") == six_digits(4478.18));
}

TEST_CASE("no p99 is shown anywhere, and p95 only from 22 values") {
  NEEDS_TREE(data);
  for (const proto::fact& f : data->facts) {
    if (f.agg == "p99" && f.n < 102) CHECK(f.refused());
    if (f.agg == "p95" && f.n < 22) CHECK(f.refused());
    if (f.agg == "sd" && f.n == 1) CHECK(f.refused());
  }
}
