// What people call the aggregations and metrics of facts, and names that say nothing.
#pragma once

#include <array>
#include <string_view>

namespace chimera::claims {

struct named_statistic {
  std::string_view phrase;
  std::string_view agg;
};
// What people call the aggregations of facts.
inline constexpr std::array statistic_phrases = {
    named_statistic{"mean", "mean"},
    named_statistic{"average", "mean"},
    named_statistic{"averaged", "mean"},
    named_statistic{"averages", "mean"},
    named_statistic{"avg", "mean"},
    named_statistic{"median", "median"},
    named_statistic{"p50", "median"},
    named_statistic{"50th percentile", "median"},
    named_statistic{"typical", "median"},
    named_statistic{"p5", "p5"},
    named_statistic{"5th percentile", "p5"},
    named_statistic{"p95", "p95"},
    named_statistic{"95th percentile", "p95"},
    named_statistic{"95th-percentile", "p95"},
    named_statistic{"p99", "p99"},
    named_statistic{"99th percentile", "p99"},
    named_statistic{"99th-percentile", "p99"},
    named_statistic{"maximum", "max"},
    named_statistic{"max", "max"},
    named_statistic{"peak", "max"},
    named_statistic{"highest", "max"},
    named_statistic{"largest", "max"},
    named_statistic{"longest", "max"},
    named_statistic{"up to", "max"},
    named_statistic{"as high as", "max"},
    named_statistic{"as low as", "min"},
    named_statistic{"minimum", "min"},
    named_statistic{"min", "min"},
    named_statistic{"lowest", "min"},
    named_statistic{"smallest", "min"},
    named_statistic{"shortest", "min"},
    named_statistic{"standard deviation", "sd"},
    named_statistic{"stddev", "sd"},
    named_statistic{"std", "sd"},
    named_statistic{"sd", "sd"},
    named_statistic{"coefficient of variation", "cv"},
    named_statistic{"cv", "cv"},
    named_statistic{"median absolute deviation", "mad"},
    named_statistic{"mad", "mad"},
    named_statistic{"total", "sum"},
    named_statistic{"sum", "sum"},
    named_statistic{"in total", "sum"},
    named_statistic{"pooled", "pooled"},
    named_statistic{"harmonic mean", "harmonic_mean"},
    named_statistic{"n", "count"},
    named_statistic{"samples", "count"},
    named_statistic{"number of values", "count"},
};

struct named_metric {
  std::string_view metric;
  std::string_view phrase;
};
inline constexpr std::array metric_phrases = {
    named_metric{"ttft", "time to first token"},
    named_metric{"ttft", "time-to-first-token"},
    named_metric{"ttft", "first token latency"},
    named_metric{"ttft", "first-token latency"},
    named_metric{"ttft", "first token time"},
    named_metric{"throughput", "tokens/s"},
    named_metric{"throughput", "tok/s"},
    named_metric{"throughput", "tokens/second"},
    named_metric{"throughput", "tokens/sec"},
    named_metric{"throughput", "tokens per second"},
    named_metric{"throughput", "generation speed"},
    named_metric{"throughput", "token rate"},
    named_metric{"throughput", "token generation speed"},
    named_metric{"throughput", "token generation rate"},
    named_metric{"throughput", "generation rate"},
    named_metric{"throughput", "tps"},
    named_metric{"load", "load time"},
    named_metric{"load", "loading time"},
    named_metric{"load", "model load time"},
    named_metric{"load", "model loading"},
    named_metric{"prompt_eval", "prompt evaluation"},
    named_metric{"prompt_eval", "prompt evaluation time"},
};

// Words that are group values in some file but say nothing in a sentence.
inline constexpr std::array meaningless = {"true", "false", "yes", "no",     "none",
                                           "null", "ok",    "on",  "off",    "all",
                                           "the",  "a",     "and", "default"};

// Names of containers in JSON, which tell nothing of what they hold.
inline constexpr std::array containers = {"results", "result", "metrics", "summary", "data",
                                          "runs",    "values", "items",   "records"};

}  // namespace chimera::claims
