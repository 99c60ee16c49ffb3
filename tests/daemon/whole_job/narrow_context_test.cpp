// A whole job with a context of 1,024 tokens, the setting of the program that this one continues:
// every prompt fits, nothing is cut by the server, and the report says what was left out.
#include <algorithm>
#include <filesystem>
#include <string>

#include <catch2/catch.hpp>

#include "agents/roles/bounded.hpp"
#include "daemon/inference/narrator.hpp"
#include "daemon/whole_job/whole_job.hpp"

using namespace chimera;
using Catch::Contains;

namespace {

// The narrator behind a context: it answers from what a prompt tells, so the text shows what was
// told.
class narrow_narrator final : public text_generator {
 public:
  narrow_narrator(std::uint64_t context_tokens, const chimera::clock& time)
      : bounds_({.context_tokens = context_tokens}, {}), inner_(time) {}

  task<proto::result<model_limits>> limits(generation_request about) override {
    co_return co_await bounds_.limits(std::move(about));
  }
  task<proto::result<std::uint64_t>> count_tokens(generation_request request) override {
    ++counts;
    co_return co_await bounds_.count_tokens(std::move(request));
  }
  task<proto::result<generation>> generate(
      generation_request request, std::function<void(std::string_view)> on_token) override {
    ++calls;
    const std::uint64_t whole = tests::bounded_generator::tokens_of(request) +
                                std::stoull(request.options.at("num_predict"));
    largest = std::max(largest, whole);
    co_return co_await inner_.generate(std::move(request), std::move(on_token));
  }
  [[nodiscard]] std::string describe() const override { return "narrow"; }

  std::uint64_t largest = 0;
  std::size_t calls = 0;
  std::size_t counts = 0;

 private:
  tests::bounded_generator bounds_;
  inference::narrator inner_;
};

void check_narrow(const std::filesystem::path& root) {
  constexpr std::uint64_t context = 1'024;
  tests::whole_job job(root);
  narrow_narrator model(context, job.time);
  const auto problem = job.write_with(model);
  if (problem) FAIL(proto::to_text(*problem));
  CHECK(model.largest <= context);
  CHECK(model.counts <= 12 * model.calls);

  std::size_t cut = 0;
  const std::string& report = job.run.text.markdown;
  for (const roles::call_record& call : job.run.agents.calls) {
    if (call.fit.shown_whole() || call.step.contains("/repair-")) continue;
    ++cut;
    CAPTURE(call.step);
    CHECK_THAT(report, Contains("Step `" + call.step + "`: "));
  }
  CHECK(cut > 0);
  CHECK_THAT(report, Contains("did not fit into a context (num_ctx) of 1,024 tokens and were not "
                              "shown to the model."));
  CHECK_THAT(job.run.html, Contains("were not shown to the model."));
  CHECK(job.run.counts.unsupported == 0);
  for (const char* heading : {"## Verdict", "## Key findings", "## Recommendations", "## Metrics"})
    CHECK_THAT(report, Contains(heading));

  const reporting::report_files files = reporting::files_of(job.run);
  const std::string run_json = reporting::run_json(job.run, files, {});
  CHECK_THAT(run_json, Contains("\"context_tokens\": 1024") && Contains("\"omitted\""));
  const reporting::report_files again = job.repeated(root);
  for (const auto& [name, content] : files) {
    INFO(name);
    CHECK(again.at(name) == content);
  }
}

}  // namespace

TEST_CASE(
    "a context of 1,024 tokens on the sample: prompts fit and the report says what is left out") {
  check_narrow(tests::sample);
}

TEST_CASE(
    "a context of 1,024 tokens on a real tree: prompts fit and the report says what is left out") {
  if (!std::filesystem::exists(tests::seed_tree)) {
    WARN("skipped: the real tree is not there");
    return;
  }
  check_narrow(tests::seed_tree);
}

TEST_CASE("a context in which not even the shortest prompt fits ends the job, and says so") {
  tests::whole_job job(tests::sample);
  narrow_narrator model(256, job.time);
  const auto problem = job.write_with(model);
  REQUIRE(problem.has_value());
  CHECK(problem->code == "role.context");
  CHECK_THAT(proto::to_text(*problem), Contains("raise num_ctx"));
}
