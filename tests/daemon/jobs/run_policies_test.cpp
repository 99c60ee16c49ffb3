// What a run does about failures, deadlines, budgets and conditions, told by its events.
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "daemon/jobs/run_pipeline.hpp"
#include "daemon/loop/scope.hpp"
#include "recording_journal.hpp"
#include "support/world.hpp"

namespace chimera::jobs {
namespace {

using list = std::vector<std::string>;
using std::chrono::milliseconds;

// Each call plays the next act of its step: "text", "!code" (a failure after one token) or
// "..." (a token, then silence).
class actor final : public text_generator {
 public:
  explicit actor(test::world& w) : world_(w) {}
  task<proto::result<generation>> generate(
      generation_request request, std::function<void(std::string_view)> on_token) override {
    asked.push_back(request);
    list& acts = script[request.step];
    const std::string act = acts.empty() ? "fine" : acts.front();
    if (!acts.empty()) acts.erase(acts.begin());
    co_await world_.sleep(milliseconds(10));
    if (act.starts_with("!")) {
      on_token("half");
      co_return proto::fail(act.substr(1), request.step + " broke");
    }
    generation answer;
    answer.text = act;
    for (const char c : act) {
      on_token(std::string_view(&c, 1));
      co_await world_.sleep(act == "..." ? std::chrono::hours(9) : std::chrono::hours(0));
    }
    co_return answer;
  }
  [[nodiscard]] std::string describe() const override { return "actor"; }
  std::map<std::string, list> script;
  std::vector<generation_request> asked;

 private:
  test::world& world_;
};

struct stage {
  test::world w{1};
  actor backend{w};
  proto::pipeline work;
  std::vector<proto::persona> personas;
  recording_journal log;
  pipeline_inputs inputs;
  std::optional<proto::result<pipeline_outcome>> result;

  // ask -> answer
  stage() {
    personas.resize(1);
    personas[0].name = "Plain";
    personas[0].role = "plain";
    personas[0].model = "default";
    work.name = "p";
    work.steps.resize(2);
    work.steps[0] = {"ask", "Plain", {}, "question", "", 1, "What is it?"};
    work.steps[1] = {"answer", "Plain", {"question"}, "reply", "", 2, "Answer this."};
    work.report = "reply";
    inputs.work = &work;
    inputs.personas = &personas;
    inputs.generator = &backend;
    inputs.time = &w;
  }

  task<> run() { result = co_await run_pipeline(inputs, &log); }

