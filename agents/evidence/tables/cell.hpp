// The text of one cell and what it says: a number as people and tools write it, with its unit.
// Pure functions, thread-safe, independent of the locale.
#pragma once

#include <cstdint>
#include <string_view>

#include "agents/evidence/tables/table.hpp"

namespace chimera::evidence {

/// How the file writes its numbers.
struct cell_style {
  bool decimal_comma = false;  ///< "3,14" and "1.234,5"; else "3.14" and "1,234.5"
};

/// What a cell says.
struct parsed_cell {
  double value = make_hole(cell_state::missing);  ///< number or hole, see cell_state
  std::string_view unit;                          ///< behind the number ("W"), a view of the text
  bool grouped = false;                           ///< digits grouped: "1,234" or "22,80,000"
  bool lakh = false;                              ///< grouped by twos: "22,80,000"
  bool non_finite = false;                        ///< NaN, an infinity, or beyond the doubles

  [[nodiscard]] cell_state state() const { return state_of(value); }
};

/// Reads a cell without its quotes. Blanks around it do not matter. Blank text is missing; what is
/// no number, or a number with something behind it that is no unit, is a text. A number is
/// correctly rounded (fast_float). Never refuses.
[[nodiscard]] parsed_cell parse_cell(std::string_view text, const cell_style& style);

/// A unit that cells and headers are known to carry: "ms", "%", "MiB", "tokens/s", "GB/s", "°C".
[[nodiscard]] bool is_unit(std::string_view text);

/// Something that a row of units may hold besides: "register/thread", "block", "Kbyte/block".
[[nodiscard]] bool is_unit_like(std::string_view text);

/// A header cell and the unit in its last brackets, if that is one: "power [W]" -> "power", "W".
struct header_parts {
  std::string_view key;
  std::string_view unit;
};
[[nodiscard]] header_parts split_header(std::string_view header);

/// A date or a time as ISO 8601 writes it ("2025-09-30", "2025-09-30T20:11:33Z", "20:11:33").
[[nodiscard]] bool is_time_like(std::string_view text);

/// Without blanks (space, tab, CR, LF, no-break space) at both ends.
[[nodiscard]] std::string_view trim_blanks(std::string_view text);

}  // namespace chimera::evidence
