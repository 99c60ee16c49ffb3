#include "daemon/http/job_json.hpp"

#include <fmt/format.h>

#include "agents/evidence/source/sha256.hpp"
#include "daemon/http/problem_json.hpp"

namespace chimera::http {
namespace {

ordered_json time_or_null(std::int64_t time_ms) {
  return time_ms == 0 ? ordered_json(nullptr) : ordered_json(proto::to_rfc3339(time_ms));
}

ordered_json count_or_null(std::uint64_t count) {
  return count == 0 ? ordered_json() : ordered_json(count);
}

ordered_json text_or_null(const std::string& text) {
  return text.empty() ? ordered_json(nullptr) : ordered_json(text);
}

// A number written as text becomes a number again, a list a list; other text stays.
ordered_json option_value(const std::string& text) {
  ordered_json value = ordered_json::parse(text, nullptr, false);
  return value.is_number() || value.is_array() ? value : ordered_json(text);
}

ordered_json options_of(const std::map<std::string, std::string>& options) {
  ordered_json all = ordered_json::object();
  for (const auto& [name, text] : options) all[name] = option_value(text);
  return all;
}

ordered_json request_members(const proto::job_request& asked) {
  ordered_json inputs = ordered_json::object();
  if (!asked.path.empty()) inputs["path"] = asked.path;
  if (!asked.dataset.empty()) inputs["dataset"] = asked.dataset;
  ordered_json params = ordered_json::object();
  if (!asked.backend.empty()) params["backend"] = asked.backend;
  if (!asked.model.empty()) params["model"] = asked.model;
  if (!asked.options.empty()) params["options"] = options_of(asked.options);
  ordered_json budget = ordered_json::object();
  if (asked.token_budget != 0) budget["tokens"] = asked.token_budget;
  if (asked.seconds_budget > 0) budget["seconds"] = asked.seconds_budget;
  return {{"pipeline", asked.pipeline},
          {"inputs", std::move(inputs)},
          {"params", std::move(params)},
          {"priority", asked.priority},
          {"labels", asked.labels},
          {"on_conflict", asked.on_conflict},
          {"conflict_key", text_or_null(asked.conflict_key)},
          {"budget", std::move(budget)}};
}

}  // namespace

std::string to_text(const ordered_json& document) {
  return document.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

ordered_json to_json(const jobs::job_view& view) {
  const proto::job& job = view.job;
  ordered_json body{{"id", job.id}, {"state", proto::to_text(job.state)}, {"tenant", job.tenant}};
  body.update(request_members(job.request));
  body["created_at"] = proto::to_rfc3339(job.created_ms);
  body["started_at"] = time_or_null(job.started_ms);
  body["ended_at"] = time_or_null(job.ended_ms);
  body["queue"] = nullptr;
  if (view.queue.position != 0) {
    ordered_json eta = nullptr;
    if (view.queue.eta_seconds) eta = *view.queue.eta_seconds;
    body["queue"] = {{"position", view.queue.position}, {"eta_seconds", std::move(eta)}};
  }
  body["epoch"] = job.epoch;
  body["last_seq"] = job.last_seq;
  body["evidence_sha256"] = text_or_null(job.evidence_sha256);
  body["error"] = nullptr;
  if (job.error) body["error"] = ordered_json::parse(to_problem_json(*job.error, {}));
  const std::string self = "/v1/jobs/" + job.id;
  body["links"] = {{"self", self},
                   {"events", self + "/events"},
                   {"stream", self + "/stream"},
                   {"steps", self + "/steps"},
                   {"artifacts", self + "/artifacts"},
                   {"report", self + "/report"},
                   {"claims", self + "/claims"}};
  return body;
}

std::string tag_of(const jobs::job_view& view) {
  // Of what may change in a job; an id has only one request.
  const proto::job& job = view.job;
  std::string text =
      fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}\n", job.id, job.epoch, proto::to_text(job.state),
                  job.started_ms, job.ended_ms, view.queue.position, job.evidence_sha256);
  if (job.error) text += to_problem_json(*job.error, {});
  evidence::sha256_stream sum;
  sum.add(text);
  return "W/\"" + sum.hex().substr(0, 32) + "\"";
}

