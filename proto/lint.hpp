// A lint: a defect of the data that limits what may be said, as a line of lints.jsonl.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace chimera::proto {

/// error: a statement that the data seem to support would be wrong; warning: it would be weak;
/// info: good to know, nothing is lost.
enum class severity { error, warning, info };

[[nodiscard]] std::string_view to_text(severity s);

/// One place where a rule found its defect.
struct lint_place {
  std::string file;
  std::string where;  ///< column, pointer or "line 12"; "" = the whole file
  std::string shows;  ///< what stands there, short: "ttft_s first row 2.319, median of rest 0.107"
  bool operator==(const lint_place&) const = default;
};

struct lint {
  std::string rule;  ///< stable name: "failed-rows", "cold-first-row", "p99-small-n"
  severity level = severity::info;
  std::string title;     ///< what is wrong, no numbers: "Failed rows"
  std::string prevents;  ///< what it makes impossible: "no p99", "no causal claim on temperature"
  std::uint64_t count = 0;         ///< of `counted` things in the whole tree
  std::uint64_t of = 0;            ///< out of so many; 0 = not a share
  std::string counted;             ///< plural noun: "rows", "files", "columns", "values"
  std::uint64_t files = 0;         ///< distinct files concerned
  std::vector<lint_place> places;  ///< in path order; at most 50; the first is the example
  bool operator==(const lint&) const = default;
};

/// One line of lints.jsonl without the line end.
void append_json(std::string& out, const lint& l);

}  // namespace chimera::proto
