// What models put around and into their answers, and what of it stands.
#include <string>
#include <vector>

#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include "agents/roles/limit_words.hpp"
#include "agents/roles/report_parts.hpp"
#include "agents/roles/unwrap_answer.hpp"

namespace chimera::roles {
namespace {

struct example {
  std::string name;
  std::string answer;
  std::string text;
};

TEST_CASE("an answer is taken out of what models put around it") {
  const std::vector<example> cases = {
      {"a plain answer stays", "The median is {{f:a}}.\n", "The median is {{f:a}}."},
      {"an announcement goes", "Sure, here is the report:\n\n### Verdict\nx", "### Verdict\nx"},
      {"so does one without politeness", "Here are the findings:\n- a", "- a"},
      {"and mere politeness", "Certainly!\n\nAll rows failed.", "All rows failed."},
      {"a sentence that only begins so stays", "Sure signs are missing.\nx",
       "Sure signs are missing.\nx"},
      {"one that names a fact stays", "Here is {{f:a}}:\nx", "Here is {{f:a}}:\nx"},
      {"an announcement of nothing stays", "Here is the report:", "Here is the report:"},
      {"thoughts go", "<think>Is it 5?\n\nYes.</think>\n\nIt failed.", "It failed."},
      {"thoughts whose begin the template wrote go", "Is it 5?</think>It failed.", "It failed."},
      {"thoughts without an end are no answer", "<think>Is it 5? I", ""},
      {"thoughts alone are no answer", "<think>x</think>\n", ""},
      {"a fence around all goes", "```markdown\n### Verdict\nx\n```", "### Verdict\nx"},
      {"also left open", "```\n- a\n- b", "- a\n- b"},
      {"also behind an announcement", "Sure, here it is:\n```md\n- a\n```\n", "- a"},
      {"code stays code", "```python\nx = 1\n```", "```python\nx = 1\n```"},
      {"two fences are not one", "```\na\n```\ntext\n```\nb\n```",
       "```\na\n```\ntext\n```\nb\n```"},
      {"nothing is nothing", " \n\t", ""},
  };
  for (const example& c : cases) {
    INFO(c.name);
    CHECK(unwrap_answer(c.answer) == c.text);
    CHECK(unwrap_answer(unwrap_answer(c.answer)) == c.text);
  }
}

TEST_CASE("the parts of a report are found however they are marked") {
  const std::string report =
      "### Verdict\n\nIt failed.\n\n### Key findings\n\n- a\n\n### Recommendations\n\n- b";
  const std::vector<example> cases = {
      {"as they are", report, report},
      {"by other levels", "# Verdict\nIt failed.\n## Key Findings\n- a\n#### RECOMMENDATIONS:\n- b",
       report},
      {"in bold", "**Verdict**\n\nIt failed.\n\n**Key findings:**\n- a\n\n__Recommendations__\n- b",
       report},
      {"with numbers", "### 1. Verdict\nIt failed.\n2) Key findings\n- a\n3. Recommendations\n- b",
       report},
      {"with text behind a colon",
       "**Verdict:** It failed.\n\nFindings:\n- a\n\nRecommendation:\n- b", report},
      {"in another order",
       "### Recommendations\n- b\n### Key findings\n- a\n### Verdict\nIt failed.", report},
      {"a title before them goes", "# Report on x\n\n" + report, report},
      {"text before them belongs to the verdict",
       "It failed.\n\n### Key findings\n- a\n### Recommendations\n- b", report},
      {"a part that comes twice is joined",
       "### Verdict\nIt failed.\n### Key findings\n- a\n### Recommendations\n- b\n### "
       "Verdict\nYes.",
       "### Verdict\n\nIt failed.\n\nYes.\n\n### Key findings\n\n- a\n\n### Recommendations\n\n- "
       "b"},
      {"a heading that is none of them stays in its part", "### Verdict\nx\n### Notes\ny",
       "### Verdict\n\nx\n#### Notes\ny"},
      {"what is not there is not made up", "## Verdict\nx", "### Verdict\n\nx"},
      {"code holds no headings", "### Verdict\n```\n# Recommendations\n```",
       "### Verdict\n\n```\n# Recommendations\n```"},
      {"a text without parts stays", "- a\n- b\n", "- a\n- b\n"},
      {"a word in a sentence marks nothing", "The verdict is clear.\n", "The verdict is clear.\n"},
  };
  for (const example& c : cases) {
    INFO(c.name);
    CHECK(with_part_headings(c.answer) == c.text);
    CHECK(with_part_headings(c.text) == c.text);
  }
}

TEST_CASE("missing parts are named") {
  CHECK(missing_parts("### Verdict\n\nx\n\n### Recommendations") ==
        std::vector<std::string>{"Key findings"});
  CHECK(missing_parts("").size() == 3);
  CHECK(ask_for_parts({"Verdict", "Key findings"}) ==
        "The answer lacks the heading '### Verdict' and '### Key findings', on a line of its own.");
}

TEST_CASE("an answer is cut at whole sentences, its longest part first") {
  const auto [answer, most, text, words, kept] =
      GENERATE(table<std::string, std::size_t, std::string, std::size_t, std::size_t>({
          {"One two. Three four.", 4, "One two. Three four.", 4, 4},
          {"One two. Three four.", 3, "One two.", 4, 2},
          {"- a b\n- c d\n- e f\n", 4, "- a b\n- c d", 6, 4},
          {"- a b\n- c d. e f.\n", 4, "- a b\n- c d.", 6, 4},
          {"### Verdict\n\na b.\n\n### Key findings\n\n- c\n- d\n- e\n\n### Recommendations\n\n- f",
           5, "### Verdict\n\na b.\n\n### Key findings\n\n- c\n- d\n\n### Recommendations\n\n- f",
           6, 5},
          {"a b c d e f", 3, "a b c ...", 6, 3},
          {"x y.\n```\na b\nc d\n```", 4, "x y.\n```\na b\n```", 6, 4},
          {"", 3, "", 0, 0},
      }));
  CAPTURE(answer);
  const limited_answer limited = limit_words(answer, most);
  CHECK(limited.markdown == text);
  CHECK(limited.words == words);
  CHECK(limited.kept == kept);
}

TEST_CASE("no answer is longer than it may be, whatever it is made of") {
  rc::check([] {
    const auto pieces = *rc::gen::container<std::vector<std::string>>(
        rc::gen::element<std::string>("word", " ", ".", "\n", "- ", "### Verdict\n", "# a\n",
                                      "```\n", "| a |\n", "{{f:x}} ", "é", "\n\n", "1. ", "? "));
    std::string answer;
    for (const std::string& piece : pieces) answer += piece;
    const auto most = *rc::gen::inRange<std::size_t>(8, 40);
    const limited_answer limited = limit_words(answer, most);
    std::size_t parts = 1;
    for (const std::string& piece : pieces) parts += piece.starts_with("###") ? 1 : 0;
    RC_ASSERT(limited.kept <= std::max(most, parts));
    RC_ASSERT(limit_words(limited.markdown, most).markdown == limited.markdown);
  });
}

TEST_CASE("the half sentence of an answer that ran out of tokens goes") {
  const auto [answer, text] = GENERATE(table<std::string, std::string>({
      {"It failed. The rest is", "It failed."},
      {"It failed.", "It failed."},
      {"- {{f:a}} failed.\n- {{f:b", "- {{f:a}} failed."},
      {"- **It failed.**\n", "- **It failed.**\n"},
      {"### Verdict\n\nx.\n\n### Key findings\n\n- half", "### Verdict\n\nx."},
      {"### Verdict\n\nx.\n\n### Key", "### Verdict\n\nx."},
      {"It never ends", "It never ends ..."},
  }));
  CAPTURE(answer);
  CHECK(drop_half_sentence(answer).markdown == text);
}

}  // namespace
}  // namespace chimera::roles
