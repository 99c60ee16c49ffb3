#include "daemon/reporting/recording.hpp"

#include <cmath>
#include <cstdint>
#include <optional>
#include <sstream>
#include <utility>

#include <fmt/format.h>

#include "agents/personas/pipeline_json.hpp"
#include "agents/roles/material.hpp"
#include "daemon/library/library.hpp"

namespace chimera::reporting {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

ordered_json limits_json(const evidence::scan_limits& l) {
  return {{"files", l.files},
          {"depth", l.depth},
          {"total_bytes", l.total_bytes},
          {"file_bytes", l.file_bytes}};
}

evidence::scan_limits limits_from(const json& j) {
  evidence::scan_limits l;
  l.files = j.at("files");
  l.depth = j.at("depth");
  l.total_bytes = j.at("total_bytes");
  l.file_bytes = j.at("file_bytes");
  return l;
}

// Of calls whose backend knows any: a repetition must make the same prompt. The bound of the answer
// is the one that it was held to, whoever set it.
void add_limits(const roles::prompt_fit& fit, ordered_json& json) {
  if (fit.limits == model_limits{}) return;
  json["limits"] = {{"context_tokens", fit.limits.context_tokens},
                    {"answer_tokens", fit.answer_tokens},
                    {"holds_to_schema", fit.limits.holds_to_schema}};
}

model_limits known_limits(const json& call) {
  const auto limits = call.find("limits");
  if (limits == call.end()) return {};
  return {limits->at("context_tokens"), limits->at("answer_tokens"), limits->at("holds_to_schema")};
}

// Usage, and what the backend showed of itself: numbers and names of the report, not its words.
ordered_json call_json(const roles::call_record& call) {
  const generation_usage& u = call.answer.usage;
  ordered_json json = {{"step", call.step},
                       {"prompt_tokens", u.prompt_tokens},
                       {"output_tokens", u.output_tokens},
                       {"ttft_ns", u.ttft_ns},
                       {"total_ns", u.total_ns},
                       {"load_ns", u.load_ns},
                       {"prompt_eval_ns", u.prompt_eval_ns},
                       {"eval_ns", u.eval_ns},
                       {"options_in_effect", call.answer.options_in_effect},
                       {"model", call.answer.model},
                       {"model_digest", call.answer.model_digest},
                       {"server", call.answer.server}};
  add_limits(call.fit, json);
  return json;
}

// As run.json writes it: a double holds nanoseconds of many days.
std::int64_t nanoseconds(double milliseconds) { return std::llround(milliseconds * 1e6); }

// What is unsound in the agents that it names, or nothing.
std::optional<std::string> take_run(const json& j, recording& out) {
  finished_run& run = out.run;
  run.version = j.at("version");
  run.date = j.at("date");
  run.dataset = j.at("dataset").at("root");
  out.evidence_sha256 = j.at("dataset").at("sha256");
  run.backend = j.at("backend");
  run.model = j.at("model_asked");
  const json& recorded = j.at("recorded");
  const json agents = {{"pipeline", recorded.at("pipeline")},
                       {"personas", recorded.at("personas")}};
  auto sound = personas::read_definition(agents.dump());
  if (!sound) return proto::to_text(sound.error());
  run.pipeline = std::move(sound->pipeline);
  run.personas = std::move(sound->personas);
  run.limits = limits_from(recorded.at("limits"));
  run.ingest_ns = recorded.at("ingest_ns");
  run.analysis_ns = recorded.at("analysis_ns");
  run.report_ns = recorded.at("report_ns");
  for (const json& call : recorded.at("calls")) {
    generation& answer = out.answers[call.at("step")];
    answer.usage = jobs::usage_from(call);
    jobs::take_shown(call, answer);
    out.limits[call.at("step")].limits = known_limits(call);
  }
  for (const json& step : j.at("pipeline").at("steps"))
    out.steps.push_back({step.at("step"), step.at("persona"), nanoseconds(step.at("started_ms")),
                         nanoseconds(step.at("ended_ms"))});
  for (const auto& [name, file] : j.at("files").items()) out.files[name] = file.at("sha256");
  return std::nullopt;
}

void take_answer(const json& j, recording& out) {
  generation& answer = out.answers[j.at("step")];
  answer.text = j.at("answer").at("text");
  answer.finish_reason = j.at("answer").at("finish_reason");
  const auto& prompt = j.at("request").at("prompt").get_ref<const std::string&>();
  inference::recorded_limits& limits = out.limits[j.at("step")];
  limits.prompt_bytes = prompt.size();
  limits.brief = prompt.contains(roles::brief_mark);
}

proto::problem unsound(const std::filesystem::path& file, std::uint64_t line,
                       std::string_view what) {
  proto::problem p;
  p.code = "report.unsound";
  p.title = fmt::format("'{}' is not as a run of chimera left it", file.string());
  p.detail = what;
  p.file = file.string();
  p.line = line;
  return p;
}

}  // namespace

ordered_json recorded_json(const finished_run& run) {
  ordered_json out;
  out["ingest_ns"] = run.ingest_ns;
  out["analysis_ns"] = run.analysis_ns;
  out["report_ns"] = run.report_ns;
  out["limits"] = limits_json(run.limits);
  out["pipeline"] = ordered_json::parse(personas::write_json(run.pipeline));
  out["personas"] = ordered_json::array();
  for (const proto::persona& who : run.personas)
    out["personas"].push_back(ordered_json::parse(personas::write_json(who)));
  out["calls"] = ordered_json::array();
  for (const roles::call_record& call : run.agents.calls) out["calls"].push_back(call_json(call));
  return out;
}

proto::result<void> read_recording(const std::filesystem::path& folder, recording& out) {
  const std::filesystem::path run_file = folder / "run.json";
  auto text = library::read_text(run_file);
  if (!text) return std::unexpected(std::move(text.error()));
  try {
    const auto bad = take_run(json::parse(*text), out);
    if (bad) return std::unexpected(unsound(run_file, 0, *bad));
  } catch (const json::exception& e) {
    return std::unexpected(unsound(run_file, 0, e.what()));
  }
  const std::filesystem::path transcript = folder / "transcript.jsonl";
  auto lines = library::read_text(transcript);
  if (!lines) return std::unexpected(std::move(lines.error()));
  std::istringstream stream(*lines);
  std::string line;
  for (std::uint64_t number = 1; std::getline(stream, line); ++number) {
    try {
      take_answer(json::parse(line), out);
    } catch (const json::exception& e) {
      return std::unexpected(unsound(transcript, number, e.what()));
    }
  }
  return {};
}

}  // namespace chimera::reporting
