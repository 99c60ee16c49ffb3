// From a report's source (Markdown with references) to report.md and report.html, and the claims:
// every number of the rendered text with the fact that proves it. Pure; thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agents/report/catalog.hpp"
#include "proto/claim.hpp"
#include "proto/lint.hpp"

namespace chimera::report {

/// A defect that rendering found: an unknown reference, a bare number. Its span is struck.
struct render_problem {
  std::string what;  ///< "unknown fact 'x'", "bare number '15.58'"
  std::string near;  ///< the words around it
};

struct rendered {
  std::string markdown;
  std::vector<proto::claim> claims;  ///< every number of `markdown`, by line and start
  std::vector<render_problem> problems;
  /// Ids of all facts that the text prints, in order of first use, and those they derive from.
  std::vector<std::string> facts_used;
};

/// Resolves every reference, prints numbers from facts, strikes (~~...~~) what cannot be resolved
/// and every sentence with a bare number that is no non-claim. Then scans the result again: each
/// number that is left must have a claim. Refused facts (fact::refused) print their refusal instead
/// of a value: "not reported (n = 36 < 102)". Tables and figures expand in place; figures become
/// images of figures/NAME.svg.
[[nodiscard]] rendered render_markdown(std::string_view source, const catalog& names);

/// One file, no network, no script: the same source as HTML. Each number links to its fact's entry
/// in the appendix and shows file, column, filter, n and formula on hover, focus or tap; figures
/// are inline SVG; artifact text is escaped, raw HTML in the source never passes. `title` is the
/// page's.
struct html_options {
  std::string title;
  std::string language = "en";
};
[[nodiscard]] std::string render_html(std::string_view source, const catalog& names,
                                      const html_options& options);

}  // namespace chimera::report
