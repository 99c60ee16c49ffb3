// The critic: what goes back to the writer, and what becomes of the draft.
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "agents/roles/finding_lines.hpp"
#include "agents/roles/replay.hpp"

using namespace chimera;
using Catch::Contains;

namespace {

struct example {
  proto::fact failed;
  report::outline plan;

  example() {
    failed.id = "count-failed-abcdef";
    failed.file = "a.csv";
    failed.where = {"csv", "error"};
    failed.agg = "count";
    failed.value = "7";
    failed.kind = "aggregate";
    failed.phrase = "failed rows of a.csv";
    plan.names.find_fact = [this](std::string_view id) {
      return id == failed.id ? &failed : nullptr;
    };
    plan.headline = {finding("headline-kind", proto::severity::error)};
    plan.inventory = {finding("files", proto::severity::info),
                      finding("gap", proto::severity::error),
                      finding("gap", proto::severity::warning)};
    plan.recommendations = {finding("advice-kind", proto::severity::info)};
  }

  static report::finding finding(std::string kind, proto::severity level) {
    report::finding f;
    f.kind = std::move(kind);
    f.level = level;
    f.slots = {{"count", "{{f:count-failed-abcdef}}"}};
    return f;
  }

  // What was made of `draft`, and the calls that it took.
  roles::role_output review(const std::string& draft, tests::scripted_generator& model) const {
    auto output = tests::run_scripted("critic", plan, model, {{"draft", draft}});
    REQUIRE(output.has_value());
    return std::move(*output);
  }
};

std::vector<std::string> steps_of(const roles::role_output& output) {
  std::vector<std::string> steps;
  for (const roles::call_record& call : output.calls) steps.push_back(call.step);
  return steps;
}

std::string report_of(const std::string& verdict) {
  return "### Verdict\n\n" + verdict + "\n\n### Key findings\n\n### Recommendations\n";
}

const std::string draft = report_of("Nothing failed in these files.") + "\n\n";
const std::string objects =
    "- OBJECTION: \"Nothing failed in these files.\" -- {{f:count-failed-abcdef}} rows failed";
const std::string revised = report_of("In these files {{f:count-failed-abcdef}} rows failed.");

}  // namespace

TEST_CASE("a draft without a sound objection is handed on byte for byte, in one call") {
  const std::string said =
      GENERATE_COPY(as<std::string>{}, "NONE", "This is fine.",
                    "- OBJECTION: \"A sentence of another draft.\" -- it is wrong");
  example e;
  tests::scripted_generator model({said});
  const roles::role_output output = e.review(draft, model);
  CHECK(output.made.markdown == draft);
  CHECK(output.handed_on);
  CHECK(steps_of(output) == std::vector<std::string>{"critic"});
  CHECK(output.calls[0].checked.issues.size() == (said.starts_with("- OBJ") ? 1 : 0));
}

TEST_CASE("a draft that is objected to is written anew, once") {
  example e;
  tests::scripted_generator model({objects, revised});
  const roles::role_output output = e.review(draft, model);
  CHECK(output.made.markdown == revised.substr(0, output.made.markdown.size()));
  CHECK_FALSE(output.handed_on);
  CHECK(steps_of(output) == std::vector<std::string>{"critic", "critic/revise"});
}

TEST_CASE("a revision is checked, repaired and struck like every answer") {
  example e;
  const std::string wrong = report_of("In these files 93 rows failed.");
  const auto [answers, steps, struck] =
      GENERATE_COPY(table<std::vector<std::string>, std::vector<std::string>, bool>({
          {{objects, wrong, revised}, {"critic", "critic/revise", "critic/revise/repair-1"}, false},
          {{objects, wrong},
           {"critic", "critic/revise", "critic/revise/repair-1", "critic/revise/repair-2"},
           true},
      }));
  tests::scripted_generator model(answers);
  const roles::role_output output = e.review(draft, model);
  CHECK(steps_of(output) == steps);
  CHECK(output.made.markdown.contains("{{strike}}In these files 93") == struck);
}

TEST_CASE("a revision that lost a part of the report leaves the draft, and that is recorded") {
  const std::string lost = GENERATE(as<std::string>{}, "### Verdict\n\nAll rows failed.\n",
                                    "I cannot help with that.", " \n");
  example e;
  tests::scripted_generator model({objects, lost});
  const roles::role_output output = e.review(draft, model);
  CHECK(output.made.markdown == draft);
  CHECK(output.handed_on);
  REQUIRE(output.calls.size() == 2);
  CHECK(output.calls[1].step == "critic/revise");
  REQUIRE_FALSE(output.calls[1].checked.issues.empty());
  CHECK(output.calls[1].checked.issues.back().rule == "revision-parts");
}

TEST_CASE("the critic is given the draft and the heaviest findings, the writer the objections") {
  example e;
  tests::scripted_generator model({objects + "\n- OBJECTION: \"Not there.\" -- x", revised});
  (void)e.review(draft, model);
  REQUIRE(model.requests.size() == 2);
  const roles::asked first = roles::read_prompt(model.requests[0].prompt);
  CHECK(first.task == "critic");
  std::vector<std::string> kinds;
  for (const report::finding& f : first.findings) kinds.push_back(f.kind);
  CHECK(kinds == std::vector<std::string>{"headline-kind", "gap", "advice-kind"});
  REQUIRE(first.fenced.size() == 2);
  CHECK(first.artifacts == std::vector<std::string>{draft});
  CHECK_THAT(model.requests[0].prompt, Contains("the one word NONE"));

  const roles::asked second = roles::read_prompt(model.requests[1].prompt);
  CHECK(second.task == "reporter");
  REQUIRE(second.fenced.size() == 3);
  CHECK(second.artifacts == std::vector<std::string>{draft});
  CHECK(second.fenced[2] == objects + "\n");
}

TEST_CASE("a critic who says nothing, or has nothing to review, is an error") {
  example e;
  tests::scripted_generator model({" \n"});
  const auto silent = tests::run_scripted("critic", e.plan, model, {{"draft", draft}});
  REQUIRE_FALSE(silent.has_value());
  CHECK(silent.error().code == "role.empty");
  const auto idle = tests::run_scripted("critic", e.plan, model);
  REQUIRE_FALSE(idle.has_value());
  CHECK(idle.error().code == "role.no_draft");
}
