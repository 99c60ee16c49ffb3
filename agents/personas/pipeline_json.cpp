#include "agents/personas/pipeline_json.hpp"

#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "agents/personas/persona_file.hpp"

namespace chimera::personas {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

std::string text_of(const ordered_json& j) {
  return j.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

std::string duration(std::int64_t ms) { return fmt::format("{}ms", ms); }

ordered_json persona_json(const proto::persona& who) {
  return {{"name", who.name},
          {"version", who.version},
          {"description", who.description},
          {"role", who.role},
          {"instructions", who.instructions},
          {"model", who.model},
          {"options", who.options},
          {"words_max", who.words_max}};
}

void add_policies(const proto::pipeline_step& s, ordered_json& out) {
  if (!s.prompt.empty()) out["prompt"] = s.prompt;
  if (s.attempts != proto::retry_policy())
    out["attempts"] = {{"max", s.attempts.max},
                       {"backoff", duration(s.attempts.backoff_ms)},
                       {"backoff_max", duration(s.attempts.backoff_max_ms)},
                       {"jitter", s.attempts.jitter}};
  if (s.attempt_timeout_ms != 0) out["timeout"]["attempt"] = duration(s.attempt_timeout_ms);
  if (s.step_timeout_ms != 0) out["timeout"]["step"] = duration(s.step_timeout_ms);
  if (s.token_budget != 0) out["budget"]["tokens"] = s.token_budget;
  if (s.when)
    out["when"] = {{"lints", s.when->lints}, {"at_least", proto::to_text(s.when->at_least)}};
}

ordered_json pipeline_json(const proto::pipeline& p) {
  ordered_json steps = ordered_json::array();
  for (const proto::pipeline_step& s : p.steps) {
    ordered_json step = {{"name", s.name},
                         {"persona", s.persona},
                         {"inputs", s.inputs},
                         {"output", s.output},
                         {"for_each", s.for_each}};
    add_policies(s, step);
    steps.push_back(std::move(step));
  }
  ordered_json out = {{"name", p.name},
                      {"version", p.version},
                      {"description", p.description},
                      {"report", p.report}};
  if (p.timeout_ms != 0) out["timeout"] = duration(p.timeout_ms);
  if (p.token_budget != 0) out["budget"]["tokens"] = p.token_budget;
  if (p.seconds_budget != 0) out["budget"]["seconds"] = p.seconds_budget;
  out["steps"] = std::move(steps);
  return out;
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

std::string write_json(const proto::persona& who) { return text_of(persona_json(who)); }

std::string write_json(const proto::pipeline& p) { return text_of(pipeline_json(p)); }

std::string write_definition(const proto::pipeline& p,
                             const std::vector<proto::persona>& personas) {
  ordered_json all = {{"pipeline", pipeline_json(p)}, {"personas", ordered_json::array()}};
  for (const proto::persona& who : personas) all["personas"].push_back(persona_json(who));
  return text_of(all);
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
