#include "daemon/jobs/run_pipeline.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "daemon/loop/scope.hpp"

namespace chimera::jobs {
namespace {

namespace asio = boost::asio;
using list = std::vector<std::string>;

class still_clock final : public clock {
 public:
  [[nodiscard]] std::chrono::nanoseconds now() const override { return {}; }
  [[nodiscard]] std::chrono::system_clock::time_point today() const override { return {}; }
  [[nodiscard]] task<> sleep(std::chrono::nanoseconds /*duration*/) const override { co_return; }
};

// Writes down how steps end, and what is wrong with what they made.
class spoken_journal final : public journal {
 public:
  explicit spoken_journal(list& said) : said_(said) {}
  void append(proto::event e) override {
    if (e.type == proto::event_type::step_failed) said_.push_back(e.step + " failed");
    if (e.type == proto::event_type::claim_unresolved) said_.push_back(e.step + " unproven");
  }
  void finish(store::finish_step step, std::vector<proto::event> events,
              std::vector<store::put_artifact> /*made*/) override {
    const auto data = nlohmann::json::parse(events.back().data);
    said_.push_back(step.step + " done " + data.at("done").dump() + "/" + data.at("of").dump());
  }
  [[nodiscard]] task<proto::result<void>> synced() override { co_return proto::result<void>(); }

 private:
  list& said_;
};

const std::string a_report =
    "### Verdict\n\ntext of report\n\n### Key findings\n\n### Recommendations";

// Answers each step as its script says: a text, "fail", "throw", or "wait" for ever. Writes down
// what happens.
class scripted final : public text_generator {
 public:
  explicit scripted(list& said) : said_(said) {}
  std::map<std::string, std::string> script;
  std::map<std::string, std::string> prompts;

  task<proto::result<generation>> generate(
      generation_request request, std::function<void(std::string_view)> on_token) override {
    prompts[request.step] = request.prompt;
    said_.push_back(request.step + " asked");
    const auto entry = script.find(request.step);
    const std::string usual = request.step == "report" ? a_report : "text of " + request.step;
    const std::string what = entry == script.end() ? usual : entry->second;
    const auto executor = co_await asio::this_coro::executor;
    co_await asio::post(executor, loop::as_result);
    if (what == "fail") co_return proto::fail("test.fail", request.step + " broke");
    if (what == "throw") throw std::runtime_error(request.step + " threw");
    if (what == "wait") {
      asio::steady_timer timer(executor, asio::steady_timer::time_point::max());
      try {
        co_await timer.async_wait(asio::use_awaitable);
      } catch (const boost::system::system_error&) {
        said_.push_back(request.step + " stopped");
        throw;
      }
    }
    on_token(what);
    generation answer;
    answer.text = what;
    co_return answer;
  }
  [[nodiscard]] std::string describe() const override { return "script"; }

 private:
  list& said_;
};

struct bench {
  asio::io_context context;
  list said;
  scripted generator{said};
  still_clock time;
  proto::pipeline work;
  std::vector<proto::persona> personas{3};
  report::outline outline;
  loop::scope job{context.get_executor()};
  std::optional<proto::result<pipeline_outcome>> result;
  bool aborted = false;

  bench() {
    const char* roles[] = {"collector", "analyst", "reporter"};
    for (std::size_t i = 0; i < 3; ++i) personas[i].name = personas[i].role = roles[i];
    work.steps.resize(3);
    work.steps[0] = {"collect", "collector", {"dataset"}, "inventory", "", 1};
    work.steps[1] = {"analyse", "analyst", {"dataset", "inventory"}, "analysis", "questions", 2};
    work.steps[2] = {"report", "reporter", {"inventory", "analysis"}, "draft", "", 3};
    work.report = "draft";
    for (const char* id : {"a", "b"}) {
      report::question q;
      q.id = id;
      q.title = std::string("What of ") + id + "?";
      outline.questions.push_back(q);
    }
  }

  task<> run() {
    pipeline_inputs inputs;
    inputs.work = &work;
    inputs.personas = &personas;
    inputs.outline = &outline;
    inputs.generator = &generator;
    inputs.time = &time;
    spoken_journal log(said);
    try {
      result = co_await run_pipeline(std::move(inputs), &log);
    } catch (const boost::system::system_error& e) {
      aborted = e.code() == asio::error::operation_aborted;
    }
  }

  void start() {
    job.start(run());
    context.run();
    REQUIRE(job.size() == 0);
  }

