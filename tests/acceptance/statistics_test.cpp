// Statistics of a real benchmark tree: of columns and groups, intervals, rates, stored figures.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <string>

#include "acceptance/real_tree.hpp"

using namespace chimera;
using namespace chimera::tests;

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

TEST_CASE("no p99 is shown anywhere, and p95 only from 22 values") {
  NEEDS_TREE(data);
  for (const proto::fact& f : data->facts) {
    if (f.agg == "p99" && f.n < 102) CHECK(f.refused());
    if (f.agg == "p95" && f.n < 22) CHECK(f.refused());
    if (f.agg == "sd" && f.n == 1) CHECK(f.refused());
  }
}
