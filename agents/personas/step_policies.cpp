#include "agents/personas/step_policies.hpp"

#include <algorithm>
#include <limits>
#include <vector>

#include <fmt/format.h>

#include "agents/personas/persona_file.hpp"
#include "proto/lint_rules.hpp"

namespace chimera::personas {
namespace {

constexpr std::uint32_t attempts_most = 20;
constexpr std::uint32_t tokens_most = 1'000'000'000;
constexpr std::uint32_t seconds_most = 30U * 24 * 3600;

const std::vector<std::string> severities = {"error", "warning", "info"};

proto::severity severity_of(std::string_view text) {
  if (text == "error") return proto::severity::error;
  return text == "warning" ? proto::severity::warning : proto::severity::info;
}

void read_attempts(const YAML::Node& node, const std::string& file, const std::string& path,
                   std::optional<proto::problem>& first, proto::retry_policy& attempts) {
  yaml_fields fields(node, file, path + "attempts.", {"max", "backoff", "backoff_max", "jitter"},
                     first);
  attempts.max = fields.count_or("max", attempts.max, 1, attempts_most);
  attempts.backoff_ms = fields.duration_or("backoff", attempts.backoff_ms);
  attempts.backoff_max_ms = fields.duration_or("backoff_max", attempts.backoff_max_ms);
  attempts.jitter = fields.decimal_or("jitter", attempts.jitter, 0, 1);
  if (!first && attempts.backoff_ms > attempts.backoff_max_ms)
    fields.refuse(fields.node("backoff"), "backoff", "the first wait is longer than backoff_max",
                  "shorten it, or raise backoff_max", "");
}

proto::lint_condition read_condition(const YAML::Node& node, const std::string& file,
                                     const std::string& path,
                                     std::optional<proto::problem>& first) {
  yaml_fields fields(node, file, path + "when.", {"lints", "at_least"}, first);
  proto::lint_condition when;
  when.lints = fields.texts("lints");
  if (fields.has("at_least")) when.at_least = severity_of(fields.choice("at_least", severities));
  const auto names = proto::lint_rule_names();
  const std::vector<std::string> known(names.begin(), names.end());
  for (const std::string& rule : when.lints) {
    if (std::ranges::find(known, rule) != known.end()) continue;
    const std::string near = nearest(rule, known);
    fields.refuse(fields.node("lints"), "lints", fmt::format("no lint is named '{}'", rule),
                  near.empty() ? "" : fmt::format("did you mean '{}'?", near), listed(known));
  }
  if (!first && when.lints.empty() && !fields.has("at_least"))
    fields.refuse(node, "", "a condition that says nothing", "", "lints, at_least or both");
  return when;
}

}  // namespace

void read_policies(const yaml_fields& fields, const std::string& file, const std::string& path,
                   std::optional<proto::problem>& first, proto::pipeline_step& step) {
  if (fields.has("attempts"))
    read_attempts(fields.node("attempts"), file, path, first, step.attempts);
  if (fields.has("timeout")) {
    yaml_fields limits(fields.node("timeout"), file, path + "timeout.", {"attempt", "step"}, first);
    step.attempt_timeout_ms = limits.duration_or("attempt", 0);
    step.step_timeout_ms = limits.duration_or("step", 0);
  }
  if (fields.has("budget")) {
    yaml_fields limits(fields.node("budget"), file, path + "budget.", {"tokens"}, first);
    step.token_budget = limits.count_or("tokens", 0, 1, tokens_most);
  }
  if (fields.has("when")) step.when = read_condition(fields.node("when"), file, path, first);
}

void read_limits(yaml_fields& fields, const std::string& file, std::optional<proto::problem>& first,
                 proto::pipeline& p) {
  p.timeout_ms = fields.duration_or("timeout", 0);
  if (!fields.has("budget")) return;
  yaml_fields limits(fields.node("budget"), file, "budget.", {"tokens", "seconds"}, first);
  p.token_budget = limits.count_or("tokens", 0, 1, tokens_most);
  p.seconds_budget = limits.count_or("seconds", 0, 1, seconds_most);
}

}  // namespace chimera::personas