  // Cancels the job once `word` was said.
  task<> cancel_after(std::string word) {
    while (std::ranges::find(said, word) == said.end())
      co_await asio::post(co_await asio::this_coro::executor, loop::as_result);
    job.cancel();
  }
};

TEST_CASE("steps run in the order of their inputs, questions side by side") {
  bench b;
  b.start();
  REQUIRE(b.result);
  REQUIRE(b.result->has_value());
  CHECK(b.said == list{"collect asked", "collect done 1/4", "analyse/a asked", "analyse/b asked",
                       "analyse/a done 2/4", "analyse/b done 3/4", "report asked",
                       "report done 4/4"});
}

TEST_CASE("the outcome stands in the order of the plan, with artifacts by name") {
  bench b;
  b.start();
  REQUIRE(b.result->has_value());
  list names;
  for (const roles::artifact& a : (*b.result)->artifacts)
    names.push_back(a.name + ": " + a.markdown);
  CHECK(names == list{"inventory: text of collect", "analysis/a: text of analyse/a",
                      "analysis/b: text of analyse/b", "draft: " + a_report});
  list calls;
  for (const roles::call_record& c : (*b.result)->calls) calls.push_back(c.step);
  CHECK(calls == list{"collect", "analyse/a", "analyse/b", "report"});
}

TEST_CASE("each step is handed the artifacts that it asks for") {
  bench b;
  b.start();
  using Catch::Contains;
  CHECK_THAT(b.generator.prompts["collect"], !Contains("FROM THE STEPS BEFORE"));
  CHECK_THAT(b.generator.prompts["analyse/a"], Contains("text of collect"));
  CHECK_THAT(b.generator.prompts["analyse/a"], Contains("QUESTION: What of a?"));
  CHECK_THAT(b.generator.prompts["analyse/b"], Contains("QUESTION: What of b?"));
  CHECK_THAT(b.generator.prompts["report"], Contains("text of collect"));
  CHECK_THAT(b.generator.prompts["report"], Contains("text of analyse/a"));
  CHECK_THAT(b.generator.prompts["report"], Contains("text of analyse/b"));
}

TEST_CASE("a step that fails fails the job, and the others are cancelled and waited for") {
  bench b;
  b.generator.script = {{"analyse/a", "fail"}, {"analyse/b", "wait"}};
  b.start();
  REQUIRE(b.result);
  REQUIRE_FALSE(b.result->has_value());
  CHECK(b.result->error().title == "analyse/a broke");
  CHECK(b.said == list{"collect asked", "collect done 1/4", "analyse/a asked", "analyse/b asked",
                       "analyse/a failed", "analyse/b stopped"});
}

TEST_CASE("an answer without text fails the job by name") {
  bench b;
  b.generator.script = {{"collect", "\n \n"}};
  b.start();
  REQUIRE_FALSE(b.result->has_value());
  CHECK(b.result->error().title == "step 'collect': script answered with nothing");
}

TEST_CASE("an exception of a step ends the job and the steps beside it") {
  bench b;
  b.generator.script = {{"analyse/a", "throw"}, {"analyse/b", "wait"}};
  b.start();
  CHECK_FALSE(b.result);
  CHECK(b.said.back() == "analyse/b stopped");
  REQUIRE(b.job.first_error());
  CHECK_THROWS_WITH(std::rethrow_exception(b.job.first_error()), "analyse/a threw");
}

TEST_CASE("cancelling the job stops and joins every step") {
  bench b;
  b.generator.script = {{"analyse/a", "wait"}, {"analyse/b", "wait"}};
  loop::scope watcher(b.context.get_executor());
  watcher.start(b.cancel_after("analyse/b asked"));
  b.start();
  CHECK_FALSE(b.result);
  CHECK(b.aborted);
  CHECK(std::ranges::find(b.said, "analyse/a stopped") != b.said.end());
  CHECK(std::ranges::find(b.said, "report asked") == b.said.end());
}

TEST_CASE("a critic hands the draft on or has it written anew; claims are told of new text only") {
  const auto [script, heard, made] =
      GENERATE_COPY(table<std::map<std::string, std::string>, list, std::string>({
          {{{"review", "NONE"}}, {"review asked"}, a_report},
          {{{"review", "- OBJECTION: \"no such text\" -- wrong"}}, {"review asked"}, a_report},
          {{{"review", "- OBJECTION: \"text of report\" -- wrong"}},
           {"review asked", "review/revise asked"},
           a_report},
          {{{"review", "- OBJECTION: \"text of report\" -- wrong"},
            {"review/revise", "### Verdict\n\nNew.\n\n### Key findings\n\n### Recommendations"}},
           {"review asked", "review/revise asked"},
           "### Verdict\n\nNew.\n\n### Key findings\n\n### Recommendations"},
      }));
  bench b;
  b.outline.questions.clear();
  b.personas.emplace_back();
  b.personas.back().name = b.personas.back().role = "critic";
  b.work.steps.push_back({"review", "critic", {"dataset", "draft"}, "reviewed", "", 4});
  b.work.report = "reviewed";
  b.generator.script = script;
  b.start();
  REQUIRE(b.result->has_value());
  CHECK((*b.result)->artifacts.back().name == "reviewed");
  CHECK((*b.result)->artifacts.back().markdown.starts_with(made));
  list all = {"collect asked", "collect done 1/3", "report asked", "report done 2/3"};
  all.insert(all.end(), heard.begin(), heard.end());
  all.emplace_back("review done 3/3");
  CHECK(b.said == all);
}

TEST_CASE("without questions the report is written from the inventory alone") {
  bench b;
  b.outline.questions.clear();
  b.start();
  REQUIRE(b.result->has_value());
  CHECK(b.said == list{"collect asked", "collect done 1/2", "report asked", "report done 2/2"});
}

}  // namespace
}  // namespace chimera::jobs
