#include <optional>
#include <utility>

#include <fmt/format.h>

#include "agents/personas/persona_file.hpp"
#include "agents/personas/step_policies.hpp"
#include "agents/personas/yaml_document.hpp"
#include "agents/personas/yaml_fields.hpp"

namespace chimera::personas {
namespace {

constexpr std::size_t steps_max = 100;

proto::pipeline_step read_step(const YAML::Node& node, const std::string& file, std::size_t index,
                               std::optional<proto::problem>& first) {
  const std::string path = fmt::format("steps[{}].", index);
  yaml_fields fields(node, file, path,
                     {"name", "persona", "prompt", "inputs", "output", "for_each", "when",
                      "attempts", "timeout", "budget"},
                     first);
  proto::pipeline_step step;
  step.line = fields.line();
  step.name = fields.word("name");
  step.persona = fields.text("persona");
  step.inputs = fields.texts("inputs");
  step.output = fields.word("output");
  if (fields.has("for_each")) step.for_each = fields.choice("for_each", {"questions"});
  step.prompt = fields.text_or("prompt", "");
  read_policies(fields, file, path, first, step);
  if (!first && step.inputs.empty() && step.prompt.empty())
    fields.refuse(fields.node("inputs"), "inputs", "a step needs an input", "",
                  "dataset, or outputs of other steps");
  if (!first && step.output == "dataset")
    fields.refuse(fields.node("output"), "output", "'dataset' is the name of what is analysed",
                  "name the output otherwise", "");
  return step;
}

}  // namespace

proto::result<proto::pipeline> read_pipeline(std::string_view yaml, std::string file) {
  const auto root = parse_yaml(yaml, file);
  if (!root) return std::unexpected(root.error());
  std::optional<proto::problem> first;
  yaml_fields fields(
      *root, file, "",
      {"kind", "name", "version", "description", "timeout", "budget", "steps", "report"}, first);
  proto::pipeline p;
  (void)fields.choice("kind", {"pipeline"});
  p.name = fields.word("name");
  p.version = fields.text("version");
  p.description = fields.text_or("description", "");
  p.report = fields.word("report");
  read_limits(fields, file, first, p);
  const YAML::Node steps = fields.node("steps");
  if (!steps.IsDefined() || !steps.IsSequence() || steps.size() == 0 || steps.size() > steps_max)
    fields.refuse(steps, "steps", "expected a list of steps", "",
                  fmt::format("1 to {} steps", steps_max));
  for (std::size_t i = 0; !first && i < steps.size(); ++i)
    p.steps.push_back(read_step(steps[i], file, i, first));
  if (first) return std::unexpected(std::move(*first));
  p.file = std::move(file);
  return p;
}

}  // namespace chimera::personas
