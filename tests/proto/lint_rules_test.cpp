#include "proto/lint_rules.hpp"

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

namespace chimera::proto {
namespace {

TEST_CASE("the names of rules are sorted, and those that docs/lints.md describes") {
  std::ifstream in(std::string(CHIMERA_SOURCE_DIR) + "/docs/lints.md");
  REQUIRE(in);
  std::vector<std::string> described;
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("| `")) described.push_back(line.substr(3, line.find('`', 3) - 3));
  std::ranges::sort(described);
  const auto names = lint_rule_names();
  CHECK(std::vector<std::string>(names.begin(), names.end()) == described);
}

}  // namespace
}  // namespace chimera::proto
