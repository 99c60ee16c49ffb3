#include "daemon/reporting/run_json.hpp"

#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include <boost/version.hpp>
#include <nlohmann/json.hpp>

#include "agents/evidence/source/sha256.hpp"
#include "daemon/reporting/recording.hpp"
#include "daemon/reporting/report_json.hpp"
#include "proto/decimal.hpp"

namespace chimera::reporting {
namespace {

using nlohmann::ordered_json;

constexpr double exact_integers = 9007199254740992.0;  // 2^53

double milliseconds(std::int64_t ns) { return static_cast<double>(ns) / 1e6; }

ordered_json number_json(const std::string& decimal) {
  const double value = proto::parse_decimal(decimal).value_or(0);
  if (value == std::floor(value) && std::abs(value) < exact_integers)
    return static_cast<std::int64_t>(value);
  return value;
}

std::string sha256_of(std::string_view content) {
  evidence::sha256_stream stream;
  stream.add(content);
  return stream.hex();
}

ordered_json pipeline_json(const finished_run& run) {
  ordered_json json;
  json["name"] = run.pipeline.name;
  json["version"] = run.pipeline.version;
  json["steps"] = ordered_json::array();
  for (const jobs::step_times& step : run.agents.steps)
    json["steps"].push_back({{"step", step.step},
                             {"persona", step.persona},
                             {"started_ms", milliseconds(step.started_ns)},
                             {"ended_ms", milliseconds(step.ended_ns)}});
  return json;
}

ordered_json personas_json(const finished_run& run) {
  ordered_json list = ordered_json::array();
  for (const proto::persona& who : run.personas)
    list.push_back({{"name", who.name},
                    {"version", who.version},
                    {"role", who.role},
                    {"model", who.model},
                    {"options_asked", who.options},
                    {"sha256", sha256_of(who.instructions)}});
  return list;
}

ordered_json or_null(const std::string& text) {
  return text.empty() ? ordered_json(nullptr) : ordered_json(text);
}

const std::string& model_of(const roles::call_record& call) {
  return call.answer.model.empty() ? call.request.model : call.answer.model;
}

// Beside the numbers, which are facts; null is what the backend did not report.
void add_calls(const finished_run& run, ordered_json& json) {
  std::size_t index = 0;
  for (const roles::call_record& call : run.agents.calls) {
    ordered_json& entry = json["calls"][index++];
    for (const char* number :
         {"prompt_tokens", "tokens", "throughput", "ttft", "total", "prompt_eval", "eval", "load"})
      if (!entry.contains(number)) entry[number] = nullptr;
    entry["step"] = call.step;
    entry["persona"] = call.persona;
    entry["model_asked"] = or_null(call.request.model);
    entry["model"] = or_null(model_of(call));
    entry["model_digest"] = or_null(call.answer.model_digest);
    entry["server"] = or_null(call.answer.server);
    entry["options_asked"] = call.request.options;
    entry["options_in_effect"] = call.answer.options_in_effect;
    entry["prompt_bytes"] = call.request.prompt.size();
    entry["finish_reason"] = or_null(call.answer.finish_reason);
  }
}

// In the order of the report's table of them.
void add_models(const finished_run& run, ordered_json& json) {
  std::set<std::tuple<std::string, std::string, std::string>> answered;
  for (const roles::call_record& call : run.agents.calls)
    answered.emplace(model_of(call), call.answer.model_digest, call.answer.server);
  std::size_t index = 0;
  for (const auto& [model, digest, server] : answered) {
    ordered_json& entry = json["models"][index++];
    entry["model"] = or_null(model);
    entry["digest"] = or_null(digest);
    entry["server"] = or_null(server);
  }
}

// Durations of the facts are in milliseconds, as their units say.
void add_run_facts(const finished_run& run, ordered_json& json) {
  ordered_json facts = ordered_json::array();
  for (const auto& [id, f] : run.run_facts) {
    json[ordered_json::json_pointer(f.where.path)] = number_json(f.value);
    std::string line;
    append_json(line, f);
    facts.push_back(ordered_json::parse(line));
  }
  json["facts"] = std::move(facts);
}

}  // namespace

sealed_file seal(std::string_view content) { return {content.size(), sha256_of(content)}; }

std::string run_json(const finished_run& run, const report_files& files, const sealed_file& facts) {
  ordered_json json;
  json["program"] = "chimera";
  json["version"] = run.version;
  json["date"] = run.date;
  json["dataset"] = {{"root", run.dataset}, {"sha256", run.data.files.sha256}};
  json["backend"] = run.backend;
  json["model_asked"] = run.model;
  json["pipeline"] = pipeline_json(run);
  json["personas"] = personas_json(run);
  json["calls"] = ordered_json::array();
  json["models"] = ordered_json::array();
  add_run_facts(run, json);
  add_calls(run, json);
  add_models(run, json);
  json["recorded"] = recorded_json(run);
  json["built_with"] = {{"compiler", __VERSION__}, {"boost", BOOST_LIB_VERSION}};
  json["files"] = ordered_json::object();
  std::map<std::string, sealed_file> sealed = {{"facts.jsonl", facts}};
  for (const auto& [name, content] : files) sealed.emplace(name, seal(content));
  for (const auto& [name, file] : sealed)
    json["files"][name] = {{"bytes", file.bytes}, {"sha256", file.sha256}};
  return to_text(json, 1) + '\n';
}

std::string summary_json(const finished_run& run, const std::string& folder) {
  ordered_json json;
  json["report"] = {{"folder", folder},
                    {"markdown", folder + "/report.md"},
                    {"html", folder + "/report.html"},
                    {"data", folder + "/report.json"},
                    {"run", folder + "/run.json"}};
  json["counts"] = {{"files", run.data.files.files.size()},
                    {"tables", run.data.tables.size()},
                    {"facts", run.data.facts.size()},
                    {"lints", run.data.lints.size()},
                    {"comparisons", run.data.comparisons.size()},
                    {"questions", run.outline.questions.size()}};
  json["verification"] = verification_json(run);
  json["verdict"] = findings_json(run.outline.headline, run.outline.names);
  json["timings_ms"] = {{"ingest", milliseconds(run.ingest_ns)},
                        {"analysis", milliseconds(run.analysis_ns)},
                        {"report", milliseconds(run.report_ns)}};
  return to_text(json, 1) + '\n';
}

}  // namespace chimera::reporting
