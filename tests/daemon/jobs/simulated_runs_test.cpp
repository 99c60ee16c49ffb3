// Thousands of runs of random pipelines over a backend that stalls, fails, cuts and says nothing,
// cancelled at random times. Each is decided by its seed alone.
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <catch2/catch.hpp>

#include "daemon/jobs/run_pipeline.hpp"
#include "daemon/loop/scope.hpp"
#include "recording_journal.hpp"
#include "support/world.hpp"

namespace chimera::jobs {
namespace {

using std::chrono::milliseconds;
using test::world;

class fickle_backend final : public text_generator {
 public:
  fickle_backend(world& w, std::uint64_t ill) : world_(w), ill_(ill) {}

  task<proto::result<generation>> generate(
      generation_request request, std::function<void(std::string_view)> on_token) override {
    ++open;
    const auto end = [](std::size_t* calls) { --*calls; };
    const std::unique_ptr<std::size_t, decltype(end)> guard(&open, end);
    const std::uint64_t fate = world_.roll(ill_);
    const std::uint64_t length = world_.roll(6);
    generation answer;
    answer.finish_reason = "stop";
    for (std::uint64_t i = 0; i < length; ++i) {
      co_await world_.sleep(milliseconds(world_.roll(40)));
      on_token("t");
      answer.text += "t";
      if (fate == 0) co_return proto::fail("backend.cut", request.step + " was cut");
      if (fate == 1) co_await world_.sleep(std::chrono::hours(1000));
    }
    if (fate == 2) co_return proto::fail("backend.busy", request.step + " is busy");
    if (fate == 3) co_return proto::fail("usage.wrong", request.step + " is wrong");
    answer.usage.output_tokens = length;
    co_return answer;
  }
  [[nodiscard]] std::string describe() const override { return "fickle"; }

  std::size_t open = 0;

 private:
  world& world_;
  std::uint64_t ill_;
};

proto::pipeline random_pipeline(world& w) {
  proto::pipeline p;
  p.name = "random";
  p.steps.resize(1 + w.roll(7));
  for (std::size_t i = 0; i < p.steps.size(); ++i) {
    proto::pipeline_step& s = p.steps[i];
    s.name = "s" + std::to_string(i);
    s.output = "o" + std::to_string(i);
    s.persona = "plain";
    s.prompt = "say t";
    for (std::size_t j = 0; j < i; ++j)
      if (w.roll(3) == 0) s.inputs.push_back("o" + std::to_string(j));
    if (w.roll(4) == 0) s.for_each = "questions";
    if (w.roll(6) == 0) s.when = proto::lint_condition{{"drift"}, proto::severity::warning};
    s.attempts = {static_cast<std::uint32_t>(1 + w.roll(4)), 10, 100, 0.5};
    if (w.roll(2) == 0) s.attempt_timeout_ms = 1 + static_cast<std::int64_t>(w.roll(150));
    if (w.roll(3) == 0) s.step_timeout_ms = 1 + static_cast<std::int64_t>(w.roll(400));
    if (w.roll(5) == 0) s.token_budget = 1 + w.roll(20);
  }
  if (w.roll(4) == 0) p.timeout_ms = 1 + static_cast<std::int64_t>(w.roll(1000));
  if (w.roll(5) == 0) p.token_budget = 1 + w.roll(60);
  p.report = p.steps.back().output;
  return p;
}

// One run in one world, and what is wrong with it.
struct simulation {
  explicit simulation(std::uint64_t seed) : w(seed), backend(w, 4 + w.roll(30)) {
    work = random_pipeline(w);
    personas.resize(1);
    personas[0].name = personas[0].role = "plain";
    for (std::uint64_t q = w.roll(4); q > 0; --q) {
      report::question asked;
      asked.id = std::string(1, static_cast<char>('a' + q));
      outline.questions.push_back(asked);
    }
    if (w.roll(2) == 0) {
      lints.resize(1);
      lints[0].rule = "drift";
      lints[0].level = proto::severity::warning;
    }
  }

  task<> run() {
    pipeline_inputs inputs;
    inputs.work = &work;
    inputs.personas = &personas;
    inputs.outline = &outline;
    inputs.lints = &lints;
    inputs.generator = &backend;
    inputs.time = &w;
    inputs.random = w.roll(1000);
    inputs.finished = &finished;
    inputs.attempts_before = &attempts;
    try {
      result = co_await run_pipeline(std::move(inputs), &log);
    } catch (const boost::system::system_error& e) {
      aborted = e.code() == boost::asio::error::operation_aborted;
    }
  }