  void play() {
    loop::scope job(w.get_executor());
    job.start(run());
    REQUIRE(w.run(10'000));
    REQUIRE(log.wrong() == list());
    REQUIRE(result);
  }

  // The types of the events of `step`, without tokens.
  [[nodiscard]] list events_of(const std::string& step) const {
    static const std::map<proto::event_type, std::string> names = {
        {proto::event_type::step_ready, "ready"},
        {proto::event_type::step_started, "started"},
        {proto::event_type::handoff, "handoff"},
        {proto::event_type::message_started, "message"},
        {proto::event_type::message_completed, "said"},
        {proto::event_type::llm_usage, "usage"},
        {proto::event_type::step_attempt_discarded, "discarded"},
        {proto::event_type::step_retrying, "retrying"},
        {proto::event_type::artifact_created, "artifact"},
        {proto::event_type::step_completed, "completed"},
        {proto::event_type::step_failed, "failed"},
        {proto::event_type::step_skipped, "skipped"},
        {proto::event_type::step_canceled, "canceled"},
        {proto::event_type::budget_warning, "warning"}};
    list found;
    for (const proto::event& e : log.events)
      if (e.step == step && names.contains(e.type)) found.push_back(names.at(e.type));
    return found;
  }
};

TEST_CASE("the events of a run tell each step from ready to completed") {
  stage s;
  s.play();
  REQUIRE(s.result->has_value());
  CHECK(s.events_of("ask") ==
        list{"ready", "started", "message", "said", "usage", "artifact", "completed"});
  CHECK(s.events_of("answer") ==
        list{"ready", "started", "handoff", "message", "said", "usage", "artifact", "completed"});
  CHECK((*s.result)->artifacts[1].markdown == "fine");
}

TEST_CASE("a plain prompt is what the step asks, with its inputs fenced behind it") {
  stage s;
  s.personas[0].instructions = "Be brief.";
  s.inputs.model = "gemma";
  s.inputs.options = {{"seed", "7"}};
  s.backend.script["ask"] = {"text of ask, 7 of them"};
  s.play();
  const generation_request& asked = s.backend.asked.at(1);
  CHECK(asked.system == "Be brief.");
  CHECK(asked.prompt ==
        "Answer this.\n\nFROM THE STEPS BEFORE, in full, question:\n~~~~\ntext of ask, 7 of "
        "them\n~~~~\n");
  CHECK(asked.model == "gemma");
  CHECK(asked.options == std::map<std::string, std::string>{{"seed", "7"}});
}

TEST_CASE("a failure that may pass is tried again after its wait, and what it sent discarded") {
  stage s;
  s.work.steps[0].attempts = {3, 100, 1000, 0};
  s.backend.script["ask"] = {"!backend.cut", "!backend.cut", "good"};
  s.play();
  REQUIRE(s.result->has_value());
  CHECK(s.events_of("ask") == list{"ready", "started", "message", "discarded", "retrying",
                                   "started", "message", "discarded", "retrying", "started",
                                   "message", "said", "usage", "artifact", "completed"});
  CHECK(s.w.now() == milliseconds(10 + 100 + 10 + 200 + 10 + 10));
  CHECK(s.log.stored[0].attempt == 3);
}

TEST_CASE("an attempt that outlasts its deadline is cut and tried again") {
  stage s;
  s.work.steps[0].attempts = {2, 100, 100, 0};
  s.work.steps[0].attempt_timeout_ms = 500;
  s.backend.script["ask"] = {"..."};
  s.play();
  REQUIRE(s.result->has_value());
  CHECK(s.events_of("ask") == list{"ready", "started", "message", "discarded", "retrying",
                                   "started", "message", "said", "usage", "artifact", "completed"});
  CHECK(s.w.now() == milliseconds(500 + 100 + 10 + 10));
}

TEST_CASE("deadlines of step and job, and budgets, end the run with their problem") {
  struct limit_case {
    std::string name;
    std::function<void(stage&)> set;
    std::string code;
  };
  const std::vector<limit_case> cases = {
      {"step", [](stage& s) { s.work.steps[0].step_timeout_ms = 50; }, "deadline.step"},
      {"pipeline", [](stage& s) { s.work.timeout_ms = 50; }, "deadline.job"},
      {"seconds", [](stage& s) { s.work.seconds_budget = 1; }, "budget.exceeded"},
      {"job", [](stage& s) { s.inputs.remaining = milliseconds(50); }, "deadline.job"},
      {"attempt", [](stage& s) { s.work.steps[0].attempt_timeout_ms = 50; }, "deadline.attempt"}};
  for (const limit_case& c : cases) {
    INFO(c.name);
    stage s;
    c.set(s);
    s.backend.script["ask"] = {"..."};
    s.play();
    REQUIRE_FALSE(s.result->has_value());
    CHECK(s.result->error().code == c.code);
    CHECK(s.events_of("ask") == list{"ready", "started", "message", "failed"});
    CHECK(s.events_of("answer") == list{"canceled"});
    CHECK(s.w.now() <= std::chrono::seconds(1));
    CHECK(s.w.sleepers() == 0);
  }
}

TEST_CASE("a token budget warns, then cuts the generation at once") {
  stage s;
  s.work.steps[0].token_budget = 10;
  s.backend.script["ask"] = {"abcdefghijklmnopqrstuvwxyz"};
  s.play();
  REQUIRE_FALSE(s.result->has_value());
  CHECK(s.result->error().code == "budget.exceeded");
  CHECK(s.events_of("ask") == list{"ready", "started", "message", "warning", "failed"});
  CHECK(s.log.count(proto::event_type::token_delta) == 11);
}

TEST_CASE("a step without its lint is skipped and told so") {
  stage s;
  s.work.steps[0].when = proto::lint_condition{{"drift"}, proto::severity::info};
  s.play();
  REQUIRE(s.result->has_value());
  CHECK(s.events_of("ask") == list{"skipped"});
  CHECK(s.log.stored[0].state == "skipped");
  CHECK(s.backend.asked.at(0).prompt == "Answer this.\n");
  CHECK((*s.result)->artifacts.size() == 1);
  CHECK((*s.result)->calls.size() == 1);
}

TEST_CASE("a failure that does not pass is not tried again") {
  stage s;
  s.work.steps[0].attempts.max = 5;
  s.backend.script["ask"] = {"!usage.wrong"};
  s.play();
  CHECK(s.result->error().title == "ask broke");
  CHECK(s.events_of("ask") == list{"ready", "started", "message", "failed"});
}

TEST_CASE("a run that goes on has the calls of both lives, and numbers attempts on") {
  stage first;
  first.backend.script["answer"] = {"!usage.wrong"};
  first.play();
  REQUIRE_FALSE(first.result->has_value());
  std::map<std::string, finished_node> finished;
  for (const store::stored_step& step : first.log.stored) finished[step.step] = *read_record(step);
  REQUIRE(finished.size() == 1);
  const std::map<std::string, std::uint32_t> attempts = {{"ask", 1}, {"answer", 1}};
  stage second;
  second.inputs.finished = &finished;
  second.inputs.attempts_before = &attempts;
  second.play();
  REQUIRE(second.result->has_value());
  CHECK(second.events_of("ask") == list());
  CHECK(second.log.stored.at(0).attempt == 2);
  const pipeline_outcome& all = **second.result;
  REQUIRE(all.calls.size() == 2);
  CHECK(all.calls[0].request.prompt == first.backend.asked[0].prompt);
  CHECK(all.calls[0].answer.text == "fine");
}

}  // namespace
}  // namespace chimera::jobs
