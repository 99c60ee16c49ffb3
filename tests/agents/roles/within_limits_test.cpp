// Roles with a model whose context, answer and manners have limits.
#include <string>
#include <vector>

#include <fmt/format.h>
#include <catch2/catch.hpp>

#include "agents/roles/bounded.hpp"
#include "agents/roles/finding_lines.hpp"
#include "agents/roles/replay.hpp"

using namespace chimera;
using Catch::Contains;

namespace {

using strings = std::vector<std::string>;

// Ids are letters only.
std::string letters(std::size_t n) {
  return {static_cast<char>('a' + n / 26), static_cast<char>('a' + n % 26)};
}

struct example {
  std::vector<proto::fact> facts;
  report::outline plan;
  static constexpr std::size_t count = 40;

  example() {
    for (std::size_t i = 0; i < count; ++i) {
      proto::fact f;
      f.id = "median-ttft-" + letters(i);
      f.file = "a.csv";
      f.where = {"csv", "ttft_s"};
      f.agg = "median";
      f.value = "0.0877";
      f.shown.text = "87.7 ms";
      f.unit = "s";
      f.kind = "aggregate";
      f.phrase = "median TTFT of group " + letters(i);
      facts.push_back(f);
    }
    plan.names.find_fact = [this](std::string_view id) -> const proto::fact* {
      for (const proto::fact& f : facts)
        if (f.id == id) return &f;
      return nullptr;
    };
    for (std::size_t i = 0; i < count; ++i)
      plan.headline.push_back(finding("kind-" + letters(i), i));
    plan.inventory = plan.headline;
    plan.recommendations = {finding("advice", 0)};
  }

  report::finding finding(std::string kind, std::size_t fact) const {
    report::finding f;
    f.kind = std::move(kind);
    f.slots = {{"value", "{{f:" + facts[fact].id + "}}"}};
    return f;
  }
};

const std::string good = "The median TTFT is {{f:median-ttft-aa}}.";
const std::string bad = "The median TTFT of group aa in a.csv is 93.1 ms.";

auto says(const std::string& text) {
  return [text](const generation_request&) { return text; };
}

strings kinds_in(const generation_request& request) {
  strings kinds;
  for (const report::finding& f : roles::read_prompt(request.prompt).findings)
    kinds.push_back(f.kind);
  return kinds;
}

strings rules_of(const roles::call_record& call) {
  strings rules;
  for (const roles::answer_note& n : call.notes) rules.push_back(n.rule);
  return rules;
}

std::string report_of(const std::string& verdict) {
  return "### Verdict\n\n" + verdict + "\n\n### Key findings\n\n- " + good +
         "\n\n### Recommendations\n\n- Look again.\n";
}

}  // namespace

TEST_CASE("without a bound nothing is counted, left out or bounded") {
  example e;
  tests::bounded_generator model({}, says(good));
  const auto output = tests::run_scripted("collector", e.plan, model);
  REQUIRE(output.has_value());
  CHECK(model.counts == 0);
  CHECK(kinds_in(model.requests[0]).size() == example::count);
  CHECK(model.requests[0].options.empty());
  CHECK(output->calls[0].fit.shown_whole());
}

