#include "daemon/cli/verify_finding.hpp"

#include <catch2/catch.hpp>

namespace cli = chimera::cli;

TEST_CASE("columns count characters, not bytes") {
  const std::string text =
      "# Gr\xC3\xB6\xC3\x9F"
      "e\n\xE2\x89\x88 79.03\n";
  std::vector<cli::verify_finding> findings(3);
  findings[0].file = findings[1].file = "a.md";
  findings[0].line = 2;
  findings[0].start = 4;
  findings[1].line = 9;  // beyond the text
  findings[2].file = "b.md";
  findings[2].line = 1;
  cli::place_columns(findings, "a.md", text);
  CHECK(findings[0].column == 3);
  CHECK(findings[1].column == 0);
  CHECK(findings[2].column == 0);
  CHECK(cli::code_points("\xE2\x89\x88 79") == 4);
  CHECK(cli::code_points("") == 0);
}
