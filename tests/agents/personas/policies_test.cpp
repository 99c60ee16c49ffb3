#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "agents/personas/persona_file.hpp"
#include "agents/personas/pipeline_json.hpp"

namespace chimera::personas {
namespace {

std::vector<proto::persona> agents() {
  std::vector<proto::persona> made(2);
  made[0].name = "Reporter";
  made[0].role = "reporter";
  made[0].version = "1";
  made[0].instructions = "Write.\n\"Briefly\".";
  made[0].options = {{"seed", "7"}, {"stop", R"(["END","</s>"])"}, {"top_k", "default"}};
  made[1].name = "Plain";
  made[1].role = "plain";
  made[1].version = "2";
  made[1].instructions = "Speak.";
  for (proto::persona& who : made) who.model = "default";
  return made;
}

std::string pipeline(const std::string& fields, const std::string& head = "") {
  return "kind: pipeline\nname: p\nversion: 1\nreport: draft\n" + head +
         "steps:\n  - name: report\n    persona: Reporter\n    inputs: [dataset]\n    output: "
         "draft\n" +
         fields;
}

const std::string policies =
    "    attempts: {max: 3, backoff: 250ms, backoff_max: 2m, jitter: 0.5}\n"
    "    timeout: {attempt: 10m, step: 1h}\n"
    "    budget: {tokens: 20000}\n";
const std::string limits = "timeout: 90s\nbudget: {tokens: 9, seconds: 60}\n";
const std::string warm_up =
    "  - {name: warm, persona: Reporter, inputs: [dataset], output: warm, when: {lints: "
    "[cold-rows, drift], at_least: warning}}\n";
const std::string joined =
    "  - {name: joined, persona: Plain, inputs: [warm], output: spoken, prompt: Say it.}\n";

TEST_CASE("policies are read with their units") {
  const auto p = read_pipeline(pipeline(policies + warm_up, limits), "p.yaml");
  REQUIRE(p);
  const proto::pipeline_step& step = p->steps[0];
  CHECK(step.attempts == proto::retry_policy{3, 250, 120'000, 0.5});
  CHECK(step.attempt_timeout_ms == 600'000);
  CHECK(step.step_timeout_ms == 3'600'000);
  CHECK(step.token_budget == 20'000);
  CHECK_FALSE(step.when);
  CHECK(p->timeout_ms == 90'000);
  CHECK(p->token_budget == 9);
  CHECK(p->seconds_budget == 60);
  REQUIRE(p->steps[1].when);
  CHECK(p->steps[1].when->lints == std::vector<std::string>{"cold-rows", "drift"});
  CHECK(p->steps[1].when->at_least == proto::severity::warning);
}

TEST_CASE("without policies a step has one attempt and no limit") {
  const auto p = read_pipeline(pipeline(""), "p.yaml");
  REQUIRE(p);
  CHECK(p->steps[0].attempts.max == 1);
  CHECK(p->steps[0].attempt_timeout_ms == 0);
  CHECK(p->steps[0].token_budget == 0);
  CHECK(p->timeout_ms == 0);
}

TEST_CASE("a wrong policy is refused where it stands, with what is allowed") {
  struct bad {
    std::string yaml;
    std::string message;
  };
  const std::string durations =
      " (allowed: a whole number and its unit, as 500ms, 30s, 10m or 2h; at most 30 days)";
  const std::vector<bad> cases = {
      {"    timeout: {attempt: 10}\n",
       "p.yaml:10:24: steps[0].timeout.attempt: '10' is no duration" + durations},
      {"    timeout: {step: 0s}\n",
       "p.yaml:10:21: steps[0].timeout.step: '0s' is no duration" + durations},
      {"    timeout: {step: 99999999999999999999h}\n",
       "p.yaml:10:21: steps[0].timeout.step: '99999999999999999999h' is no duration" + durations},
      {"    timeout: 5m\n",
       "p.yaml:10:14: steps[0].timeout: expected a mapping, found a text (allowed: attempt, step)"},
      {"    attempts: {max: 0}\n",
       "p.yaml:10:21: steps[0].attempts.max: '0' is out of range or no whole number (allowed: 1 "
       "to 20)"},
      {"    attempts: {jiter: 0.1}\n",
       "p.yaml:10:16: steps[0].attempts.jiter: unknown field: did you mean 'jitter'? (allowed: "
       "max, backoff, backoff_max, jitter)"},
      {"    attempts: {jitter: 2}\n",
       "p.yaml:10:24: steps[0].attempts.jitter: '2' is out of range or no number (allowed: 0 to "
       "1)"},
      {"    budget: {tokens: many}\n",
       "p.yaml:10:22: steps[0].budget.tokens: 'many' is out of range or no whole number (allowed: "
       "1 to 1000000000)"}};
  for (const bad& c : cases) {
    const auto p = read_pipeline(pipeline(c.yaml), "p.yaml");
    REQUIRE_FALSE(p);
    CHECK(proto::to_text(p.error()) == c.message);
  }
}

TEST_CASE("a condition names lints that exist") {
  const auto p = read_pipeline(pipeline("", "") + "    when: {lints: [cold-row]}\n", "p.yaml");
  REQUIRE_FALSE(p);
  CHECK(p.error().title == "no lint is named 'cold-row'");
  CHECK(p.error().detail == "did you mean 'cold-rows'?");
  CHECK(p.error().line == 10);
  const auto empty = read_pipeline(pipeline("    when: {}\n"), "p.yaml");
  REQUIRE_FALSE(empty);
  CHECK(empty.error().title == "a condition that says nothing");
}

std::string verdict_on(const std::string& steps, const std::string& report) {
  const auto p = read_pipeline(
      "kind: pipeline\nname: p\nversion: 1\nreport: " + report + "\nsteps:\n" + steps, "p.yaml");
  if (!p) return p.error().title;
  const auto checked = check_pipeline(*p, agents());
  return checked ? (needs_dataset(*p) ? "needs a dataset" : "needs none") : checked.error().title;
}

TEST_CASE("what a persona may be asked follows from its role") {
  const std::string plain = "  - {name: a, persona: Plain, output: a, prompt: Go}\n";
  const std::string report = "  - {name: r, persona: Reporter, inputs: [dataset], output: r";
  CHECK(verdict_on(plain, "a") == "needs none");
  CHECK(verdict_on(report + "}\n", "r") == "needs a dataset");
  CHECK(verdict_on("  - {name: a, persona: Plain, inputs: [b], output: a}\n"
                   "  - {name: b, persona: Plain, prompt: Go, output: b}\n",
                   "a") == "'Plain' has the role plain and is asked nothing");
  CHECK(verdict_on("  - {name: a, persona: Plain, inputs: [dataset], prompt: x, output: a}\n",
                   "a") == "'Plain' has the role plain and reads no dataset");
  CHECK(verdict_on(report + ", prompt: Go}\n", "r") ==
        "'Reporter' is a reporter: what it is asked comes from the dataset");
  CHECK(verdict_on(plain + "  - {name: r, persona: Reporter, inputs: [a], output: r}\n", "r") ==
        "'Reporter' works on a dataset, and no step takes it");
  CHECK(verdict_on(report + "}\n  - {name: a, persona: Plain, inputs: [r], prompt: x, output: a}\n",
                   "a") == "'Plain' has the role plain: its numbers are not checked");
  CHECK(verdict_on(report + ", when: {at_least: error}}\n", "r") ==
        "step 'r' makes the report and cannot be skipped");
}

TEST_CASE("a definition comes back from JSON as it was") {
  auto p = read_pipeline("kind: pipeline\nname: p\nversion: 1\nreport: draft\n" + limits +
                             "steps:\n  - name: report\n    persona: Reporter\n    inputs: "
                             "[dataset, spoken]\n    output: draft\n" +
                             policies + warm_up + joined,
                         "p.yaml");
  REQUIRE(p);
  REQUIRE(check_pipeline(*p, agents()));
  const std::string json = write_definition(*p, agents());
  const auto back = read_definition(json);
  if (!back) FAIL(proto::to_text(back.error()));
  CHECK(write_definition(back->pipeline, back->personas) == json);
  CHECK(back->pipeline.steps[0].attempts == p->steps[0].attempts);
  CHECK(back->pipeline.steps[1].when == p->steps[1].when);
  CHECK(back->pipeline.steps[2].prompt == "Say it.");
  CHECK(back->pipeline.timeout_ms == 90'000);
  CHECK(back->personas[0].options == agents()[0].options);
  CHECK(back->personas[0].instructions == agents()[0].instructions);
}

TEST_CASE("JSON that no run wrote is refused") {
  for (const char* text :
       {"", "[]", "{}", "{\"pipeline\":{},\"personas\":[]}", "{\"pipeline\":1,\"personas\":1}",
        R"({"pipeline":{"name":"p","version":"1","report":"r","steps":[{"name":"s",)"
        R"("persona":"Nobody","inputs":["dataset"],"output":"r"}]},"personas":[]})"}) {
    INFO(text);
    CHECK_FALSE(read_definition(text));
  }
}

}  // namespace
}  // namespace chimera::personas
