// For each rule a tree in which it finds its defect, and one that looks alike and has none.
#pragma once

#include <string>
#include <vector>

#include "agents/evidence/lints/small_tree.hpp"

namespace chimera::tests {

struct lint_case {
  std::string rule;
  std::string what;  ///< what the look-alike is
  small_tree defect;
  small_tree look_alike;
};

[[nodiscard]] std::vector<lint_case> file_and_table_cases();
[[nodiscard]] std::vector<lint_case> row_and_value_cases();

}  // namespace chimera::tests
