#include "daemon/service/step_outline.hpp"

#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <catch2/catch.hpp>

namespace chimera::service {
namespace {

using proto::job_state;

// collect -> analyse (once a question) -> report -> review
proto::pipeline chain() {
  proto::pipeline p;
  const auto add = [&p](const char* name, std::vector<std::string> inputs, const char* output,
                        const char* for_each = "") {
    proto::pipeline_step step;
    step.name = name;
    step.persona = std::string("P-") + name;
    step.inputs = std::move(inputs);
    step.output = output;
    step.for_each = for_each;
    p.steps.push_back(std::move(step));
  };
  add("collect", {"dataset"}, "inventory");
  add("analyse", {"dataset", "inventory"}, "analysis", "questions");
  add("report", {"inventory", "analysis"}, "draft");
  add("review", {"dataset", "draft"}, "reviewed");
  return p;
}

struct known {
  std::string name;
  std::string state;
};

std::vector<std::string> outline(const std::vector<known>& begun, job_state state) {
  std::vector<jobs::step_view> views;
  for (const known& k : begun) {
    jobs::step_view view;
    view.name = k.name;
    view.state = k.state;
    views.push_back(std::move(view));
  }
  std::vector<std::string> lines;
  for (const jobs::step_view& view : outline_steps(chain(), std::move(views), state)) {
    const std::string step = view.name.substr(0, view.name.find('/'));
    CHECK(view.persona == (step == "collector" ? "" : "P-" + step));
    lines.push_back(fmt::format("{} {} {}", view.name, view.state, fmt::join(view.waits_for, ",")));
  }
  return lines;
}

struct outline_case {
  std::string name;
  std::vector<known> begun;
  job_state state;
  std::vector<std::string> lines;
};

TEST_CASE("the steps of a job are those of its pipeline, whatever has begun") {
  const std::vector<outline_case> cases = {
      {"nothing has begun",
       {},
       job_state::queued,
       {"collect pending ", "analyse pending collect", "report pending collect,analyse",
        "review pending report"}},
      {"questions are known",
       {{"collect", "completed"}, {"analyse/a", "completed"}, {"analyse/b", "running"}},
       job_state::running,
       {"collect completed ", "analyse/a completed ", "analyse/b running ",
        "report pending analyse", "review pending report"}},
      {"what is behind a failed step is blocked, however far",
       {{"collect", "completed"}, {"analyse/a", "failed"}, {"analyse/b", "running"}},
       job_state::running,
       {"collect completed ", "analyse/a failed ", "analyse/b running ", "report blocked analyse",
        "review blocked report"}},
      {"there are no questions",
       {{"collect", "completed"}, {"report", "running"}},
       job_state::running,
       {"collect completed ", "report running ", "review pending report"}},
      {"a job that completed waits for nothing",
       {{"collect", "completed"}, {"report", "completed"}, {"review", "completed"}},
       job_state::completed,
       {"collect completed ", "report completed ", "review completed "}},
      {"a job that ended before they began",
       {{"collect", "failed"}},
       job_state::failed,
       {"collect failed ", "analyse canceled ", "report canceled ", "review canceled "}},
      {"a name that the pipeline has not is kept",
       {{"collect", "running"}, {"collector", "running"}},
       job_state::running,
       {"collect running ", "analyse pending collect", "report pending collect,analyse",
        "review pending report", "collector running "}}};
  for (const outline_case& c : cases) {
    INFO(c.name);
    CHECK(outline(c.begun, c.state) == c.lines);
  }
}

}  // namespace
}  // namespace chimera::service
