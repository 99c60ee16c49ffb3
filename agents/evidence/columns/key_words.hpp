// The words of a column's key, with its statistic and its unit told apart. Pure, thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agents/evidence/columns/traits.hpp"
#include "agents/evidence/columns/units.hpp"

namespace chimera::evidence {

struct key_parts {
  std::vector<std::string> words;  ///< of the quantity alone, lower case; may be empty ("mean_ms")
  stored_statistic statistic = stored_statistic::none;
  bool total = false;  ///< begins with "total": a sum, or the whole of the row's parts
  bool delta = false;  ///< a difference or relative change between two things
  std::optional<evidence::unit> unit;
  std::string unit_suffix;      ///< as it stands in the key: "ms", "tokens_s"; "" = none
  bool ambiguous_unit = false;  ///< "duration_min": minutes or minimum

  [[nodiscard]] std::string joined() const;  ///< words with '_'
  [[nodiscard]] bool has(std::string_view word) const;
  [[nodiscard]] std::string_view last() const;
  [[nodiscard]] std::string_view first() const;
};

/// Splits "meanTTFT_ms", "Tokens per Second", "gpu__time_duration.sum" or the last segment of a
/// pointer ("/runs/*/ttft_ms").
[[nodiscard]] key_parts split_key(std::string_view key);

/// metric_name() of a key that is already split.
[[nodiscard]] std::string metric_of(const key_parts& parts);

}  // namespace chimera::evidence
