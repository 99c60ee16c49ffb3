// Models that write anything: the job ends with a report that stands, everything unproven struck,
// or with a failure that says why.
#include <random>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "agents/roles/bounded.hpp"
#include "daemon/whole_job/whole_job.hpp"

using namespace chimera;
using Catch::Contains;

namespace {

// Some of everything that a vocabulary has.
const std::vector<std::string> pieces = {"the",
                                         " model",
                                         " is",
                                         " faster",
                                         " 42",
                                         " 3.14",
                                         "%",
                                         " ms",
                                         "\n",
                                         "\n\n",
                                         "- ",
                                         "# ",
                                         "###",
                                         " Verdict",
                                         "**",
                                         "`",
                                         "```\n",
                                         "~~~~\n",
                                         "| a | 7 |\n",
                                         "<b>",

                                         "{{f:",
                                         "}}",
                                         "{{strike}}",
                                         "{{table:x}}",
                                         "{\"",
                                         ": [",
                                         "é",
                                         "\xF0\x9F\xA6\x99",
                                         "\xEF\xBF\xBD",
                                         "~~",
                                         ". ",
                                         "! ",
                                         " because",
                                         " significantly",
                                         " twice",
                                         "https://x.y/9",
                                         "&#49;",
                                         "\\",
                                         "\t",
                                         "1. ",
                                         "> "};

std::string babble(std::mt19937_64& dice, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += pieces[dice() % pieces.size()];
  return text;
}

const std::vector<const char*> sections = {"## Verdict",
                                           "## Verification",
                                           "## Data ingestion summary",
                                           "## Data quality",
                                           "## Performance analysis",
                                           "## Key findings",
                                           "## Recommendations",
                                           "## Limits and refusals",
                                           "## Method",
                                           "## Workflow summary",
                                           "## Metrics"};

void check_report(const tests::whole_job& job) {
  const std::string& report = job.run.text.markdown;
  std::size_t at = 0;
  for (const char* heading : sections) {
    CAPTURE(heading);
    const std::size_t next = report.find(std::string("\n") + heading + "\n", at);
    REQUIRE(next != std::string::npos);
    at = next;
  }
  CHECK(job.run.counts.unsupported == 0);
}

}  // namespace

TEST_CASE("a model that babbles ends in a whole report with everything unproven struck") {
  const auto seed = GENERATE(range(1, 5));
  CAPTURE(seed);
  std::mt19937_64 dice(static_cast<std::uint64_t>(seed));
  tests::whole_job job(tests::sample);
  tests::bounded_generator model({.context_tokens = 2'048}, [&](const generation_request&) {
    return "word " + babble(dice, 400);
  });
  const auto problem = job.write_with(model);
  if (problem) FAIL(proto::to_text(*problem));
  CHECK(model.refused == 0);
  CHECK(model.largest <= 2'048);
  check_report(job);
  CHECK_THAT(job.run.text.markdown, Contains("parts of the report are missing in its answer"));
  CHECK_THAT(job.run.text.markdown, !Contains("Nothing in these files supports"));
}

TEST_CASE("a model of which nothing is proven is reported as that") {
  tests::whole_job job(tests::sample);
  tests::bounded_generator model(
      {}, [](const generation_request&) { return "All 17 runs took 93.1 seconds."; });
  const auto problem = job.write_with(model);
  if (problem) FAIL(proto::to_text(*problem));
  check_report(job);
  CHECK_THAT(job.run.text.markdown, Contains("nothing of its answer is proven by a fact"));
  CHECK_THAT(job.run.text.markdown, Contains("~~"));
}

TEST_CASE("a model that says nothing ends the job with a failure that names step and model") {
  const std::string silence =
      GENERATE(as<std::string>{}, " \n\t", "<think>\nI wonder", "```\n```", "\r\n");
  tests::whole_job job(tests::sample);
  for (proto::pipeline_step& step : job.run.pipeline.steps) step.attempts.backoff_ms = 1;
  tests::bounded_generator model({}, [&](const generation_request&) { return silence; });
  const auto problem = job.write_with(model);
  REQUIRE(problem.has_value());
  CHECK(problem->code == "role.empty");
  CHECK_THAT(problem->title, Contains("step 'collect'") && Contains("bounded"));
}
