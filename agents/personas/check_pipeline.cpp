#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "agents/personas/persona_file.hpp"

namespace chimera::personas {
namespace {

using proto::pipeline;
using proto::pipeline_step;

std::unexpected<proto::problem> refuse(const pipeline& p, std::uint64_t line, std::string field,
                                       std::string title, std::string detail,
                                       std::string allowed = {}) {
  proto::problem problem;
  problem.code = "pipeline.invalid";
  problem.title = std::move(title);
  problem.detail = std::move(detail);
  problem.file = p.file;
  problem.line = line;
  problem.field = std::move(field);
  problem.allowed = std::move(allowed);
  return std::unexpected(std::move(problem));
}

std::string meant(std::string_view word, const std::vector<std::string>& allowed) {
  const std::string near = nearest(word, allowed);
  return near.empty() ? std::string() : fmt::format("did you mean '{}'?", near);
}

std::string field_of(const pipeline& p, const pipeline_step& step, std::string_view name) {
  return fmt::format("steps[{}].{}", &step - p.steps.data(), name);
}

std::vector<std::string> outputs_of(const pipeline& p) {
  std::vector<std::string> names;
  names.reserve(p.steps.size());
  for (const pipeline_step& step : p.steps) names.push_back(step.output);
  return names;
}

proto::result<void> check_names(const pipeline& p, const std::vector<proto::persona>& personas) {
  std::vector<std::string> known;
  known.reserve(personas.size());
  for (const proto::persona& who : personas) known.push_back(who.name);
  for (std::size_t i = 0; i < p.steps.size(); ++i) {
    const pipeline_step& step = p.steps[i];
    const std::string field = fmt::format("steps[{}].", i);
    if (std::ranges::find(known, step.persona) == known.end())
      return refuse(p, step.line, field + "persona",
                    fmt::format("no persona is named '{}'", step.persona),
                    meant(step.persona, known), fmt::format("{}", fmt::join(known, ", ")));
    for (std::size_t j = 0; j < i; ++j) {
      if (p.steps[j].name == step.name)
        return refuse(p, step.line, field + "name",
                      fmt::format("a second step is named '{}'", step.name), "rename one of them");
      if (p.steps[j].output == step.output)
        return refuse(p, step.line, field + "output",
                      fmt::format("steps '{}' and '{}' both make '{}'", p.steps[j].name, step.name,
                                  step.output),
                      "rename one of the outputs");
    }
  }
  return {};
}

proto::result<void> check_artifacts(const pipeline& p) {
  const std::vector<std::string> outputs = outputs_of(p);
  std::vector<std::string> inputs = outputs;
  inputs.insert(inputs.begin(), "dataset");
  for (std::size_t i = 0; i < p.steps.size(); ++i)
    for (std::size_t j = 0; j < p.steps[i].inputs.size(); ++j) {
      const std::string& input = p.steps[i].inputs[j];
      if (std::ranges::find(inputs, input) == inputs.end())
        return refuse(p, p.steps[i].line, fmt::format("steps[{}].inputs[{}]", i, j),
                      fmt::format("no step makes '{}'", input), meant(input, inputs),
                      fmt::format("{}", fmt::join(inputs, ", ")));
    }
  const auto maker = std::ranges::find(p.steps, p.report, &pipeline_step::output);
  if (maker == p.steps.end())
    return refuse(p, 0, "report", fmt::format("no step makes '{}'", p.report),
                  meant(p.report, outputs), fmt::format("{}", fmt::join(outputs, ", ")));
  if (!maker->for_each.empty())
    return refuse(p, 0, "report",
                  fmt::format("step '{}' runs once a question, a report is one text", maker->name),
                  "add a step that joins its outputs");
  for (const pipeline_step& step : p.steps) {
    const bool taken = std::ranges::any_of(p.steps, [&](const pipeline_step& other) {
      return std::ranges::find(other.inputs, step.output) != other.inputs.end();
    });
    if (!taken && step.output != p.report)
      return refuse(p, step.line, field_of(p, step, "output"),
                    fmt::format("no step takes '{}'", step.output),
                    "add it to the inputs of a step, or remove the step that makes it");
  }
  return {};
}

// Takes away steps whose inputs exist until none is left or none can be taken: what stays has a
// cycle.
proto::result<void> check_order(const pipeline& p) {
  std::vector<const pipeline_step*> waiting;
  waiting.reserve(p.steps.size());
  for (const pipeline_step& step : p.steps) waiting.push_back(&step);
  const auto must_wait = [&](const pipeline_step* step) {
    return std::ranges::any_of(step->inputs, [&](const std::string& input) {
      return std::ranges::any_of(
          waiting, [&](const pipeline_step* other) { return other->output == input; });
    });
  };
  for (;;) {
    const auto ready = std::ranges::find_if_not(waiting, must_wait);
    if (ready == waiting.end()) break;
    waiting.erase(ready);
  }
  if (waiting.empty()) return {};
  std::vector<std::string> names;
  names.reserve(waiting.size());
  for (const pipeline_step* step : waiting) names.push_back(step->name);
  return refuse(p, waiting.front()->line, field_of(p, *waiting.front(), "inputs"),
                fmt::format("steps wait for each other: {}", fmt::join(names, ", ")),
                "let one of them do without the output of the others");
}

proto::result<void> check_plain_step(const pipeline& p, std::size_t index) {
  const pipeline_step& step = p.steps[index];
  const std::string field = fmt::format("steps[{}].", index);
  if (step.prompt.empty())
    return refuse(p, step.line, field + "prompt",
                  fmt::format("'{}' has the role plain and is asked nothing", step.persona),
                  "add a prompt");
  if (std::ranges::find(step.inputs, "dataset") != step.inputs.end())
    return refuse(p, step.line, field + "inputs",
                  fmt::format("'{}' has the role plain and reads no dataset", step.persona),
                  "give it the output of a step that does");
  if (!step.for_each.empty())
    return refuse(p, step.line, field + "for_each",
                  fmt::format("'{}' has the role plain and knows no questions", step.persona),
                  "remove it");
  if (step.output == p.report && needs_dataset(p))
    return refuse(p, 0, "report",
                  fmt::format("'{}' has the role plain: its numbers are not checked", step.persona),
                  "let a reporter write the report");
  return {};
}

// A critic hands on what it reviews: one text with the parts of a report, which must exist.
proto::result<void> check_critic_step(const pipeline& p, std::size_t index,
                                      const std::vector<proto::persona>& personas) {
  const pipeline_step& step = p.steps[index];
  const std::string field = fmt::format("steps[{}].", index);
  const auto dataset = std::ranges::count(step.inputs, "dataset");
  if (dataset != 1 || step.inputs.size() != 2)
    return refuse(p, step.line, field + "inputs",
                  fmt::format("'{}' is a critic: it takes the dataset and one draft", step.persona),
                  "name 'dataset' and the output of a reporter");
  if (!step.for_each.empty())
    return refuse(p, step.line, field + "for_each",
                  fmt::format("'{}' is a critic and reviews one draft", step.persona), "remove it");
  const std::string& draft = step.inputs[step.inputs.front() == "dataset" ? 1 : 0];
  const auto maker = std::ranges::find(p.steps, draft, &pipeline_step::output);
  const auto writer = std::ranges::find(personas, maker->persona, &proto::persona::name);
  if ((writer->role != "reporter" && writer->role != "critic") || !maker->for_each.empty())
    return refuse(
        p, step.line, field + "inputs",
        fmt::format("'{}' is a critic, and '{}' is no draft of a report", step.persona, draft),
        "name the output of a reporter");
  if (maker->when)
    return refuse(p, maker->line, field_of(p, *maker, "when"),
                  fmt::format("step '{}' makes what '{}' reviews and cannot be skipped",
                              maker->name, step.name),
                  "put the condition on another step");
  return {};
}

// What each role may be asked, and which steps may be left out.
proto::result<void> check_roles(const pipeline& p, const std::vector<proto::persona>& personas) {
  for (std::size_t i = 0; i < p.steps.size(); ++i) {
    const pipeline_step& step = p.steps[i];
    const std::string field = fmt::format("steps[{}].", i);
    const auto who = std::ranges::find(personas, step.persona, &proto::persona::name);
    if (who->role == "plain") {
      if (auto plain = check_plain_step(p, i); !plain) return plain;
    } else if (!step.prompt.empty()) {
      return refuse(p, step.line, field + "prompt",
                    fmt::format("'{}' is a {}: what it is asked comes from the dataset",
                                step.persona, who->role),
                    "remove the prompt, or name a persona of the role plain");
    } else if (step.inputs.empty() || !needs_dataset(p)) {
      return refuse(p, step.line, field + "inputs",
                    fmt::format("'{}' works on a dataset, and no step takes it", step.persona),
                    "add 'dataset' to the inputs");
    }
    if (who->role == "critic")
      if (auto critic = check_critic_step(p, i, personas); !critic) return critic;
    if (step.when && step.output == p.report)
      return refuse(p, step.line, field + "when",
                    fmt::format("step '{}' makes the report and cannot be skipped", step.name),
                    "put the condition on another step");
  }
  return {};
}

}  // namespace

bool needs_dataset(const pipeline& p) {
  return std::ranges::any_of(p.steps, [](const pipeline_step& step) {
    return !step.for_each.empty() || step.when ||
           std::ranges::find(step.inputs, "dataset") != step.inputs.end();
  });
}

proto::result<void> check_pipeline(const pipeline& p, const std::vector<proto::persona>& personas) {
  if (auto names = check_names(p, personas); !names) return names;
  if (auto artifacts = check_artifacts(p); !artifacts) return artifacts;
  if (auto order = check_order(p); !order) return order;
  return check_roles(p, personas);
}

}  // namespace chimera::personas