ordered_json to_json(const jobs::step_view& step, bool with_record) {
  ordered_json body{{"name", step.name},
                    {"persona", text_or_null(step.persona)},
                    {"state", step.state},
                    {"attempt", step.attempt},
                    {"started_at", time_or_null(step.started_ms)},
                    {"ended_at", time_or_null(step.ended_ms)},
                    {"tokens", step.tokens},
                    {"waits_for", step.waits_for}};
  if (!with_record) return body;
  body["record"] = nullptr;
  if (!step.record.empty()) {
    ordered_json record = ordered_json::parse(step.record, nullptr, false);
    if (!record.is_discarded()) body["record"] = std::move(record);
  }
  return body;
}

ordered_json to_json(const proto::artifact& made) {
  return {{"name", made.name},     {"step", text_or_null(made.step)},
          {"sha256", made.sha256}, {"media_type", made.media_type},
          {"bytes", made.bytes},   {"href", "/v1/artifacts/" + made.sha256}};
}

ordered_json to_json(const jobs::dry_run& plan) {
  ordered_json steps = ordered_json::array();
  for (const jobs::dry_run::step& step : plan.steps)
    steps.push_back({{"name", step.name},
                     {"persona", step.persona},
                     {"model", text_or_null(step.model)},
                     {"inputs", step.inputs},
                     {"output", step.output},
                     {"for_each", text_or_null(step.for_each)},
                     {"prompt_tokens_estimated", step.prompt_tokens_estimated}});
  return {{"valid", true}, {"pipeline", plan.pipeline}, {"steps", std::move(steps)}};
}

ordered_json to_json(const proto::persona& who) {
  return {{"name", who.name},
          {"version", who.version},
          {"description", who.description},
          {"role", who.role},
          {"instructions", who.instructions},
          {"model", who.model},
          {"options", options_of(who.options)},
          {"words_max", who.words_max}};
}

ordered_json to_json(const proto::pipeline& what) {
  ordered_json steps = ordered_json::array();
  for (const proto::pipeline_step& step : what.steps)
    steps.push_back({{"name", step.name},
                     {"persona", step.persona},
                     {"inputs", step.inputs},
                     {"output", step.output},
                     {"for_each", text_or_null(step.for_each)}});
  return {{"name", what.name},
          {"version", what.version},
          {"description", what.description},
          {"steps", std::move(steps)},
          {"report", what.report}};
}

namespace {

ordered_json to_json(const jobs::backend_model& model) {
  return {{"name", model.name},
          {"digest", text_or_null(model.digest)},
          {"quantization", text_or_null(model.quantization)},
          {"context_tokens", count_or_null(model.context_tokens)},
          {"bytes", count_or_null(model.bytes)},
          {"gpu_bytes", model.resident ? ordered_json(model.gpu_bytes) : ordered_json()},
          {"resident", model.resident}};
}

ordered_json to_json(const jobs::backend_look& look) {
  ordered_json models = ordered_json::array();
  for (const jobs::backend_model& model : look.models) models.push_back(to_json(model));
  ordered_json problem;
  if (look.problem)
    problem = {{"code", look.problem->code},
               {"title", look.problem->title},
               {"detail", look.problem->detail}};
  return {{"age_seconds", look.age_seconds},
          {"reachable", !look.problem},
          {"problem", std::move(problem)},
          {"server", text_or_null(look.server)},
          {"slots", look.slots},
          {"models", std::move(models)},
          {"warnings", look.warnings}};
}

}  // namespace

ordered_json to_json(const jobs::backend_view& backend) {
  return {{"name", backend.name},
          {"type", backend.type},
          {"description", backend.description},
          {"slots", backend.slots},
          {"in_flight", backend.in_flight},
          {"waiting", backend.waiting},
          {"available", backend.available},
          {"url", text_or_null(backend.url)},
          {"look", backend.look ? to_json(*backend.look) : ordered_json()}};
}

ordered_json to_json(const jobs::queue_view& queue) {
  ordered_json tenants = ordered_json::object();
  for (const auto& [name, count] : queue.waiting_of)
    tenants[name] = {{"waiting", count}, {"running", 0}};
  for (const auto& [name, count] : queue.running_of) {
    if (!tenants.contains(name)) tenants[name] = {{"waiting", 0}, {"running", 0}};
    tenants[name]["running"] = count;
  }
  return {{"waiting", queue.waiting},
          {"waiting_max", queue.waiting_max},
          {"running", queue.running},
          {"running_max", queue.running_max},
          {"tenants", std::move(tenants)}};
}

ordered_json page_of(ordered_json data, const std::string& next_cursor) {
  return {{"data", std::move(data)}, {"next_cursor", text_or_null(next_cursor)}};
}

}  // namespace chimera::http
