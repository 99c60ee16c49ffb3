// Cases of the rules on rows, spread, stored statistics and identities.
#include "agents/evidence/lints/cases.hpp"

namespace chimera::tests {
namespace {

small_tree one(std::string name, std::string text) {
  return {{{std::move(name), std::move(text)}}};
}

// Twenty rows whose times rise with the order, or go up and down.
std::string run_times(bool rising) {
  std::string text = "run,eval_s\n";
  for (int i = 0; i < 24; ++i)
    text += std::to_string(i) + "," + std::to_string(100 + (rising ? i : i % 2 * 3 + i % 3)) + "\n";
  return text;
}

// Rows of two settings, one after the other, the second ten times as slow.
std::string steps() {
  std::string text = "num_ctx,eval_s\n";
  for (int i = 0; i < 40; ++i)
    text += (i < 20 ? "512," : "1024,") + std::to_string((i < 20 ? 100 : 1000) + i % 2) + "\n";
  return text;
}

// Slow waves: neighbours are alike, the ends are not apart.
std::string waves() {
  std::string text = "run,eval_s\n";
  for (int i = 0; i < 48; ++i)
    text +=
        std::to_string(i) + "," + std::to_string(100 + (i / 6 % 2 == 0 ? 10 : 30) + i % 2) + "\n";
  return text;
}

const std::string warm = "temperature,ttft_s,load_s\n";

std::vector<lint_case> row_cases() {
  const small_tree fine =
      one("a.csv", "k,ttft_s,tokens_s,error\na,1.1,90,\nb,1.2,91,\nc,1.3,92,\n");
  return {
      {"failed-rows", "an error column that is empty",
       one("a.csv", "k,ttft_s,tokens_s,error\na,1.1,90,\nb,,,timed out\nc,1.3,92,\n"), fine},
      {"failures-written-as-zero", "a failure with empty cells",
       one("a.csv", "k,ttft_s,tokens_s,error\na,1.1,90,\nb,0,0,timed out\nc,1.3,92,\n"),
       one("a.csv", "k,ttft_s,tokens_s,error\na,1.1,90,\nb,,,timed out\nc,1.3,92,\n")},
      {"error-text-as-success", "a text that mentions no failure",
       one("a.csv",
           "k,response,success,ttft_s\na,Error generating banter: refused,true,2.1\n"
           "b,Error generating banter: refused,true,2.2\n"),
       one("a.csv", "k,response,success,ttft_s\na,A good joke,true,2.1\nb,Another,true,2.2\n")},
      {"no-tokens", "tokens in positive time",
       one("a.csv", "k,eval_count,eval_s\na,0,19.8\nb,90,1.2\nc,80,1.1\n"),
       one("a.csv", "k,eval_count,eval_s\na,70,1.0\nb,90,1.2\nc,80,1.1\n")},
      {"cold-rows", "a table that is warm throughout",
       one("a.csv", warm + "0.2,2.3,2.2\n0.4,0.11,0.1\n0.6,0.12,0.1\n0.8,0.11,0.1\n"),
       one("a.csv", warm + "0.2,0.13,0.1\n0.4,0.11,0.1\n0.6,0.12,0.1\n0.8,0.11,0.1\n")},
      {"cold-rows-confound", "cold rows of every temperature",
       one("a.csv",
           "num_ctx,temperature,ttft_s,load_s\n1,0.2,2.3,2.2\n1,0.4,0.11,0.1\n1,0.6,0.12,0.1\n"
           "2,0.2,2.3,2.2\n2,0.4,0.11,0.1\n2,0.6,0.12,0.1\n3,0.2,2.3,2.2\n3,0.4,0.11,0.1\n"
           "3,0.6,0.12,0.1\n"),
       one("a.csv",
           "num_ctx,temperature,ttft_s,load_s\n1,0.2,2.3,2.2\n1,0.4,0.11,0.1\n1,0.6,0.12,0.1\n"
           "2,0.4,2.3,2.2\n2,0.2,0.11,0.1\n2,0.6,0.12,0.1\n3,0.6,2.3,2.2\n3,0.4,0.11,0.1\n"
           "3,0.2,0.12,0.1\n")},
      {"failed-rows", "rows that tally others",
       one("a.csv", "k,ttft_s,tokens_s,error\na,1.1,90,\nb,,,timed out\nc,1.3,92,\n"),
       one("a.json",
           R"({"models": [{"model": "a", "completed": 0}, {"model": "b", "completed": 0}]})")},
      {"cold-first-row", "a first row of its kind",
       one("a.csv", "run,wall_s\n1,25.5\n2,1.1\n3,1.2\n4,1.3\n5,1.2\n"),
       one("a.csv", "run,wall_s\n1,2.5\n2,1.1\n3,1.2\n4,1.3\n5,1.2\n")},
      {"no-warm-up-recorded", "a flag that tells",
       one("a.csv", "run,ttft_s\n1,1.1\n2,1.2\n3,1.3\n"),
       one("a.csv", "run,is_warmup,ttft_s\n1,true,5.1\n2,false,1.2\n3,false,1.3\n4,false,1.2\n")},
  };
}

std::vector<lint_case> spread_cases() {
  return {
      {"mean-far-from-median", "values of one kind",
       one("a.csv", "k,eval_s\na,1\nb,1\nc,1\nd,1\ne,50\n"),
       one("a.csv", "k,eval_s\na,1\nb,2\nc,3\nd,4\ne,5\n")},
      {"high-variation", "a wide signed delta", one("a.csv", "k,eval_s\na,1\nb,2\nc,90\n"),
       one("a.csv", "k,ttft_delta_percent\na,-1\nb,2\nc,90\n")},
      {"one-sample-per-configuration", "two samples of each",
       one("a.csv", "num_ctx,tokens_s\n1,90.1\n2,90.2\n3,90.3\n4,90.4\n5,90.5\n6,90.6\n"),
       one("a.csv", "num_ctx,tokens_s\n1,90.1\n1,90.2\n2,90.3\n2,90.4\n3,90.5\n3,90.6\n")},
      {"rate-mean-misleads", "rates over equal times",
       one("a.csv", "eval_count,eval_s,tokens_s\n100,1,100\n100,10,10\n100,2,50\n"),
       one("a.csv", "eval_count,eval_s,tokens_s\n100,1,100\n90,1,90\n80,1,80\n")},
      {"drift", "values that go up and down", one("a.csv", run_times(true)),
       one("a.csv", run_times(false))},
      {"drift", "a sweep in steps", one("a.csv", run_times(true)), one("a.csv", steps())},
      {"autocorrelation", "a sweep in steps", one("a.csv", waves()), one("a.csv", steps())},
      {"autocorrelation", "values that go up and down", one("a.csv", waves()),
       one("a.csv", run_times(false))},
  };
}

std::vector<lint_case> stored_cases() {
  const small_tree many = one(
      "a.json", R"({"runs": 500, "mean_ms": 5.5, "std_ms": 1.5, "p95_ms": 9.5, "p99_ms": 9.9})");
  return {
      {"p99-small-n", "a p99 of many", one("a.json", R"({"runs": 30, "p99_ms": 9.9})"), many},
      {"p95-small-n", "a p95 of many",
       one("a.json", R"({"total_requests": 2, "p95_ttft_ms": 9.9})"), many},
      {"p95-equals-p99", "a p99 above the p95", one("a.json", R"({"p95_ms": 9.5, "p99_ms": 9.5})"),
       many},
      {"p95-equals-p99", "bare percentiles that differ",
       one("a.json", R"({"latency_percentiles": {"p50": 5.5, "p95": 9.5, "p99": 9.5}})"),
       one("a.json", R"({"latency_percentiles": {"p50": 5.5, "p95": 9.5, "p99": 9.9}})")},
      {"tail-of-rate", "a p95 of a time", one("a.json", R"({"p95_tokens_per_second": 100.4})"),
       many},
      {"single-run", "many runs", one("a.json", R"({"runs": 1, "mean_ttft_ms": 5.5})"), many},
      {"zero-spread", "a deviation of many runs",
       one("a.json", R"({"runs": 1, "mean_ttft_ms": 5.5, "stddev_ttft": 0.0})"), many},
      {"mean-without-dispersion", "a deviation beside it",
       one("a.json", R"({"runs": 5, "mean_ttft_ms": 5.5})"), many},
      {"mean-without-dispersion", "a mean that is null", one("a.json", R"({"mean_ttft_ms": 5.5})"),
       one("a.json", R"({"runs": 5, "average_gpu_utilization": null})")},
      {"aggregates-only", "the runs in the same file",
       one("a.json", R"({"mean_ttft_ms": 5.5, "std_ttft_ms": 1})"),
       one("a.json", R"({"mean_ttft_ms": 2, "runs": [{"ttft_ms": 1}, {"ttft_ms": 3}]})")},
      {"aggregates-only",
       "a summary whose runs stand in another file",
       one("a.json", R"({"mean_ttft_ms": 5.5, "std_ttft_ms": 1})"),
       {{{"raw.csv", "k,ttft_s,tokens_s\na,1.25,90.5\nb,1.5,91.5\n"},
         {"summary.csv", "k,mean_ttft_s,mean_tokens_s\na,1.25,90.5\nb,1.5,91.5\n"}}}},
      {"summary-differs", "the mean of the runs",
       one("a.json", R"({"avg_ttft_ms": 1, "runs": [{"ttft_ms": 1}, {"ttft_ms": 3}]})"),
       one("a.json", R"({"avg_ttft_ms": 2, "runs": [{"ttft_ms": 1}, {"ttft_ms": 3}]})")},
      {"summary-differs", "the same mean in another unit",
       one("a.json", R"({"avg_ttft_ms": 2, "runs": [{"ttft_s": 1}, {"ttft_s": 3}]})"),
       one("a.json", R"({"avg_ttft_ms": 2000, "runs": [{"ttft_s": 1}, {"ttft_s": 3}]})")},
      {"summary-differs", "a pooled rate",
       one("a.json", R"({"mean_tokens_s": 9, "runs": [{"tokens_s": 10}, {"tokens_s": 90}]})"),
       one("a.json", R"({"mean_tokens_s": 20, "runs": [{"tokens_s": 10}, {"tokens_s": 90}]})")},
      {"negative-improvement", "a signed delta",
       one("a.json", R"({"ttft_reduction_percent": -15.7, "ttft_ms": 4})"),
       one("a.json", R"({"ttft_delta_percent": -15.7, "ttft_ms": 4})")},
      {"impossible-proportion", "a proportion of its count",
       one("a.json", R"({"success_rate": 0.15, "total_requests": 7})"),
       one("a.json", R"({"success_rate": 0.25, "total_requests": 8})")},
      {"one-outlier-in-summary", "an even spread",
       one("a.json", R"({"mean_ms": 24.6, "std_ms": 73.2, "min_ms": 0.17, "max_ms": 244.1})"),
       one("a.json", R"({"mean_ms": 24.6, "std_ms": 3.2, "min_ms": 20.1, "max_ms": 30.2})")},
      {"value-equals-parameter", "a parameter that is constant",
       one("a.csv", "k,latency_ms\na,1024\nb,1024\nc,1024\n"),
       one("a.csv", "num_ctx,latency_ms\n1024,1.5\n1024,2.5\n1024,3.5\n")},
      {"summary-rows-lost",
       "a summary of all rows",
       {{{"raw.csv", "k,ttft_s,tokens_s\na,1.25,90.5\nb,1.5,91.5\nc,1.75,92.5\n"},
         {"summary.csv", "k,mean_ttft_s,mean_tokens_s\na,1.25,90.5\nb,1.5,91.5\n"}}},
       {{{"raw.csv", "k,ttft_s,tokens_s\na,1.25,90.5\nb,1.5,91.5\n"},
         {"summary.csv", "k,mean_ttft_s,mean_tokens_s\na,1.25,90.5\nb,1.5,91.5\n"}}}},
  };
}

}  // namespace

std::vector<lint_case> row_and_value_cases() {
  std::vector<lint_case> cases = row_cases();
  for (auto more : {spread_cases(), stored_cases()})
    cases.insert(cases.end(), more.begin(), more.end());
  const std::vector<lint_case> identities = {
      {"derived-ttft", "a TTFT that was measured",
       one("a.csv", "ttft_s,load_s,prompt_eval_s\n0.3,0.1,0.2\n0.5,0.1,0.4\n0.7,0.3,0.4\n"),
       one("a.csv", "ttft_s,load_s,prompt_eval_s\n0.35,0.1,0.2\n0.5,0.1,0.4\n0.8,0.3,0.4\n")},
      {"derived-column", "a speed-up of its own",
       one("a.csv",
           "a_s,b_s,wall_s,speedup\n1.5,2.5,2,2\n3,6,4.5,2\n5,1,4,1.5\n2,7,6,1.5\n8,4,10,1.2\n"
           "3,8,5,2.2\n"),
       one("a.csv",
           "a_s,b_s,wall_s,speedup\n1.5,2.5,2,1.7\n3,6,4.5,2.3\n5,1,4,1.1\n2,7,6,1.9\n"
           "8,4,10,1.4\n3,8,5,2.6\n")},
  };
  cases.insert(cases.end(), identities.begin(), identities.end());
  return cases;
}

}  // namespace chimera::tests
