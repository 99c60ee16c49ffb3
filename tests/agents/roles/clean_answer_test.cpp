#include "agents/roles/clean_answer.hpp"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

namespace chimera::roles {
namespace {

struct cleaning {
  std::string name;
  std::string answer;
  std::string text;
};

TEST_CASE("an answer cannot change the form of the report around it") {
  const std::vector<cleaning> cases = {
      {"plain text stays", "a\n\n- b {{f:x}}\n", "a\n\n- b {{f:x}}"},
      {"a top heading is lowered", "# Title\ntext", "#### Title\ntext"},
      {"a deeper heading stays", "##### Part\n", "##### Part"},
      {"an empty heading stays empty", "#\nx", "#### \nx"},
      {"no heading without a space", "#hash", "#hash"},
      {"an underlined heading is a paragraph", "Title\n===\ntext\n---\n", "Title\ntext"},
      {"a rule after a blank line stays", "a\n\n---\nb", "a\n\n---\nb"},
      {"nothing folds", "#### fold: secret", "#### secret"},
      {"a tag is text", "x <script>alert()</script>", "x &lt;script>alert()&lt;/script>"},
      {"a comment is text", "<!-- x", "&lt;!-- x"},
      {"a comparison stays", "p < {{f:a}}", "p < {{f:a}}"},
      {"an open fence is closed", "```\n# code", "```\n# code\n```"},
      {"code stays as it is", "~~~~\n# a\n~~~\n<b>\n~~~~\n# c",
       "~~~~\n# a\n~~~\n<b>\n~~~~\n#### c"},
      {"carriage returns go", "# a\r\nb\r\n", "#### a\nb"},
      {"white space alone is nothing", " \n\n \n", ""},
  };
  for (const cleaning& c : cases) {
    INFO(c.name);
    CHECK(clean_answer(c.answer, 4) == c.text);
  }
}

TEST_CASE("the reporter's parts keep their headings") {
  CHECK(clean_answer("### Verdict\n\nx\n\n## Key findings\n", 3) ==
        "### Verdict\n\nx\n\n### Key findings");
}

}  // namespace
}  // namespace chimera::roles
