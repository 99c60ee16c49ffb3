// Findings as lines of a prompt: `- kind | severity | slot=value | slot=value`. A backslash escapes
// '|', itself and line ends ("\n"), so that whatever a value holds, a finding stays one line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agents/report/outline.hpp"

namespace chimera::roles {

/// The section headings of a prompt that a reader of prompts may rely on.
inline constexpr std::string_view task_mark = "TASK: ";
inline constexpr std::string_view question_mark = "QUESTION: ";
inline constexpr std::string_view findings_mark = "FINDINGS, heaviest first:";
inline constexpr std::string_view findings_end = "END OF FINDINGS";
/// Before an artifact, which stands fenced behind its line.
inline constexpr std::string_view before_mark = "FROM THE STEPS BEFORE, ";

[[nodiscard]] std::string to_line(const report::finding& f);

/// Reads what to_line wrote; the weight is lost. False if `line` is no finding.
[[nodiscard]] bool read_line(std::string_view line, report::finding& f);

/// What a prompt of build_prompt asks for. A prompt without a task has an empty one.
struct asked {
  std::string task;
  std::string title;
  std::vector<report::finding> findings;
  std::vector<std::string> fenced;     ///< artifacts, identifiers, objections: as they follow
  std::vector<std::string> artifacts;  ///< of those, what the steps before handed on
};
/// Marks are read by what they say, wherever they stand, but never within a fence: nothing in an
/// artifact can pose as a task. The first task and the first title count.
[[nodiscard]] asked read_prompt(std::string_view prompt);

/// Appends `text` between lines of '~' that nothing in it can end.
void append_fenced(std::string& out, std::string_view text);

/// `text` without line ends, which would end a line of a prompt.
[[nodiscard]] std::string on_one_line(std::string_view text);

}  // namespace chimera::roles
