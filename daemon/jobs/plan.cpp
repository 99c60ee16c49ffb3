#include "daemon/jobs/plan.hpp"

#include <algorithm>

namespace chimera::jobs {

plan::plan(const proto::pipeline& p, const std::vector<std::string>& question_ids) {
  for (std::size_t s = 0; s < p.steps.size(); ++s) {
    const proto::pipeline_step& step = p.steps[s];
    std::vector<std::size_t>& makers = inputs_.emplace_back();
    for (const std::string& input : step.inputs) {
      const auto maker = std::ranges::find(p.steps, input, &proto::pipeline_step::output);
      if (maker != p.steps.end())
        makers.push_back(static_cast<std::size_t>(maker - p.steps.begin()));
    }
    if (step.for_each.empty()) {
      nodes_.push_back({s, node::no_question, step.name, step.output, node::state::waiting});
      continue;
    }
    for (std::size_t q = 0; q < question_ids.size(); ++q)
      nodes_.push_back({s, q, step.name + '/' + question_ids[q],
                        step.output + '/' + question_ids[q], node::state::waiting});
  }
}

std::vector<std::size_t> plan::ready() const {
  std::vector<std::size_t> indices;
  for (std::size_t i = 0; i < nodes_.size(); ++i)
    if (nodes_[i].at == node::state::waiting && inputs_exist(nodes_[i].step)) indices.push_back(i);
  return indices;
}

void plan::start(std::size_t index) { nodes_[index].at = node::state::running; }

void plan::finish(std::size_t index) { nodes_[index].at = node::state::done; }

bool plan::finished() const {
  return std::ranges::all_of(nodes_, [](const node& n) { return n.at == node::state::done; });
}

std::vector<std::size_t> plan::sources_of(std::size_t index) const {
  std::vector<std::size_t> sources;
  for (const std::size_t maker : inputs_[nodes_[index].step])
    for (std::size_t i = 0; i < nodes_.size(); ++i)
      if (nodes_[i].step == maker) sources.push_back(i);
  return sources;
}

// A sound pipeline has no cycle, so this ends.
bool plan::step_done(std::size_t step) const {
  const bool nodes_done = std::ranges::all_of(
      nodes_, [&](const node& n) { return n.step != step || n.at == node::state::done; });
  return nodes_done && inputs_exist(step);
}

bool plan::inputs_exist(std::size_t step) const {
  return std::ranges::all_of(inputs_[step], [this](std::size_t maker) { return step_done(maker); });
}

}  // namespace chimera::jobs
