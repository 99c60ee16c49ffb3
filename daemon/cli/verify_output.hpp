// How verify tells: a line a span for people, JSON Lines, SARIF.
#pragma once

#include <string>
#include <vector>

#include "daemon/cli/verify_finding.hpp"

namespace chimera::cli {

struct verify_style {
  bool colour = false;
  bool all = false;  ///< tell what is fine or open, too
};

/// "file:line:column: rule: 'text': message", as compilers and spell checkers do, then a summary.
[[nodiscard]] std::string verify_text(const std::vector<verified_text>& texts, verify_style style);

/// One object a finding, then one summary object a text: {"summary":{...}}.
[[nodiscard]] std::string verify_json_lines(const std::vector<verified_text>& texts, bool all);

/// SARIF 2.1.0 (OASIS): wrong spans are errors, open ones notes. Columns count code points.
[[nodiscard]] std::string verify_sarif(const std::vector<verified_text>& texts);

}  // namespace chimera::cli
