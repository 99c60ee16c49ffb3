// Units of measurement: what a text like "ms", "tokens/sec" or "Kbyte" means. Pure, thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "agents/evidence/columns/traits.hpp"

namespace chimera::evidence {

struct unit {
  std::string symbol;  ///< canonical: "ms", "MB", "tok/s", "%", "°C"
  evidence::dimension dimension = dimension::none;
  double to_base = 1.0;
  std::string
      base;  ///< base unit: "s", "B", "tok/s", "1", "W", "°C", "Hz", "J"; rates differ by it
};

/// The unit that `text` names, in any usual spelling ("usec", "µs", "MiB", "req/s", "cycle/ns").
/// KB, MB, GB are powers of ten (as Nsight and SI have them), KiB, MiB, GiB powers of two.
/// Nothing for a text that is no unit known here; temperatures other than Celsius are not known
/// because they do not convert by a factor.
[[nodiscard]] std::optional<unit> unit_of(std::string_view text);

/// `value` in `from`, expressed in `to`; nothing where the two do not measure the same.
[[nodiscard]] std::optional<double> convert(double value, const unit& from, const unit& to);

/// True for the nouns that are counted per second: "tokens", "req", "images", ...
[[nodiscard]] bool is_counted_noun(std::string_view lower_case_word);
/// True for "tok", "token", "tokens".
[[nodiscard]] bool is_token_noun(std::string_view lower_case_word);

}  // namespace chimera::evidence
