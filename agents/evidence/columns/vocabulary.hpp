// What the names of benchmark columns mean: which quantity, which direction is better, and whether
// a name says how a run ended or what was chosen before it. Pure, thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "agents/evidence/columns/key_words.hpp"
#include "agents/evidence/columns/traits.hpp"

namespace chimera::evidence {

struct known_quantity {
  std::string_view name;  ///< whole metric name, or its last words ("..._latency")
  bool whole = false;     ///< `name` must be the whole metric name
  evidence::dimension dimension = dimension::none;
  polarity better = polarity::none;
  std::string_view unit;   ///< the unit when the file names none and the word implies one
  std::string_view label;  ///< for people; "" = the words themselves
};

/// The entry for a metric name (as metric_of gives it), or null.
[[nodiscard]] const known_quantity* known(std::string_view metric);

/// How a column of that name tells how a row ended.
enum class outcome_kind : std::uint8_t {
  none,
  error_text,  ///< "error", "error_message": empty when all is well
  success,     ///< "success", "ok", "passed": true when all is well
  failure,     ///< "failed": true when not
  state        ///< "status": a word
};
[[nodiscard]] outcome_kind outcome_of(const key_parts& parts);

/// Names of what is chosen before a run: "num_ctx", "temperature", "batch_size", ...
[[nodiscard]] bool names_parameter(std::string_view metric);
/// "id", "run_number", "pid", "prompt_index", "seed", ...
[[nodiscard]] bool names_identifier(const key_parts& parts);
/// "timestamp", "created_at", "start_time", ...: a point in time if the values allow it.
[[nodiscard]] bool names_moment(const key_parts& parts);
/// "prompt", "report", "banter_text", "path": text that is not to be grouped by.
[[nodiscard]] bool names_note(const key_parts& parts);
/// "model", "tag", "backend": text to group by, however long.
[[nodiscard]] bool names_label(const key_parts& parts);
/// "response", "banter_text", "output": what the measured program wrote.
[[nodiscard]] bool names_output(const key_parts& parts);
/// "runs", "samples", "n": how many measurements a stored statistic rests on.
[[nodiscard]] bool names_sample_count(std::string_view metric);
/// Tokens that a run produced ("eval_count", "tokens_generated"), not those it was given.
[[nodiscard]] bool names_produced_tokens(const key_parts& parts);
/// A pointer segment below which everything is settings: "config", "options", "environment", ...
[[nodiscard]] bool is_settings_segment(std::string_view segment);

/// "ttft_reduction" -> "TTFT reduction", "gpu_power" -> "GPU power".
[[nodiscard]] std::string label_for(std::string_view metric);

}  // namespace chimera::evidence
