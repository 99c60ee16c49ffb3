#include "daemon/jobs/step_events.hpp"

#include <utility>

#include "agents/claims/reference.hpp"
#include "agents/evidence/source/sha256.hpp"
#include "proto/object_text.hpp"

namespace chimera::jobs {
namespace {

using proto::event_type;
using proto::object_text;

proto::event event_of(event_type type, const attempt_id& id, std::string data) {
  proto::event e;
  e.type = type;
  e.step = id.step;
  e.attempt = id.attempt;
  e.data = std::move(data);
  return e;
}

std::string problem_json(const proto::problem& p) {
  object_text out;
  out.add("code", p.code).add("title", p.title);
  if (!p.detail.empty()) out.add("detail", p.detail);
  return out.take();
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

void step_events::append(event_type type, const attempt_id& id, std::string data) {
  log_.append(event_of(type, id, std::move(data)));
}

void step_events::ready(const attempt_id& id) { append(event_type::step_ready, id, {}); }

void step_events::started(const attempt_id& id, const std::string& persona, steps_done so_far) {
  append(
      event_type::step_started, id,
      object_text().add("persona", persona).add("done", so_far.done).add("of", so_far.of).take());
}

void step_events::handoff(const attempt_id& to, const std::string& from,
                          const roles::artifact& source) {
  append(event_type::handoff, to,
         object_text()
             .add("from", from)
             .add("to", to.step)
             .add("artifact", source.name)
             .add("sha256", sha256_of(source.markdown))
             .take());
}

void step_events::message_started(const attempt_id& id, const generation_request& request) {
  append(event_type::message_started, id,
         object_text().add("call", request.step).add("model", request.model).take());
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
         object_text()
             .add("call", call)
             .add("finish_reason", answer.finish_reason)
             .add("bytes", answer.text.size())
             .add("sha256", sha256_of(answer.text))
             .take());
  const generation_usage& u = answer.usage;
  append(event_type::llm_usage, id,
         object_text()
             .add("call", call)
             .add("prompt_tokens", u.prompt_tokens)
             .add("output_tokens", u.output_tokens)
             .add("ttft_ms", ms(u.ttft_ns))
             .add("total_ms", ms(u.total_ns))
             .add("load_ms", ms(u.load_ns))
             .add("prompt_eval_ms", ms(u.prompt_eval_ns))
             .add("eval_ms", ms(u.eval_ns))
             .take());
}

void step_events::retrying(const attempt_id& id, const proto::problem& why, std::int64_t delay_ns) {
  append(event_type::step_retrying, id,
         object_text().add_json("problem", problem_json(why)).add("delay_ms", ms(delay_ns)).take());
}

void step_events::discarded(const attempt_id& id, std::string_view reason) {
  append(event_type::step_attempt_discarded, id, object_text().add("reason", reason).take());
}

void step_events::failed(const attempt_id& id, const proto::problem& why) {
  append(event_type::step_failed, id, object_text().add_json("problem", problem_json(why)).take());
}

void step_events::canceled(const attempt_id& id) { append(event_type::step_canceled, id, {}); }

void step_events::budget_warning(const std::string& step, std::string_view unit, double spent,
                                 double budget) {
  append(event_type::budget_warning, {step, 0},
         object_text().add("unit", unit).add("spent", spent).add("budget", budget).take());
}

void step_events::claims(const attempt_id& id, const claims::checked_answer& checked) {
  for (const claims::piece& piece : claims::parse_references(checked.markdown)) {
    if (piece.what != claims::piece::type::reference) continue;
    if (piece.ref.kind != claims::reference_kind::fact) continue;
    append(event_type::claim_verified, id,
           object_text()
               .add("text", claims::to_text(piece.ref))
               .add("verdict", proto::to_text(proto::verdict::verified))
               .add("fact", piece.ref.ids.front())
               .add("rule", "printed-from-fact")
               .take());
  }
  for (const claims::text_issue& issue : checked.issues)
    append(type_of(issue.judgement), id,
           object_text()
               .add("text", issue.text)
               .add("verdict", proto::to_text(issue.judgement))
               .add("fact", issue.fact)
               .add("rule", issue.rule)
               .add("why", issue.message)
               .take());
}

void step_events::completed(const attempt_id& id, const finished_node& n,
                            const std::string& artifact, steps_done so_far) {
  store::put_artifact made;
  made.artifact = {
      job_, id.step, artifact, sha256_of(n.markdown), "text/markdown", n.markdown.size()};
  made.content = n.markdown;
  std::vector<proto::event> events;
  events.push_back(event_of(event_type::artifact_created, id,
                            object_text()
                                .add("name", artifact)
                                .add("sha256", made.artifact.sha256)
                                .add("media_type", made.artifact.media_type)
                                .add("bytes", made.artifact.bytes)
                                .take()));
  events.push_back(event_of(event_type::step_completed, id,
                            object_text()
                                .add("duration_ms", ms(n.times.ended_ns - n.times.started_ns))
                                .add("artifact", artifact)
                                .add("done", so_far.done)
                                .add("of", so_far.of)
                                .take()));
  std::vector<store::put_artifact> artifacts;
  artifacts.push_back(std::move(made));
  log_.finish({job_, id.step, id.attempt, n.state, write_record(n)}, std::move(events),
              std::move(artifacts));
}

void step_events::skipped(const attempt_id& id, const finished_node& n, std::string_view reason) {
  std::vector<proto::event> events;
  events.push_back(
      event_of(event_type::step_skipped, id, object_text().add("reason", reason).take()));
  log_.finish({job_, id.step, id.attempt, n.state, write_record(n)}, std::move(events), {});
}

}  // namespace chimera::jobs