TEST_CASE("what fits is counted once and shown whole, its answer bounded") {
  example e;
  tests::bounded_generator model({.context_tokens = 16'384}, says(good));
  const auto output = tests::run_scripted("collector", e.plan, model);
  REQUIRE(output.has_value());
  CHECK(model.counts == 1);
  CHECK(output->calls[0].fit.shown_whole());
  CHECK(model.requests[0].options.at("num_predict") == "1064");
}

TEST_CASE("of what does not fit the heaviest findings are told, and the rest is recorded") {
  example e;
  tests::bounded_generator model({.context_tokens = 1'024}, says(good));
  const auto output = tests::run_scripted("collector", e.plan, model,
                                          {{"notes", "A paragraph.\n\nAnother one.\n"}});
  REQUIRE(output.has_value());
  CHECK(model.refused == 0);
  CHECK(model.largest <= 1'024);
  CHECK(model.counts <= 8);
  const strings told = kinds_in(model.requests[0]);
  REQUIRE_FALSE(told.empty());
  REQUIRE(told.size() < example::count);
  const roles::prompt_fit& fit = output->calls[0].fit;
  CHECK(fit.findings == roles::omitted{example::count - told.size(), example::count});
  CHECK(fit.identifiers == roles::omitted{example::count - told.size(), example::count});
  CHECK(fit.parts == roles::omitted{2, 2});
  CHECK(fit.ids.size() == fit.identifiers.left_out);
  CHECK(fit.limits.context_tokens == 1'024);
  for (std::size_t i = 0; i < example::count; ++i) {
    const std::string kind = "kind-" + letters(i);
    CHECK((i < told.size()) == (std::ranges::find(told, kind) != told.end()));
    CHECK((i < told.size()) == (std::ranges::find(fit.kinds, kind) == fit.kinds.end()));
    CHECK((i < told.size()) == model.requests[0].prompt.contains(e.facts[i].id + " | "));
  }
}

TEST_CASE("a fact that was left out cannot be named") {
  example e;
  tests::bounded_generator model(
      {.context_tokens = 1'024},
      says("The median TTFT is {{f:median-ttft-" + letters(example::count - 1) + "}}."));
  const auto output = tests::run_scripted("collector", e.plan, model);
  REQUIRE(output.has_value());
  CHECK_THAT(output->made.markdown, Catch::StartsWith("{{strike}}"));
}

TEST_CASE("a reporter is told of recommendations before all findings are told") {
  example e;
  tests::bounded_generator model({.context_tokens = 1'024}, says(report_of("It holds.")));
  REQUIRE(tests::run_scripted("reporter", e.plan, model).has_value());
  const strings told = kinds_in(model.requests[0]);
  REQUIRE(told.size() < example::count);
  CHECK(told.back() == "advice");
}

TEST_CASE("of the steps before, the parts that name what is told come first") {
  example e;
  e.plan.inventory.resize(2);
  std::string text;
  for (std::size_t i = 0; i < 60; ++i) text += "- a part that names no finding of this question\n";
  text += "- one that names {{f:median-ttft-ab}}\n";
  tests::bounded_generator model({.context_tokens = 1'024}, says(good));
  const auto output = tests::run_scripted("collector", e.plan, model, {{"before", text}});
  REQUIRE(output.has_value());
  CHECK(kinds_in(model.requests[0]).size() == 2);
  CHECK(output->calls[0].fit.parts.left_out > 0);
  CHECK_THAT(model.requests[0].prompt, Contains("FROM THE STEPS BEFORE, in part, before:"));
  CHECK_THAT(model.requests[0].prompt, Contains("- one that names {{f:median-ttft-ab}}\n"));
}

TEST_CASE("where even the least does not fit, the problem names what to do") {
  example e;
  tests::bounded_generator model({.context_tokens = 200}, says(good));
  const auto output = tests::run_scripted("collector", e.plan, model);
  REQUIRE_FALSE(output.has_value());
  CHECK(model.requests.empty());
  CHECK(output.error().code == "role.context");
  CHECK_THAT(output.error().title, Contains("step 'collector'") && Contains("persona 'scripted'") &&
                                       Contains("has room for 134"));
  CHECK_THAT(output.error().detail, Contains("raise num_ctx to "));
}

TEST_CASE("a prompt that is refused all the same is made shorter, at most twice") {
  const auto [surplus, learned, refused, answered] =
      GENERATE(table<std::uint64_t, std::uint64_t, std::size_t, bool>({
          {0, 0, 0, true},
          {80, 80, 1, true},  // the backend counts right from then on
          {80, 0, 1, true},   // it does not, and less is told all the same
          {350, 0, 2, true},
          {5'000, 0, 3, false},
      }));
  CAPTURE(surplus);
  example e;
  tests::bounded_generator model({.context_tokens = 1'536}, says(good));
  model.surplus = surplus;
  model.learned = learned;
  const auto output = tests::run_scripted("collector", e.plan, model);
  CHECK(output.has_value() == answered);
  CHECK(model.refused == refused);
  if (!answered) CHECK(output.error().code == "backend.context");
}

TEST_CASE("a prompt to repair an answer fits too") {
  const std::uint64_t context = GENERATE(as<std::uint64_t>{}, 1024, 1100, 1536, 8192);
  CAPTURE(context);
  example e;
  std::string many;
  for (int i = 0; i < 30; ++i) many += "- " + bad + "\n";
  tests::bounded_generator model({.context_tokens = context}, says(many));
  const auto output = tests::run_scripted("collector", e.plan, model);
  REQUIRE(output.has_value());
  CHECK(model.refused == 0);
  CHECK(model.largest <= context);
  REQUIRE(output->calls.size() == 3);
  CHECK_THAT(model.requests[1].prompt, Contains("'93.1' is wrong: the fact says 87.7 ms"));
  CHECK(model.requests[1].prompt.contains("YOUR ANSWER, which") == (context == 8'192));
}

TEST_CASE(
    "a reporter that leaves parts out is asked for them, and the record says what is missing") {
  const auto [answers, calls, rules] = GENERATE(table<strings, std::size_t, strings>({
      {{report_of("It holds.")}, 1, {}},
      {{"## VERDICT\nIt holds.\n**Key findings**\n- " + good + "\n# Recommendations\n- Look."},
       1,
       {}},
      {{"### Verdict\n\nIt holds.", report_of("It holds.")}, 2, {}},
      {{"It holds."}, 3, {"report-parts"}},
  }));
  example e;
  tests::scripted_generator model(answers);
  const auto output = tests::run_scripted("reporter", e.plan, model);
  REQUIRE(output.has_value());
  CHECK(output->calls.size() == calls);
  CHECK(rules_of(output->calls.back()) == rules);
  if (calls > 1) CHECK_THAT(model.requests[1].prompt, Contains("lacks the heading"));
}

TEST_CASE("an answer is held to the words of its persona, and that is recorded") {
  example e;
  std::string text;
  for (int i = 0; i < 200; ++i) text += "- Look at the runs again.\n";
  tests::scripted_generator model({text});
  const auto output = tests::run_scripted("collector", e.plan, model);
  REQUIRE(output.has_value());
  REQUIRE(output->calls.back().notes.size() == 1);
  CHECK(output->calls.back().notes[0] ==
        roles::answer_note{"words-max", "it is longer than its persona allows", 1'000, 480});
}

TEST_CASE("an answer that ran out of tokens loses its half sentence, and that is recorded") {
  example e;
  tests::bounded_generator model({}, says(good + " The rest of it"));
  model.finish_reason = "length";
  const auto output = tests::run_scripted("collector", e.plan, model);
  REQUIRE(output.has_value());
  CHECK(output->made.markdown == good);
  CHECK(rules_of(output->calls.back()) == strings{"length"});
}

TEST_CASE("an empty repair leaves the answer before it, struck") {
  const std::string empty = GENERATE(as<std::string>{}, " \n", "<think>I cannot</think>");
  example e;
  tests::scripted_generator model({bad, empty});
  const auto output = tests::run_scripted("collector", e.plan, model);
  REQUIRE(output.has_value());
  CHECK(output->calls.size() == 2);
  CHECK(output->made.markdown == "{{strike}}" + bad);
  CHECK(rules_of(output->calls.back()) == strings{"repair-empty", "all-struck"});
}

TEST_CASE("thoughts alone are no answer") {
  example e;
  tests::scripted_generator model({"<think>What should I say?"});
  const auto output = tests::run_scripted("collector", e.plan, model);
  REQUIRE_FALSE(output.has_value());
  CHECK(output.error().code == "role.empty");
}

TEST_CASE("a backend that holds to a schema is asked for JSON, which proves nothing") {
  example e;
  const std::string sound =
      R"({"verdict": "It holds.", "findings": [{"text": "The median TTFT is long.",)"
      R"( "facts": ["median-ttft-aa"]}],)"
      R"( "recommendations": [{"text": "Look again.", "finding": 1, "facts": []}]})";
  const std::string unproven =
      R"({"verdict": "It holds.", "findings": [{"text": "The median TTFT is long.",)"
      R"( "facts": ["no-such-fact"]},)"
      R"( {"text": "It is.", "facts": []}], "recommendations": []})";
  SECTION("a sound report names its facts") {
    tests::bounded_generator model({.holds_to_schema = true}, says(sound));
    const auto output = tests::run_scripted("reporter", e.plan, model);
    REQUIRE(output.has_value());
    CHECK(output->calls.size() == 1);
    CHECK_THAT(model.requests[0].format, Contains("recommendations"));
    CHECK_THAT(model.requests[0].prompt, Contains("REQUEST: Answer with one JSON object"));
    CHECK_THAT(output->made.markdown, Contains("- The median TTFT is long "
                                               "({{f:median-ttft-aa}})."));
  }
  SECTION("an item without a fact that exists is struck") {
    tests::bounded_generator model({.holds_to_schema = true}, says(unproven));
    const auto output = tests::run_scripted("reporter", e.plan, model);
    REQUIRE(output.has_value());
    CHECK(output->calls.size() == 3);
    CHECK_THAT(output->made.markdown, Contains("- {{strike}}The median TTFT is long"));
    CHECK_THAT(output->made.markdown, Contains("- {{strike}}It is."));
  }
  SECTION("what is no JSON is read as Markdown") {
    tests::bounded_generator model({.holds_to_schema = true}, says(report_of("It holds.")));
    const auto output = tests::run_scripted("reporter", e.plan, model);
    REQUIRE(output.has_value());
    CHECK(output->calls.size() == 1);
    CHECK(rules_of(output->calls[0]) == strings{"report-json"});
  }
  SECTION("JSON that breaks off is asked for again as Markdown") {
    std::size_t call = 0;
    tests::bounded_generator model({.holds_to_schema = true}, [&](const generation_request&) {
      return ++call == 1 ? sound.substr(0, sound.size() / 2) : report_of("It holds.");
    });
    const auto output = tests::run_scripted("reporter", e.plan, model);
    REQUIRE(output.has_value());
    REQUIRE(output->calls.size() == 2);
    CHECK(rules_of(output->calls[0]) == strings{"report-json"});
    CHECK_THAT(model.requests[1].prompt, Contains("Write it as Markdown, not as JSON"));
    CHECK(model.requests[1].format.empty());
    CHECK_FALSE(output->made.markdown.contains('{' + std::string("\"verdict\"")));
    CHECK_THAT(output->made.markdown, Contains("It holds."));
  }
  SECTION("JSON that never ends fails the step and says so") {
    tests::bounded_generator model({.holds_to_schema = true},
                                   says(sound.substr(0, sound.size() / 2)));
    const auto output = tests::run_scripted("reporter", e.plan, model);
    REQUIRE_FALSE(output.has_value());
    CHECK(model.requests.size() == 3);
    CHECK(output.error().code == "role.json");
    CHECK_THAT(output.error().title, Contains("JSON that is no report"));
  }
  SECTION("a whole report as JSON is taken where Markdown was asked for") {
    tests::bounded_generator model({}, says(sound));
    const auto output = tests::run_scripted("reporter", e.plan, model);
    REQUIRE(output.has_value());
    CHECK(output->calls.size() == 1);
    CHECK_THAT(output->made.markdown, Contains("### Verdict"));
  }
  SECTION("other roles are asked for text") {
    tests::bounded_generator model({.holds_to_schema = true}, says(good));
    REQUIRE(tests::run_scripted("collector", e.plan, model).has_value());
    CHECK(model.requests[0].format.empty());
  }
}

TEST_CASE("a draft that has no room to be revised stands, and that is recorded") {
  example e;
  std::string verdict;
  for (int i = 0; i < 120; ++i) verdict += "Nothing failed in these files and all is well. ";
  const std::string draft = report_of(verdict);
  tests::bounded_generator model(
      {.context_tokens = 1'536},
      says("- OBJECTION: \"Nothing failed in these files and all is well.\" -- it is long"));
  const auto output = tests::run_scripted("critic", e.plan, model, {{"draft", draft}});
  REQUIRE(output.has_value());
  CHECK(output->handed_on);
  CHECK(output->made.markdown == draft);
  REQUIRE(output->calls.size() == 1);
  CHECK(rules_of(output->calls[0]) == strings{"revision-context"});
  CHECK(model.largest <= 1'536);
}
