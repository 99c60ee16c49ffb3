// Dialogues with the plan: what it decides, and when. No clock runs here.
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "daemon/jobs/plan.hpp"

namespace chimera::jobs {
namespace {

constexpr std::int64_t ms = 1'000'000;
constexpr std::uint64_t middle = 1ULL << 63U;  // dice that move nothing
constexpr std::uint64_t highest = ~0ULL;

proto::pipeline one_step() {
  proto::pipeline p;
  p.name = "p";
  p.steps.resize(1);
  p.steps[0].name = "work";
  p.steps[0].output = "text";
  p.report = "text";
  return p;
}

// draft -> polish -> report, where report takes both.
proto::pipeline three_steps() {
  proto::pipeline p = one_step();
  p.steps.resize(3);
  const char* names[] = {"draft", "polish", "report"};
  for (std::size_t i = 0; i < 3; ++i) p.steps[i].name = p.steps[i].output = names[i];
  p.steps[1].inputs = {"draft"};
  p.steps[2].inputs = {"draft", "polish"};
  return p;
}

proto::problem backend_busy() {
  proto::problem why;
  why.code = "backend.busy";
  why.title = "busy";
  return why;
}

proto::lint lint_of(std::string rule, proto::severity level) {
  proto::lint found;
  found.rule = std::move(rule);
  found.level = level;
  return found;
}

TEST_CASE("waits double up to their bound, and attempts end") {
  proto::pipeline p = one_step();
  p.steps[0].attempts = {5, 100, 300, 0.5};
  plan decides(p, {});
  for (const std::int64_t wait : {100, 200, 300, 300}) {
    decides.start(0, 0);
    const plan::decision next = decides.fail(0, backend_busy(), 0, middle);
    REQUIRE(next.retry);
    CHECK(next.delay_ns == wait * ms);
    CHECK(decides.nodes()[0].at == node::state::backing_off);
  }
  decides.start(0, 0);
  const plan::decision last = decides.fail(0, backend_busy(), 0, middle);
  CHECK_FALSE(last.retry);
  CHECK(last.why.title == "busy");
  CHECK(last.why.detail == "this was attempt 5 of 5");
  CHECK(decides.nodes()[0].at == node::state::failed);
}

TEST_CASE("jitter moves a wait by at most its share, either way") {
  proto::pipeline p = one_step();
  p.steps[0].attempts = {9, 1000, 1000, 0.2};
  plan decides(p, {});
  decides.start(0, 0);
  CHECK(decides.fail(0, backend_busy(), 0, 0).delay_ns == 800 * ms);
  decides.start(0, 0);
  const std::int64_t longest = decides.fail(0, backend_busy(), 0, highest).delay_ns;
  CHECK(longest <= 1200 * ms);
  CHECK(longest >= 1199 * ms);
}

TEST_CASE("a server that asks for a longer wait is left alone that long, or not asked again") {
  proto::pipeline p = one_step();
  p.steps[0].attempts = {9, 1000, 1000, 0};
  p.steps[0].step_timeout_ms = 5'000;
  plan decides(p, {});
  const auto delay_for = [&](std::uint32_t wait_s) {
    proto::problem why = backend_busy();
    why.wait_s = wait_s;
    decides.start(0, 0);
    return decides.fail(0, why, 0, middle);
  };
  CHECK(delay_for(0).delay_ns == 1000 * ms);
  CHECK(delay_for(3).delay_ns == 3000 * ms);
  CHECK_FALSE(delay_for(60).retry);
}

TEST_CASE("only problems that may pass are tried again") {
  const std::vector<std::pair<std::string, bool>> cases = {{"backend.timeout", true},
                                                           {"backend.stalled", true},
                                                           {"backend.unauthorized", false},
                                                           {"role.empty", true},
                                                           {"role.json", true},
                                                           {"generation.empty", true},
                                                           {"deadline.attempt", true},
                                                           {"deadline.step", false},
                                                           {"deadline.job", false},
                                                           {"budget.exceeded", false},
                                                           {"request.invalid", false},
                                                           {"pipeline.invalid", false},
                                                           {"replay.missing", false},
                                                           {"backend.unknown", false},
                                                           {"evidence.changed", false},
                                                           {"", false}};
  for (const auto& [code, retried] : cases) {
    INFO(code);
    proto::problem why;
    why.code = code;
    CHECK(can_retry(why) == retried);
    proto::pipeline p = one_step();
    p.steps[0].attempts.max = 2;
    plan decides(p, {});
    decides.start(0, 0);
    CHECK(decides.fail(0, why, 0, middle).retry == retried);
  }
}

TEST_CASE("an attempt ends at the first of its own, its step's and its run's deadline") {
  proto::pipeline p = one_step();
  CHECK_FALSE(plan(p, {}).deadline_of(0));
  p.steps[0].attempt_timeout_ms = 100;
  p.steps[0].step_timeout_ms = 250;
  p.timeout_ms = 400;
  plan decides(p, {});
  const auto at = [&](std::int64_t began_ms) {
    decides.start(0, began_ms * ms);
    const auto limit = decides.deadline_of(0);
    return std::to_string(limit->at_ns / ms) + " " + limit->missed.code;
  };
  CHECK(at(50) == "150 deadline.attempt");
  CHECK(at(190) == "290 deadline.attempt");
  CHECK(at(210) == "300 deadline.step");
  CHECK(decides.deadline_of(0)->missed.title == "step 'work' ran longer than its timeout of 250ms");
  plan hurried(p, {}, {0, 0, 90 * ms});
  hurried.start(0, 0);
  CHECK(hurried.deadline_of(0)->missed.code == "deadline.job");
  p.timeout_ms = 0;
  p.seconds_budget = 1;
  p.steps[0].step_timeout_ms = p.steps[0].attempt_timeout_ms = 0;
  plan thrifty(p, {});
  thrifty.start(0, 0);
  CHECK(thrifty.deadline_of(0)->missed.code == "budget.exceeded");
  CHECK(thrifty.deadline_of(0)->at_ns == 1000 * ms);
}

TEST_CASE("there is no retry that would begin after the last moment") {
  proto::pipeline p = one_step();
  p.steps[0].attempts = {9, 100, 100, 0};
  p.steps[0].step_timeout_ms = 150;
  plan decides(p, {});
  decides.start(0, 0);
  CHECK(decides.fail(0, backend_busy(), 49 * ms, middle).retry);
  decides.start(0, 49 * ms);
  const plan::decision late = decides.fail(0, backend_busy(), 50 * ms, middle);
  CHECK_FALSE(late.retry);
  CHECK(late.why.code == "backend.busy");
  CHECK(late.why.detail == "; no time is left for another attempt");
}

TEST_CASE("a budget warns once at 80 % and stops at the first token above it") {
  proto::pipeline p = one_step();
  p.steps[0].token_budget = 10;
  plan decides(p, {});
  decides.start(0, 0);
  CHECK_FALSE(decides.spend(0, 7).step_warning);
  CHECK(decides.spend(0, 1).step_warning);
  const plan::charge full = decides.spend(0, 2);
  CHECK_FALSE(full.step_warning);
  CHECK_FALSE(full.exceeded);
  const plan::charge over = decides.spend(0, 1);
  REQUIRE(over.exceeded);
  CHECK(over.exceeded->code == "budget.exceeded");
  CHECK(over.exceeded->title == "step 'work' wrote more than 10 tokens");
}

TEST_CASE("the budget of a run counts all steps and earlier lives; the stricter one holds") {
  proto::pipeline p = three_steps();
  p.token_budget = 100;
  plan decides(p, {}, {10, 4, std::nullopt});
  CHECK(decides.token_budget() == 10);
  CHECK_FALSE(decides.spend(0, 3).run_warning);
  CHECK(decides.spend(1, 1).run_warning);
  CHECK_FALSE(decides.spend(2, 2).exceeded);
  CHECK(decides.spend(0, 1).exceeded);
}

TEST_CASE("a run warns once when most of its time is over") {
  proto::pipeline p = one_step();
  p.timeout_ms = 100;
  plan decides(p, {});
  CHECK_FALSE(decides.warn_of_time(79 * ms));
  CHECK(decides.warn_of_time(80 * ms));
  CHECK_FALSE(decides.warn_of_time(90 * ms));
}

TEST_CASE("a step is skipped unless its lint is there, and others go on without its output") {
  using proto::severity;
  struct condition_case {
    std::vector<std::string> rules;
    severity at_least;
    std::vector<proto::lint> found;
    bool runs;
  };
  const std::vector<condition_case> cases = {
      {{"cold-rows"}, severity::info, {}, false},
      {{"cold-rows"}, severity::info, {lint_of("drift", severity::info)}, false},
      {{"cold-rows", "drift"}, severity::info, {lint_of("drift", severity::info)}, true},
      {{"drift"}, severity::warning, {lint_of("drift", severity::info)}, false},
      {{"drift"}, severity::warning, {lint_of("drift", severity::error)}, true},
      {{}, severity::warning, {lint_of("drift", severity::info)}, false},
      {{}, severity::warning, {lint_of("drift", severity::warning)}, true}};
  for (const condition_case& c : cases) {
    proto::pipeline p = three_steps();
    p.steps[1].when = {c.rules, c.at_least};
    plan decides(p, {});
    CHECK(decides.skip_unwanted(c.found).empty() == c.runs);
    decides.start(0, 0);
    decides.finish(0);
    REQUIRE(decides.ready().size() == 1);
    CHECK(decides.ready()[0] == (c.runs ? 1U : 2U));
    if (!c.runs) CHECK(decides.sources_of(2) == std::vector<std::size_t>{0});
  }
}

TEST_CASE("what an earlier life ended is not run again") {
  const proto::pipeline p = three_steps();
  plan decides(p, {});
  decides.restore(0, false);
  decides.restore(1, true);
  CHECK(decides.ready() == std::vector<std::size_t>{2});
  CHECK(decides.ended() == 2);
  CHECK(decides.sources_of(2) == std::vector<std::size_t>{0});
}

TEST_CASE("cancelling cuts whatever has not ended") {
  const proto::pipeline p = three_steps();
  plan decides(p, {});
  decides.start(0, 0);
  decides.finish(0);
  decides.start(1, 0);
  CHECK(decides.cancel() == std::vector<std::size_t>{1, 2});
  CHECK(decides.cancel().empty());
  CHECK(decides.ready().empty());
}

TEST_CASE("a hundred steps that each take the two before are planned at once") {
  proto::pipeline p;
  p.steps.resize(100);
  for (std::size_t i = 0; i < 100; ++i) {
    p.steps[i].name = p.steps[i].output = "s" + std::to_string(i);
    for (std::size_t back = 1; back <= 2 && back <= i; ++back)
      p.steps[i].inputs.push_back("s" + std::to_string(i - back));
  }
  plan decides(p, {});
  for (std::size_t i = 0; i < 100; ++i) {
    REQUIRE(decides.ready() == std::vector<std::size_t>{i});
    decides.start(i, 0);
    decides.finish(i);
  }
  CHECK(decides.finished());
}

}  // namespace
}  // namespace chimera::jobs
