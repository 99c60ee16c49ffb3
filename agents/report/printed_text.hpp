// Text of artifacts made fit to stand in a report: data never changes the report's form.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace chimera::report {

/// Control characters and line ends become spaces, invalid UTF-8 U+FFFD; characters that turn the
/// direction of text are left out; cut at a character border to at most `bytes_max` bytes with an
/// ellipsis. The two private-use characters that mark places in the HTML renderer become '?'.
[[nodiscard]] std::string one_line(std::string_view text, std::size_t bytes_max = 200);

/// `text` on one line as a Markdown code span, with enough backticks; `in_cell`: pipes are written
/// so that a table cell holds. Blank text gives "".
[[nodiscard]] std::string code_span(std::string_view text, bool in_cell = false);

/// `text` on one line with everything escaped that Markdown or HTML would take for markup, also at
/// the start of a line.
[[nodiscard]] std::string escaped_markdown(std::string_view text, std::size_t bytes_max = 4000);

/// True for the characters that Markdown or HTML may take for markup anywhere in a line.
[[nodiscard]] bool is_markup(char c);

/// Escapes & < > " ' for HTML text and attributes.
[[nodiscard]] std::string escaped_html(std::string_view text);

}  // namespace chimera::report
