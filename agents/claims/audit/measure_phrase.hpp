// What a header or label of a text measures: "Mean TTFT (s)", "Peak Throughput", "mean_latency_ms".
// Pure, thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "agents/evidence/columns/traits.hpp"

namespace chimera::claims::auditing {

/// Which rows a phrase means.
enum class row_scope : std::uint8_t { any, warm, cold };

struct measure_phrase {
  std::string metric;  ///< "ttft", "throughput", ...; "" if only a statistic is named ("Mean (ms)")
  evidence::stored_statistic statistic = evidence::stored_statistic::none;
  bool best = false;  ///< "best", "top", "highest", "fastest": the better end, whichever that is
  bool configured = false;  ///< "best config throughput": of runs that differ in their settings
  std::string unit;         ///< as written: "s", "tok/s"; "" = none
  row_scope scope = row_scope::any;
};

/// Nothing for a phrase that is no plain measure: differences ("TTFT reduction"), spreads, targets,
/// and phrases with words that narrow it in a way that is not understood.
[[nodiscard]] std::optional<measure_phrase> read_measure(std::string_view phrase);

/// "(warm)", "excluding cold start", "cold": which rows a remark beside a number means.
[[nodiscard]] row_scope scope_told(std::string_view text);

/// One name for metrics that are the same: "execution_time", "latency" and "time" give "time".
[[nodiscard]] std::string canonical_metric(std::string_view metric);

/// One name for parameters that are the same: "GPU Layers" and "num_gpu"; "" for what is none.
[[nodiscard]] std::string canonical_parameter(std::string_view header);

}  // namespace chimera::claims::auditing
