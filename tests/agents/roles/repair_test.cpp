// The loop of answering, checking and repairing: what a model may do, and what becomes of it.
#include <array>
#include <string>
#include <tuple>
#include <vector>

#include <catch2/catch.hpp>

#include "agents/roles/replay.hpp"

using namespace chimera;

namespace {

struct example {
  proto::fact median;
  report::outline plan;

  example() {
    median.id = "median-ttft-abcdef";
    median.file = "a.csv";
    median.where = {"csv", "ttft_s"};
    median.agg = "median";
    median.value = "0.0877";
    median.unit = "s";
    median.kind = "aggregate";
    median.phrase = "median TTFT of all rows in a.csv";
    plan.names.find_fact = [this](std::string_view id) {
      return id == median.id ? &median : nullptr;
    };
    report::finding f;
    f.kind = "inventory-kind";
    f.slots = {{"value", "{{f:median-ttft-abcdef}}"}};
    plan.inventory = {f};
  }
};

const std::string good = "The median TTFT in a.csv is {{f:median-ttft-abcdef}}.";
const std::string bad = "The median TTFT in a.csv is 93.1 ms.";

}  // namespace

TEST_CASE("an answer is repaired at most twice, then its sentences are struck") {
  const auto [answers, steps, made] =
      GENERATE(table<std::vector<std::string>, std::vector<std::string>, std::string>({
          {{good}, {"collector"}, good},
          {{bad, good}, {"collector", "collector/repair-1"}, good},
          {{bad, bad, good}, {"collector", "collector/repair-1", "collector/repair-2"}, good},
          {{bad}, {"collector", "collector/repair-1", "collector/repair-2"}, "{{strike}}" + bad},
      }));
  example e;
  tests::scripted_generator model(answers);
  const auto output = tests::run_scripted("collector", e.plan, model);
  REQUIRE(output.has_value());
  std::vector<std::string> asked;
  for (const roles::call_record& call : output->calls) asked.push_back(call.step);
  CHECK(asked == steps);
  CHECK(output->made.markdown == made);
}

TEST_CASE("a repair prompt names the sentence, what is wrong, and the truth") {
  example e;
  tests::scripted_generator model({bad, good});
  REQUIRE(tests::run_scripted("collector", e.plan, model).has_value());
  REQUIRE(model.requests.size() == 2);
  const std::string& prompt = model.requests[1].prompt;
  CHECK_THAT(prompt, Catch::StartsWith(model.requests[0].prompt));
  CHECK_THAT(prompt, Catch::Contains(bad));
  CHECK_THAT(prompt, Catch::Contains("'93.1' is wrong: the fact says 87.7 ms"));
}

TEST_CASE("a bare number that is the fact becomes a reference without a repair") {
  example e;
  tests::scripted_generator model({"The median TTFT in a.csv is 87.7 ms."});
  const auto output = tests::run_scripted("collector", e.plan, model);
  REQUIRE(output.has_value());
  CHECK(output->calls.size() == 1);
  CHECK(output->calls[0].checked.replaced.size() == 1);
  CHECK(output->made.markdown == good);
}

TEST_CASE("a reference to a fact that the prompt did not tell of is struck") {
  example e;
  tests::scripted_generator model({"The median is {{f:median-of-another-job-xyz}}."});
  const auto output = tests::run_scripted("collector", e.plan, model);
  REQUIRE(output.has_value());
  CHECK_THAT(output->made.markdown, Catch::StartsWith("{{strike}}"));
}

TEST_CASE("a model may write nothing but references, or nothing but text") {
  const std::string text = GENERATE(as<std::string>{}, "{{f:median-ttft-abcdef}}",
                                    "{{f:median-ttft-abcdef}} {{f:median-ttft-abcdef}}",
                                    "We looked at the runs and wrote down what we saw.");
  example e;
  tests::scripted_generator model({text});
  const auto output = tests::run_scripted("collector", e.plan, model);
  REQUIRE(output.has_value());
  CHECK(output->calls.size() == 1);
  CHECK(output->made.markdown == text);
}

TEST_CASE("an answer without text is an error") {
  example e;
  tests::scripted_generator model({" \n"});
  const auto output = tests::run_scripted("collector", e.plan, model);
  REQUIRE_FALSE(output.has_value());
  CHECK(output.error().code == "role.empty");
}
