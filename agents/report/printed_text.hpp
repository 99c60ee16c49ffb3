// Text of artifacts made fit to stand in a report: data never changes the report's form.
#pragma once

#include <string>
#include <string_view>

namespace chimera::report {

/// Control characters and line ends become spaces, invalid UTF-8 U+FFFD; cut at a character border
/// to at most `bytes_max` bytes with an ellipsis.
[[nodiscard]] std::string one_line(std::string_view text, std::size_t bytes_max = 200);

/// `text` as a Markdown code span, with enough backticks; pipes are written so that a table cell
/// holds. Empty text gives "".
[[nodiscard]] std::string code_span(std::string_view text);

/// Escapes what Markdown or HTML would take for markup.
[[nodiscard]] std::string escaped_markdown(std::string_view text);

/// Escapes & < > " ' for HTML text and attributes.
[[nodiscard]] std::string escaped_html(std::string_view text);

}  // namespace chimera::report
