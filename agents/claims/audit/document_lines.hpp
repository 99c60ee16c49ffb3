// Lines of Markdown in pieces: table cells, and what tools glued to one line. Pure, thread-safe.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "agents/claims/audit/document.hpp"

namespace chimera::claims::auditing {

/// The columns that a delimiter row ("| --- | :-: |") makes; 0 if `line` is none.
[[nodiscard]] std::size_t delimiter_columns(std::string_view line);

/// The cells of a line between its '|', without a first and a last empty one; pipes in code spans
/// and escaped ones do not count. Spans in the document, where the line begins at `start`.
[[nodiscard]] std::vector<text_span> cells_of(std::string_view line, std::size_t start);

/// The span without blanks at both ends.
[[nodiscard]] text_span trimmed(std::string_view text, text_span s);

/// The parts of a line that are glued together: "a ## Heading - item - item".
[[nodiscard]] std::vector<text_span> glued_parts(std::string_view text, text_span line);

/// 1 to 6 for "## Heading", else 0.
[[nodiscard]] int heading_level(std::string_view part);

}  // namespace chimera::claims::auditing
