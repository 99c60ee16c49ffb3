#include "daemon/service/step_outline.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace chimera::service {
namespace {

using jobs::step_view;
using proto::pipeline_step;

// What is known of one step of the pipeline: its runs, one or one for each question.
struct group {
  const pipeline_step* step = nullptr;
  std::vector<step_view> runs;
  bool blocked = false;
};

bool is_run_of(std::string_view run, std::string_view step) {
  return run == step ||
         (run.starts_with(step) && run.size() > step.size() && run[step.size()] == '/');
}

bool is_over(const step_view& run) { return run.state == "completed" || run.state == "skipped"; }

bool is_stuck(const step_view& run) { return run.state == "failed" || run.state == "canceled"; }

bool takes(const group& g, const std::string& output) {
  return std::ranges::find(g.step->inputs, output) != g.step->inputs.end();
}

// Blocked is also what waits for the blocked, however far.
void find_blocked(std::vector<group>& all) {
  for (bool more = true; more;) {
    more = false;
    for (group& g : all) {
      if (g.blocked || !g.runs.empty()) continue;
      const auto stops = [&g](const group& maker) {
        return takes(g, maker.step->output) &&
               (maker.blocked || std::ranges::any_of(maker.runs, is_stuck));
      };
      g.blocked = std::ranges::any_of(all, stops);
      more = more || g.blocked;
    }
  }
}

step_view not_begun(const group& g, const std::vector<group>& all, bool job_ended) {
  step_view view;
  view.name = g.step->name;
  view.persona = g.step->persona;
  view.state = job_ended ? "canceled" : g.blocked ? "blocked" : "pending";
  if (job_ended) return view;
  for (const group& maker : all)
    if (takes(g, maker.step->output) &&
        (maker.runs.empty() || !std::ranges::all_of(maker.runs, is_over)))
      view.waits_for.push_back(maker.step->name);
  return view;
}

}  // namespace

std::vector<step_view> outline_steps(const proto::pipeline& p, std::vector<step_view> begun,
                                     proto::job_state state) {
  std::vector<group> all;
  for (const pipeline_step& step : p.steps) all.push_back({&step, {}, false});
  std::vector<step_view> others;
  for (step_view& run : begun) {
    const auto of = std::ranges::find_if(
        all, [&run](const group& g) { return is_run_of(run.name, g.step->name); });
    if (run.persona.empty() && of != all.end()) run.persona = of->step->persona;
    (of == all.end() ? others : of->runs).push_back(std::move(run));
  }
  find_blocked(all);
  std::vector<step_view> views;
  for (const group& g : all) {
    const bool followed = std::ranges::any_of(
        all, [&g](const group& next) { return takes(next, g.step->output) && !next.runs.empty(); });
    const bool done_without = state == proto::job_state::completed || followed;
    if (g.runs.empty() && !done_without)
      views.push_back(not_begun(g, all, proto::is_terminal(state)));
    views.insert(views.end(), g.runs.begin(), g.runs.end());
  }
  std::ranges::move(others, std::back_inserter(views));
  return views;
}

}  // namespace chimera::service
