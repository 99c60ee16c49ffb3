#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "agents/personas/persona_file.hpp"
#include "agents/personas/yaml_place.hpp"

namespace chimera::personas {
namespace {

std::vector<proto::persona> agents() {
  std::vector<proto::persona> made(3);
  made[0].name = "Collector";
  made[1].name = "Analyst";
  made[2].name = "Reporter";
  return made;
}

std::string pipeline(const std::string& steps, const std::string& report = "draft") {
  return "kind: pipeline\nname: p\nversion: 1\nreport: " + report + "\nsteps:\n" + steps;
}

const std::string collect =
    "  - {name: collect, persona: Collector, inputs: [dataset], output: inventory}\n";
const std::string analyse =
    "  - {name: analyse, persona: Analyst, inputs: [inventory], output: analysis, for_each: "
    "questions}\n";
const std::string report =
    "  - {name: report, persona: Reporter, inputs: [inventory, analysis], output: draft}\n";

std::string verdict_on(const std::string& yaml) {
  const auto p = read_pipeline(yaml, "p.yaml");
  if (!p) return proto::to_text(p.error());
  auto checked = check_pipeline(*p, agents());
  if (checked) return "sound";
  set_place(checked.error(), yaml);
  return proto::to_text(checked.error());
}

TEST_CASE("a pipeline is read in the order of the file") {
  const auto p = read_pipeline(pipeline(collect + analyse + report), "p.yaml");
  REQUIRE(p);
  CHECK(p->name == "p");
  CHECK(p->report == "draft");
  REQUIRE(p->steps.size() == 3);
  CHECK(p->steps[1].name == "analyse");
  CHECK(p->steps[1].for_each == "questions");
  CHECK(p->steps[1].line == 7);
  CHECK(p->steps[2].inputs == std::vector<std::string>{"inventory", "analysis"});
  CHECK(check_pipeline(*p, agents()));
}

TEST_CASE("the steps may stand in any order") {
  CHECK(verdict_on(pipeline(report + analyse + collect)) == "sound");
}

struct bad_pipeline {
  std::string name;
  std::string yaml;
  std::string message;
};

TEST_CASE("each defect of a pipeline is named with the step that has it") {
  const std::vector<bad_pipeline> cases = {
      {"unknown persona",
       pipeline("  - {name: a, persona: Colector, inputs: [dataset], output: draft}\n"),
       "p.yaml:6:24: steps[0].persona: no persona is named 'Colector': did you mean 'Collector'? "
       "(allowed: Collector, Analyst, Reporter)"},
      {"unknown artifact",
       pipeline(collect + "  - {name: report, persona: Reporter, inputs: [inventry], output: "
                          "draft}\n"),
       "p.yaml:7:48: steps[1].inputs[0]: no step makes 'inventry': did you mean 'inventory'? "
       "(allowed: "
       "dataset, inventory, draft)"},
      {"unused artifact",
       pipeline(collect +
                "  - {name: report, persona: Reporter, inputs: [dataset], output: draft}\n"),
       "p.yaml:6:68: steps[0].output: no step takes 'inventory': add it to the inputs of a step, "
       "or remove the "
       "step that makes it"},
      {"missing report", pipeline(collect, "inventori"),
       "p.yaml:4:9: report: no step makes 'inventori': did you mean 'inventory'? (allowed: "
       "inventory)"},
      {"report of many",
       pipeline("  - {name: a, persona: Analyst, inputs: [dataset], output: draft, for_each: "
                "questions}\n"),
       "p.yaml:4:9: report: step 'a' runs once a question, a report is one text: add a step that "
       "joins its outputs"},
      {"one name twice", pipeline(collect + collect),
       "p.yaml:7:12: steps[1].name: a second step is named 'collect': rename one of them"},
      {"one output twice",
       pipeline(collect +
                "  - {name: again, persona: Collector, inputs: [dataset], output: inventory}\n"),
       "p.yaml:7:66: steps[1].output: steps 'collect' and 'again' both make 'inventory': rename "
       "one "
       "of the outputs"},
      {"cycle",
       pipeline("  - {name: a, persona: Collector, inputs: [draft], output: x}\n"
                "  - {name: b, persona: Analyst, inputs: [x], output: draft}\n"),
       "p.yaml:6:43: steps[0].inputs: steps wait for each other: a, b: let one of them do without "
       "the output "
       "of the others"},
      {"misspelt field of a step",
       pipeline("  - {name: a, persona: Analyst, inputs: [dataset], ouput: draft}\n"),
       "p.yaml:6:52: steps[0].ouput: unknown field: did you mean 'output'? (allowed: name, "
       "persona, prompt, inputs, output, for_each, when, attempts, timeout, budget)"},
      {"unknown fan-out",
       pipeline("  - {name: a, persona: Analyst, inputs: [dataset], output: draft, for_each: "
                "question}\n"),
       "p.yaml:6:77: steps[0].for_each: 'question' is none of the allowed values: did you mean "
       "'questions'? (allowed: questions)"},
      {"path as output",
       pipeline("  - {name: a, persona: Analyst, inputs: [dataset], output: ../etc}\n"),
       "p.yaml:6:60: steps[0].output: is no plain word: it becomes part of file names (allowed: "
       "letters, digits, '-', '_' and '.', at most 64)"},
      {"no steps", "kind: pipeline\nname: p\nversion: 1\nreport: x\n",
       "p.yaml:1:1: steps: expected a list of steps (allowed: 1 to 100 steps)"},
      {"no input", pipeline("  - {name: a, persona: Analyst, output: draft}\n"),
       "p.yaml:6:5: steps[0].inputs: a step needs an input (allowed: dataset, or outputs of other "
       "steps)"},
  };
  for (const bad_pipeline& c : cases) {
    INFO(c.name);
    CHECK(verdict_on(c.yaml) == c.message);
  }
}

TEST_CASE("a critic takes the dataset and one draft that there is sure to be") {
  std::vector<proto::persona> all = agents();
  all[0].role = "collector";
  all[1].role = "analyst";
  all[2].role = "reporter";
  all.push_back(all[2]);
  all[3].name = "Critic";
  all[3].role = "critic";
  const std::string taken =
      "  - {name: r, persona: Reporter, inputs: [dataset, inventory], output: draft}\n";
  const std::string when =
      "  - {name: r, persona: Reporter, inputs: [dataset, inventory], output: draft, when: "
      "{at_least: error}}\n";
  const auto critic = [](const std::string& inputs, const std::string& more = "") {
    return "  - {name: c, persona: Critic, inputs: [" + inputs + "], output: reviewed" + more +
           "}\n";
  };
  const std::string again =
      "  - {name: d, persona: Critic, inputs: [dataset, reviewed], output: twice}\n";
  struct critic_case {
    std::string steps;
    std::string made;
    std::string verdict;
  };
  const std::vector<critic_case> cases = {
      {taken + critic("dataset, draft"), "reviewed", "sound"},
      {taken + critic("draft, dataset"), "reviewed", "sound"},
      {taken + critic("dataset, draft") + again, "twice", "sound"},
      {taken + critic("draft"), "reviewed",
       "'Critic' is a critic: it takes the dataset and one draft"},
      {taken + critic("dataset, draft, inventory"), "reviewed",
       "'Critic' is a critic: it takes the dataset and one draft"},
      {taken + critic("dataset, draft", ", for_each: questions") +
           "  - {name: j, persona: Reporter, inputs: [dataset, reviewed], output: joined}\n",
       "joined", "'Critic' is a critic and reviews one draft"},
      {critic("dataset, inventory"), "reviewed",
       "'Critic' is a critic, and 'inventory' is no draft of a report"},
      {when + critic("dataset, draft"), "reviewed",
       "step 'r' makes what 'c' reviews and cannot be skipped"},
  };
  for (const critic_case& c : cases) {
    INFO(c.steps);
    const auto p = read_pipeline(pipeline(collect + c.steps, c.made), "p.yaml");
    REQUIRE(p);
    const auto checked = check_pipeline(*p, all);
    CHECK((checked ? "sound" : checked.error().title) == c.verdict);
  }
}

TEST_CASE("a place is that of the deepest part of the path that there is") {
  const std::string yaml = "report: x\nsteps:\n  - name: a\n  - {name: b, inputs: [c, d]}\n";
  struct place_case {
    std::string field;
    std::uint64_t line;
    std::uint64_t column;
  };
  const std::vector<place_case> cases = {{"report", 1, 9},
                                         {"steps[0].name", 3, 11},
                                         {"steps[1].inputs[1]", 4, 27},
                                         {"steps[1].inputs[7]", 4, 23},
                                         {"steps[1].prompt", 4, 5},
                                         {"steps[9].name", 3, 3},
                                         {"steps[x", 3, 3},
                                         {"nothing", 1, 1},
                                         {"", 7, 0}};
  for (const place_case& c : cases) {
    INFO(c.field);
    proto::problem p;
    p.field = c.field;
    p.line = 7;
    set_place(p, yaml);
    CHECK(p.line == c.line);
    CHECK(p.column == c.column);
  }
  proto::problem kept;
  kept.field = "report";
  kept.line = 7;
  set_place(kept, "{");
  CHECK(kept.line == 7);
  CHECK(kept.column == 0);
}

}  // namespace
}  // namespace chimera::personas
