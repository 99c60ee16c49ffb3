// What a column measures: dimension, unit, polarity, role, and how sure that is.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "agents/evidence/tables/table.hpp"

namespace chimera::evidence {

enum class dimension : std::uint8_t {
  none,
  time,
  rate,
  count,
  bytes,
  ratio,
  power,
  temperature,
  frequency,
  energy,
  money
};
enum class polarity : std::uint8_t { none, lower, higher };
/// measure: a result; parameter: chosen before the run; label: names a thing; time: when;
/// status: how it ended; identifier: numbers things, no quantity; note: free text.
enum class role : std::uint8_t { measure, parameter, label, time, status, identifier, note };
enum class confidence : std::uint8_t { low, medium, high };
/// What one cell of the column already is: a single value, or a statistic of several.
enum class stored_statistic : std::uint8_t {
  none,
  mean,
  median,
  sd,
  min,
  max,
  p90,
  p95,
  p99,
  sum,
  count_of_samples,
  cv,
  ci_low,
  ci_high,
  rate_of_success,
  delta
};

[[nodiscard]] std::string_view to_text(dimension);
[[nodiscard]] std::string_view to_text(polarity);
[[nodiscard]] std::string_view to_text(role);
[[nodiscard]] std::string_view to_text(confidence);

struct column_traits {
  evidence::dimension dimension = dimension::none;
  evidence::polarity better = polarity::none;
  evidence::role role = role::note;
  confidence certainty = confidence::low;
  stored_statistic statistic = stored_statistic::none;
  std::string unit;      ///< canonical symbol of the file's own unit: "s", "ms", "ns", "tok/s", "%"
  double to_base = 1.0;  ///< factor to the base unit (s, B, tok/s, W ...); 1 when unsure
  std::string label;     ///< for people: "TTFT", "throughput", "load time", "eval tokens"
  std::string because;   ///< what decided: "suffix _s", "unit row", "vocabulary: ttft"
};

/// Traits of every column of `t`, in order. Units come from the column's unit_text, else from the
/// suffix of its key, else from a vocabulary (Ollama's *_duration are nanoseconds when their sizes
/// allow it). Low certainty never converts: to_base stays 1. Pure, thread-safe.
[[nodiscard]] std::vector<column_traits> infer_traits(const table& t);

/// The metric's name without statistic prefix and unit suffix, lower case: "mean_ttft_s" and
/// "ttft_ms" both give "ttft"; "tokens_per_second", "tokens_s", "tok/s" give "throughput".
[[nodiscard]] std::string metric_name(std::string_view key);

}  // namespace chimera::evidence
