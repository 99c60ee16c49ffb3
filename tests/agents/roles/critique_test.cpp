#include "agents/roles/critique.hpp"
#include "agents/roles/report_parts.hpp"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

namespace chimera::roles {
namespace {

const std::string draft =
    "### Verdict\n\n{{f:count-failed-a}} of {{f:count-rows-a}} rows\nfailed. {{strike}}All is "
    "well here.\n\n### Key findings\n\n- The key \"tag\" -- a name -- is free.\n";

struct objected {
  std::string name;
  std::string answer;
  std::vector<objection> kept;
  std::vector<std::string> dropped;  ///< rules
};

TEST_CASE("an objection stands if the draft has the sentence that it quotes") {
  const std::string failed = "{{f:count-failed-a}} of {{f:count-rows-a}} rows failed.";
  const std::vector<objected> cases = {
      {"none", "NONE", {}, {}},
      {"prose", "I find this draft very good.\n- and short\n", {}, {}},
      {"one", "- OBJECTION: \"" + failed + "\" -- most did", {{failed, "most did"}}, {}},
      {"white space apart",
       "  - OBJECTION:  \"{{f:count-failed-a}}  of {{f:count-rows-a}} rows\tfailed.\"  --  "
       "most\r\n",
       {{"{{f:count-failed-a}} of {{f:count-rows-a}} rows failed.", "most"}},
       {}},
      {"struck", "- OBJECTION: \"All is well here.\" -- no", {{"All is well here.", "no"}}, {}},
      {"struck, with its mark",
       "- OBJECTION: \"{{strike}}All is well here.\" -- no",
       {{"All is well here.", "no"}},
       {}},
      {"quotes in the quote",
       "- OBJECTION: \"The key \"tag\" -- a name -- is free.\" -- it is \"not\" -- at all",
       {{"The key \"tag\" -- a name -- is free.", "it is \"not\" -- at all"}},
       {}},
      {"other words", "- OBJECTION: \"All is bad here.\" -- no", {}, {"objection-quote"}},
      {"other case", "- OBJECTION: \"all is well here.\" -- no", {}, {"objection-quote"}},
      {"part of a word", "- OBJECTION: \"ll is well\" -- no", {}, {"objection-quote"}},
      {"one word", "- OBJECTION: \"well\" -- no", {}, {"objection-quote"}},
      {"nothing quoted", "- OBJECTION: \"\" -- no", {}, {"objection-form"}},
      {"no quote", "- OBJECTION: All is well here. -- no", {}, {"objection-form"}},
      {"no reason", "- OBJECTION: \"All is well here.\"", {}, {"objection-form"}},
      {"empty reason", "- OBJECTION: \"All is well here.\" -- \n", {}, {"objection-form"}},
      {"some of several",
       "- OBJECTION: \"Not there.\" -- a\n- OBJECTION: \"All is well here.\" -- b\n- OBJECTION:\n",
       {{"All is well here.", "b"}},
       {"objection-quote", "objection-form"}},
  };
  for (const objected& c : cases) {
    INFO(c.name);
    const critique found = read_critique(c.answer, draft);
    CHECK(found.kept == c.kept);
    std::vector<std::string> dropped;
    for (const claims::text_issue& issue : found.dropped) {
      dropped.push_back(issue.rule);
      CHECK(c.answer.substr(issue.start, issue.end - issue.start).contains(objection_mark));
    }
    CHECK(dropped == c.dropped);
  }
}

TEST_CASE("a flood of objections is cut, and what is cut is counted") {
  std::string answer;
  for (std::size_t i = 0; i < objections_max + 3; ++i)
    answer += "- OBJECTION: \"All is well here.\" -- no\n";
  const critique found = read_critique(answer, draft);
  CHECK(found.kept.size() == objections_max);
  REQUIRE(found.dropped.size() == 3);
  CHECK(found.dropped[0].rule == "objection-many");
}

TEST_CASE("an objection reads back as it was written") {
  const objection o = {"All is well here.", "{{f:count-failed-a}} rows failed"};
  CHECK(read_critique(to_line(o), draft).kept == std::vector<objection>{o});
}

TEST_CASE("a report has its parts if each heading is a line") {
  const auto [text, has] = GENERATE(table<std::string, bool>({
      {"### Verdict\n\n### Key findings\n\n### Recommendations", true},
      {"### Recommendations\n### Verdict \n\n### Key findings\n", true},
      {"### Verdict\n\n### Key findings\n", false},
      {"### Verdict\n\n#### Key findings\n### Recommendations", false},
      {"See ### Verdict\n### Key findings\n### Recommendations", false},
      {"", false},
  }));
  CAPTURE(text);
  CHECK(has_report_parts(text) == has);
}

}  // namespace
}  // namespace chimera::roles
