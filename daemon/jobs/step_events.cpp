#include "daemon/jobs/step_events.hpp"

#include <utility>

#include <nlohmann/json.hpp>

#include "agents/claims/reference.hpp"
#include "agents/evidence/source/sha256.hpp"

namespace chimera::jobs {
namespace {

using nlohmann::ordered_json;
using proto::event_type;

std::string text_of(const ordered_json& j) {
  return j.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

proto::event event_of(event_type type, const attempt_id& id, const ordered_json& data) {
  proto::event e;
  e.type = type;
  e.step = id.step;
  e.attempt = id.attempt;
  if (!data.empty()) e.data = text_of(data);
  return e;
}

ordered_json problem_json(const proto::problem& p) {
  ordered_json out = {{"code", p.code}, {"title", p.title}};
  if (!p.detail.empty()) out["detail"] = p.detail;
  return out;
}

std::string sha256_of(std::string_view text) {
  evidence::sha256_stream hash;
  hash.add(text);
  return hash.hex();
}

double ms(std::int64_t ns) { return static_cast<double>(ns) / 1e6; }

event_type type_of(proto::verdict v) {
  switch (v) {
    case proto::verdict::verified:
    case proto::verdict::verified_approx:
    case proto::verdict::verified_literal:
      return event_type::claim_verified;
    case proto::verdict::contradicted:
      return event_type::claim_refuted;
    case proto::verdict::unsupported:
    case proto::verdict::non_claim:
      break;
  }
  return event_type::claim_unresolved;
}

}  // namespace

void step_events::append(event_type type, const attempt_id& id, const ordered_json& data) {
  log_.append(event_of(type, id, data));
}

void step_events::ready(const attempt_id& id) { append(event_type::step_ready, id, {}); }

void step_events::started(const attempt_id& id, const std::string& persona, steps_done so_far) {
  append(event_type::step_started, id,
         {{"persona", persona}, {"done", so_far.done}, {"of", so_far.of}});
}

void step_events::handoff(const attempt_id& to, const std::string& from,
                          const roles::artifact& source) {
  append(event_type::handoff, to,
         {{"from", from},
          {"to", to.step},
          {"artifact", source.name},
          {"sha256", sha256_of(source.markdown)}});
}

void step_events::message_started(const attempt_id& id, const generation_request& request) {
  append(event_type::message_started, id, {{"call", request.step}, {"model", request.model}});
}

void step_events::token(const attempt_id& id, std::string_view text) {
  proto::event e;
  e.type = event_type::token_delta;
  e.step = id.step;
  e.attempt = id.attempt;
  e.text = text;
  log_.append(std::move(e));
}

void step_events::message_completed(const attempt_id& id, const std::string& call,
                                    const generation& answer) {
  append(event_type::message_completed, id,
         {{"call", call},
          {"finish_reason", answer.finish_reason},
          {"bytes", answer.text.size()},
          {"sha256", sha256_of(answer.text)}});
  const generation_usage& u = answer.usage;
  append(event_type::llm_usage, id,
         {{"call", call},
          {"prompt_tokens", u.prompt_tokens},
          {"output_tokens", u.output_tokens},
          {"ttft_ms", ms(u.ttft_ns)},
          {"total_ms", ms(u.total_ns)},
          {"load_ms", ms(u.load_ns)},
          {"prompt_eval_ms", ms(u.prompt_eval_ns)},
          {"eval_ms", ms(u.eval_ns)}});
}

void step_events::retrying(const attempt_id& id, const proto::problem& why, std::int64_t delay_ns) {
  append(event_type::step_retrying, id,
         {{"problem", problem_json(why)}, {"delay_ms", ms(delay_ns)}});
}

void step_events::discarded(const attempt_id& id, std::string_view reason) {
  append(event_type::step_attempt_discarded, id, {{"reason", reason}});
}

void step_events::failed(const attempt_id& id, const proto::problem& why) {
  append(event_type::step_failed, id, {{"problem", problem_json(why)}});
}

void step_events::canceled(const attempt_id& id) { append(event_type::step_canceled, id, {}); }

void step_events::budget_warning(const std::string& step, std::string_view unit, double spent,
                                 double budget) {
  append(event_type::budget_warning, {step, 0},
         {{"unit", unit}, {"spent", spent}, {"budget", budget}});
}

void step_events::claims(const attempt_id& id, const claims::checked_answer& checked) {
  for (const claims::piece& piece : claims::parse_references(checked.markdown)) {
    if (piece.what != claims::piece::type::reference) continue;
    if (piece.ref.kind != claims::reference_kind::fact) continue;
    append(event_type::claim_verified, id,
           {{"text", claims::to_text(piece.ref)},
            {"verdict", proto::to_text(proto::verdict::verified)},
            {"fact", piece.ref.ids.front()},
            {"rule", "printed-from-fact"}});
  }
  for (const claims::text_issue& issue : checked.issues)
    append(type_of(issue.judgement), id,
           {{"text", issue.text},
            {"verdict", proto::to_text(issue.judgement)},
            {"fact", issue.fact},
            {"rule", issue.rule},
            {"why", issue.message}});
}

void step_events::completed(const attempt_id& id, const finished_node& n,
                            const std::string& artifact, steps_done so_far) {
  store::put_artifact made;
  made.artifact = {
      job_, id.step, artifact, sha256_of(n.markdown), "text/markdown", n.markdown.size()};
  made.content = n.markdown;
  std::vector<proto::event> events;
  events.push_back(event_of(event_type::artifact_created, id,
                            {{"name", artifact},
                             {"sha256", made.artifact.sha256},
                             {"media_type", made.artifact.media_type},
                             {"bytes", made.artifact.bytes}}));
  events.push_back(event_of(event_type::step_completed, id,
                            {{"duration_ms", ms(n.times.ended_ns - n.times.started_ns)},
                             {"artifact", artifact},
                             {"done", so_far.done},
                             {"of", so_far.of}}));
  std::vector<store::put_artifact> artifacts;
  artifacts.push_back(std::move(made));
  log_.finish({job_, id.step, id.attempt, n.state, write_record(n)}, std::move(events),
              std::move(artifacts));
}

void step_events::skipped(const attempt_id& id, const finished_node& n, std::string_view reason) {
  std::vector<proto::event> events;
  events.push_back(event_of(event_type::step_skipped, id, {{"reason", reason}}));
  log_.finish({job_, id.step, id.attempt, n.state, write_record(n)}, std::move(events), {});
}

}  // namespace chimera::jobs