  task<> cancel_at(loop::scope* job, milliseconds when) {
    co_await w.sleep(when);
    canceled = canceled || job->size() > 0;
    job->cancel();
  }

  void play(bool may_cancel) {
    loop::scope job(w.get_executor());
    loop::scope watcher(w.get_executor());
    // From inside of an event, where the run itself stands anywhere but at a wait.
    const std::size_t fatal = may_cancel && w.roll(4) == 0 ? 1 + w.roll(30) : 0;
    log.on_event = [this, &job, fatal](std::size_t number) {
      if (number != fatal) return;
      canceled = true;
      job.cancel();
    };
    job.start(run());
    if (may_cancel && w.roll(3) == 0) watcher.start(cancel_at(&job, milliseconds(w.roll(250))));
    came_to_rest = w.run(w.steps() + 100'000);
    if (!came_to_rest) return;
    judge(job.size() == 0 && watcher.size() == 0, "a child was not joined");
    judge(!job.first_error(), "the run threw");
    judge(w.sleepers() == 0, "a timer was left");
    judge(backend.open == 0, "a call was left open");
    judge_end();
  }

  void judge(bool sound, const char* what) {
    if (!sound) wrong.push_back(what);
  }

  void judge_end() {
    for (const std::string& what : log.wrong()) wrong.push_back(what);
    judge(result.has_value() != aborted, "neither a result nor an end, or both");
    judge(!aborted || canceled, "it ended as cancelled, and nobody cancelled");
    if (!result) return;
    const std::size_t failures = log.count(proto::event_type::step_failed);
    judge(result->has_value() == (failures == 0), "the result is not that of the steps");
    if (!*result) return;
    judge(log.count(proto::event_type::step_canceled) == 0, "a step of a sound run was canceled");
    std::size_t nodes = 0;
    for (const proto::pipeline_step& s : work.steps)
      nodes += s.for_each.empty() ? 1 : outline.questions.size();
    judge(log.stored.size() + finished.size() == nodes, "a step did not finish");
    judge((*result)->artifacts.size() == (*result)->steps.size(), "an artifact is missing");
  }

  world w;
  fickle_backend backend;
  proto::pipeline work;
  std::vector<proto::persona> personas;
  report::outline outline;
  std::vector<proto::lint> lints;
  std::map<std::string, finished_node> finished;
  std::map<std::string, std::uint32_t> attempts;
  recording_journal log;
  std::optional<proto::result<pipeline_outcome>> result;
  bool aborted = false;
  bool canceled = false;
  bool came_to_rest = false;
  std::vector<std::string> wrong;
};

TEST_CASE("whatever the backend does and whenever it is cancelled, a run ends well-formed") {
  std::size_t sound = 0;
  std::size_t failed = 0;
  std::size_t aborted = 0;
  for (std::uint64_t seed = 1; seed <= 4000; ++seed) {
    simulation s(seed);
    s.play(true);
    INFO("seed " << seed);
    REQUIRE(s.came_to_rest);
    REQUIRE(s.wrong == std::vector<std::string>());
    if (s.aborted)
      ++aborted;
    else
      ++(s.result->has_value() ? sound : failed);
  }
  // The seeds reach every kind of end, often.
  CHECK(sound > 400);
  CHECK(failed > 400);
  CHECK(aborted > 200);
}

TEST_CASE("the same seed gives the same run, to the last event") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    simulation first(seed);
    simulation second(seed);
    first.play(true);
    second.play(true);
    INFO("seed " << seed);
    REQUIRE(first.w.trace() == second.w.trace());
    REQUIRE(first.w.steps() == second.w.steps());
    REQUIRE(first.log.events == second.log.events);
  }
}

TEST_CASE("a run that was cut goes on with what its steps left, and runs none of them again") {
  std::size_t went_on = 0;
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    simulation first(seed);
    first.play(true);
    if (!first.aborted) continue;
    simulation second(seed);
    second.work = first.work;
    second.outline = first.outline;
    second.lints = first.lints;
    for (const store::stored_step& step : first.log.stored) {
      auto node = read_record(step);
      REQUIRE(node);
      second.finished.emplace(step.step, std::move(*node));
    }
    for (const proto::event& e : first.log.events)
      if (e.type == proto::event_type::step_started) second.attempts[e.step] = e.attempt;
    second.play(false);
    INFO("seed " << seed);
    REQUIRE(second.came_to_rest);
    REQUIRE(second.wrong == std::vector<std::string>());
    for (const store::stored_step& step : second.log.stored)
      REQUIRE_FALSE(first.log.has_finished(step.step));
    if (second.result->has_value()) ++went_on;
  }
  CHECK(went_on > 20);
}

}  // namespace
}  // namespace chimera::jobs
