#include "agents/personas/pipeline_json.hpp"

#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "agents/personas/persona_file.hpp"
#include "proto/object_text.hpp"

namespace chimera::personas {
namespace {

using nlohmann::json;
using proto::object_text;

std::string duration(std::int64_t ms) { return fmt::format("{}ms", ms); }

std::string quoted(std::string_view text) {
  std::string out;
  proto::append_quoted(out, text);
  return out;
}

std::string persona_json(const proto::persona& who) {
  object_text options;
  for (const auto& [name, value] : who.options) options.add(name, value);
  return object_text()
      .add("name", who.name)
      .add("version", who.version)
      .add("description", who.description)
      .add("role", who.role)
      .add("instructions", who.instructions)
      .add("model", who.model)
      .add_json("options", options.take())
      .add("words_max", who.words_max)
      .take();
}

std::string attempts_json(const proto::retry_policy& attempts) {
  return object_text()
      .add("max", attempts.max)
      .add("backoff", duration(attempts.backoff_ms))
      .add("backoff_max", duration(attempts.backoff_max_ms))
      .add("jitter", attempts.jitter)
      .take();
}

void add_policies(const proto::pipeline_step& s, object_text& out) {
  if (!s.prompt.empty()) out.add("prompt", s.prompt);
  if (s.attempts != proto::retry_policy()) out.add_json("attempts", attempts_json(s.attempts));
  if (s.attempt_timeout_ms != 0 || s.step_timeout_ms != 0) {
    object_text timeout;
    if (s.attempt_timeout_ms != 0) timeout.add("attempt", duration(s.attempt_timeout_ms));
    if (s.step_timeout_ms != 0) timeout.add("step", duration(s.step_timeout_ms));
    out.add_json("timeout", timeout.take());
  }
  if (s.token_budget != 0)
    out.add_json("budget", object_text().add("tokens", s.token_budget).take());
  if (s.when)
    out.add_json("when", object_text()
                             .add_list("lints", s.when->lints, quoted)
                             .add("at_least", proto::to_text(s.when->at_least))
                             .take());
}

std::string step_json(const proto::pipeline_step& s) {
  object_text out;
  out.add("name", s.name).add("persona", s.persona).add_list("inputs", s.inputs, quoted);
  out.add("output", s.output).add("for_each", s.for_each);
  add_policies(s, out);
  return out.take();
}

std::string pipeline_json(const proto::pipeline& p) {
  object_text out;
  out.add("name", p.name).add("version", p.version).add("description", p.description);
  out.add("report", p.report);
  if (p.timeout_ms != 0) out.add("timeout", duration(p.timeout_ms));
  if (p.token_budget != 0 || p.seconds_budget != 0) {
    object_text budget;
    if (p.token_budget != 0) budget.add("tokens", p.token_budget);
    if (p.seconds_budget != 0) budget.add("seconds", p.seconds_budget);
    out.add_json("budget", budget.take());
  }
  return out.add_list("steps", p.steps, step_json).take();
}

// JSON is YAML: what was kept goes through the readers of the files, once it looks as these do. A
// file leaves out what is empty.
void leave_out_empty(json& object, const char* key) {
  const auto found = object.find(key);
  if (found != object.end() && found->is_string() && found->get_ref<const std::string&>().empty())
    object.erase(found);
}

std::string persona_yaml(json object) {
  object["kind"] = "persona";
  leave_out_empty(object, "description");
  if (object.contains("options") && object["options"].contains("stop")) {
    json& stop = object["options"]["stop"];
    if (stop.is_string() && stop != "default") stop = json::parse(stop.get<std::string>());
  }
  return object.dump();
}

std::string pipeline_yaml(json object) {
  object["kind"] = "pipeline";
  leave_out_empty(object, "description");
  if (object.contains("steps") && object["steps"].is_array())
    for (json& step : object["steps"])
      if (step.is_object()) leave_out_empty(step, "for_each");
  return object.dump();
}

proto::problem broken(std::string code, const std::string& file, const json::exception& e) {
  proto::problem p;
  p.code = std::move(code);
  p.title = "no valid JSON of agents";
  p.detail = e.what();
  p.file = file;
  return p;
}

// The reader's result for `object`. The first line of a pipeline's steps means nothing here.
template <class Reader, class ToYaml>
auto read_as(std::string_view text, const std::string& file, ToYaml to_yaml, Reader reader)
    -> decltype(reader(std::string_view(), file)) {
  std::string yaml;
  try {
    yaml = to_yaml(json::parse(text));
  } catch (const json::exception& e) {
    return std::unexpected(broken("json.syntax", file, e));
  }
  return reader(yaml, file);
}

}  // namespace

std::string write_json(const proto::persona& who) { return persona_json(who); }

std::string write_json(const proto::pipeline& p) { return pipeline_json(p); }

std::string write_definition(const proto::pipeline& p,
                             const std::vector<proto::persona>& personas) {
  return object_text()
      .add_json("pipeline", pipeline_json(p))
      .add_list("personas", personas, persona_json)
      .take();
}

proto::result<proto::persona> read_persona_json(std::string_view text, const std::string& file) {
  auto who = read_as(text, file, persona_yaml, read_persona);
  if (who) who->file.clear();
  return who;
}

proto::result<proto::pipeline> read_pipeline_json(std::string_view text, const std::string& file) {
  auto p = read_as(text, file, pipeline_yaml, read_pipeline);
  if (!p) return p;
  p->file.clear();
  for (proto::pipeline_step& step : p->steps) step.line = 0;
  return p;
}

proto::result<definition> read_definition(std::string_view text) {
  const std::string file = "definition";
  definition all;
  try {
    const json kept = json::parse(text);
    auto p = read_pipeline_json(kept.at("pipeline").dump(), file);
    if (!p) return std::unexpected(std::move(p.error()));
    all.pipeline = std::move(*p);
    for (const json& one : kept.at("personas")) {
      auto who = read_persona_json(one.dump(), file);
      if (!who) return std::unexpected(std::move(who.error()));
      all.personas.push_back(std::move(*who));
    }
  } catch (const json::exception& e) {
    return std::unexpected(broken("json.type", file, e));
  }
  if (auto sound = check_pipeline(all.pipeline, all.personas); !sound)
    return std::unexpected(std::move(sound.error()));
  return all;
}

}  // namespace chimera::personas
