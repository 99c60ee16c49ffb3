// The rules that limit what may be said. Each is a pure function over the evidence; thread-safe.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agents/evidence/columns/evidence_table.hpp"
#include "agents/evidence/source/inventory.hpp"
#include "proto/lint.hpp"

namespace chimera::evidence {

/// A text for the rules that read prose (mojibake, NaN printed, control characters).
struct lint_text {
  std::string_view file;
  std::string_view text;
};

/// A file whose content is a tool's error message instead of data.
struct lint_tool_error {
  std::string_view file;
  std::string_view message;
};

struct lint_input {
  const inventory& files;
  std::span<const evidence_table> tables;
  std::span<const lint_text> texts;
  std::span<const lint_tool_error> tool_errors;
};

/// Runs every rule; one lint per rule that found something, errors first, then warnings, then
/// infos, within a level by rule name. docs/lints.md describes each rule.
[[nodiscard]] std::vector<proto::lint> run_lints(const lint_input& input);

}  // namespace chimera::evidence
