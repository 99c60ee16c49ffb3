#include "daemon/inference/replayer.hpp"

#include <map>
#include <string>

#include <catch2/catch.hpp>

#include "agents/roles/replay.hpp"

namespace chimera::inference {
namespace {

TEST_CASE("a draft that was reviewed and revised is made again from its recorded answers") {
  const std::string draft =
      "### Verdict\n\nAll is well.\n\n### Key findings\n\n### Recommendations\n";
  const std::string parts = "\n\n### Key findings\n\n### Recommendations\n";
  report::outline plan;
  tests::scripted_generator model({"- OBJECTION: \"All is well.\" -- it is not",
                                   "### Verdict\n\nThese are 93 rows." + parts,
                                   "### Verdict\n\nThese are rows." + parts});
  const auto first = tests::run_scripted("critic", plan, model, {{"draft", draft}});
  REQUIRE(first.has_value());
  REQUIRE(first->calls.size() == 3);
  REQUIRE(first->made.markdown != draft);

  std::map<std::string, generation> answers;
  for (const roles::call_record& call : first->calls) answers[call.step] = call.answer;
  REQUIRE(answers.size() == 3);
  replayer recorded(answers, "recorded");
  const auto again = tests::run_scripted("critic", plan, recorded, {{"draft", draft}});
  REQUIRE(again.has_value());
  CHECK(again->made.markdown == first->made.markdown);
  CHECK(again->calls.size() == 3);

  answers.erase("critic/revise");
  replayer torn(answers, "torn");
  const auto lost = tests::run_scripted("critic", plan, torn, {{"draft", draft}});
  REQUIRE_FALSE(lost.has_value());
  CHECK(lost.error().code == "replay.missing");
}

}  // namespace
}  // namespace chimera::inference
