#include "daemon/jobs/step_record.hpp"

#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "proto/object_text.hpp"

namespace chimera::jobs {
namespace {

using nlohmann::json;
using proto::object_text;

std::string to_json(const generation_usage& u) {
  return object_text()
      .add("prompt_tokens", u.prompt_tokens)
      .add("output_tokens", u.output_tokens)
      .add("ttft_ns", u.ttft_ns)
      .add("total_ns", u.total_ns)
      .add("load_ns", u.load_ns)
      .add("prompt_eval_ns", u.prompt_eval_ns)
      .add("eval_ns", u.eval_ns)
      .take();
}

std::string replaced_json(const claims::replaced_number& r) {
  return object_text().add("text", r.text).add("fact", r.fact).take();
}

std::string issue_json(const claims::text_issue& i) {
  return object_text()
      .add("start", i.start)
      .add("end", i.end)
      .add("rule", i.rule)
      .add("message", i.message)
      .add("refuted", i.judgement == proto::verdict::contradicted)
      .add("text", i.text)
      .add("fact", i.fact)
      .take();
}

std::string to_json(const claims::checked_answer& checked) {
  return object_text()
      .add("markdown", checked.markdown)
      .add_list("replaced", checked.replaced, replaced_json)
      .add_list("issues", checked.issues, issue_json)
      .take();
}

claims::checked_answer checked_from(const json& j) {
  claims::checked_answer checked;
  checked.markdown = j.at("markdown");
  for (const json& r : j.at("replaced")) checked.replaced.push_back({r.at("text"), r.at("fact")});
  for (const json& i : j.at("issues"))
    checked.issues.push_back(
        {i.at("start"), i.at("end"), i.at("rule"), i.at("message"),
         i.at("refuted").get<bool>() ? proto::verdict::contradicted : proto::verdict::unsupported,
         i.at("text"), i.at("fact")});
  return checked;
}

std::string to_json(const generation_request& asked) {
  object_text options;
  for (const auto& [name, value] : asked.options) options.add(name, value);
  return object_text()
      .add("model", asked.model)
      .add("system", asked.system)
      .add("prompt", asked.prompt)
      .add_json("options", options.take())
      .take();
}

std::string to_json(const generation& answer) {
  object_text options;
  for (const auto& [name, value] : answer.options_in_effect) options.add(name, value);
  return object_text()
      .add("text", answer.text)
      .add("finish_reason", answer.finish_reason)
      .add_json("usage", to_json(answer.usage))
      .add_json("options_in_effect", options.take())
      .add("model", answer.model)
      .add("model_digest", answer.model_digest)
      .add("server", answer.server)
      .take();
}

std::string quoted(const std::string& text) {
  std::string out;
  proto::append_quoted(out, text);
  return out;
}

std::string to_json(const roles::omitted& o) {
  return object_text().add("left_out", o.left_out).add("of", o.of).take();
}

std::string to_json(const roles::prompt_fit& fit) {
  const std::string limits = object_text()
                                 .add("context_tokens", fit.limits.context_tokens)
                                 .add("answer_tokens", fit.limits.answer_tokens)
                                 .add("holds_to_schema", fit.limits.holds_to_schema)
                                 .take();
  return object_text()
      .add_json("limits", limits)
      .add("prompt_tokens", fit.prompt_tokens)
      .add("answer_tokens", fit.answer_tokens)
      .add("words", fit.words)
      .add_json("findings", to_json(fit.findings))
      .add_json("slots", to_json(fit.slots))
      .add_json("identifiers", to_json(fit.identifiers))
      .add_json("parts", to_json(fit.parts))
      .add_list("kinds", fit.kinds, quoted)
      .add_list("ids", fit.ids, quoted)
      .take();
}

std::string note_json(const roles::answer_note& n) {
  return object_text()
      .add("rule", n.rule)
      .add("message", n.message)
      .add("made", n.made)
      .add("kept", n.kept)
      .take();
}

roles::omitted omitted_from(const json& j) { return {j.at("left_out"), j.at("of")}; }

roles::prompt_fit fit_from(const json& j) {
  roles::prompt_fit fit;
  const json& limits = j.at("limits");
  fit.limits = {limits.at("context_tokens"), limits.at("answer_tokens"),
                limits.at("holds_to_schema")};
  fit.prompt_tokens = j.at("prompt_tokens");
  fit.answer_tokens = j.at("answer_tokens");
  fit.words = j.at("words");
  fit.findings = omitted_from(j.at("findings"));
  fit.slots = omitted_from(j.at("slots"));
  fit.identifiers = omitted_from(j.at("identifiers"));
  fit.parts = omitted_from(j.at("parts"));
  fit.kinds = j.at("kinds").get<std::vector<std::string>>();
  fit.ids = j.at("ids").get<std::vector<std::string>>();
  return fit;
}

std::string call_json(const roles::call_record& call) {
  return object_text()
      .add("step", call.step)
      .add("persona", call.persona)
      .add_json("request", to_json(call.request))
      .add_json("answer", to_json(call.answer))
      .add_json("checked", to_json(call.checked))
      .add_json("fit", to_json(call.fit))
      .add_list("notes", call.notes, note_json)
      .take();
}

roles::call_record call_from(const json& j) {
  roles::call_record call;
  call.step = j.at("step");
  call.persona = j.at("persona");
  const json& request = j.at("request");
  call.request.step = call.step;
  call.request.model = request.at("model");
  call.request.system = request.at("system");
  call.request.prompt = request.at("prompt");
  call.request.options = request.at("options").get<std::map<std::string, std::string>>();
  const json& answer = j.at("answer");
  call.answer.text = answer.at("text");
  call.answer.finish_reason = answer.at("finish_reason");
  call.answer.usage = usage_from(answer.at("usage"));
  take_shown(answer, call.answer);
  call.checked = checked_from(j.at("checked"));
  // A record may have neither: a daemon may take up jobs that an older one left.
  if (const auto fit = j.find("fit"); fit != j.end()) call.fit = fit_from(*fit);
  if (const auto notes = j.find("notes"); notes != j.end())
    for (const json& n : *notes)
      call.notes.push_back({n.at("rule"), n.at("message"), n.at("made"), n.at("kept")});
  return call;
}

}  // namespace

generation_usage usage_from(const json& j) {
  generation_usage u;
  u.prompt_tokens = j.at("prompt_tokens");
  u.output_tokens = j.at("output_tokens");
  u.ttft_ns = j.at("ttft_ns");
  u.total_ns = j.at("total_ns");
  u.load_ns = j.at("load_ns");
  u.prompt_eval_ns = j.at("prompt_eval_ns");
  u.eval_ns = j.at("eval_ns");
  return u;
}

void take_shown(const json& j, generation& answer) {
  if (const auto options = j.find("options_in_effect"); options != j.end())
    answer.options_in_effect = options->get<std::map<std::string, std::string>>();
  answer.model = j.value("model", "");
  answer.model_digest = j.value("model_digest", "");
  answer.server = j.value("server", "");
}

std::string write_record(const finished_node& n) {
  const std::string times = object_text()
                                .add("persona", n.times.persona)
                                .add("started_ns", n.times.started_ns)
                                .add("ended_ns", n.times.ended_ns)
                                .take();
  return object_text()
      .add("markdown", n.markdown)
      .add_json("times", times)
      .add_list("calls", n.calls, call_json)
      .take();
}

proto::result<finished_node> read_record(const store::stored_step& stored) {
  finished_node n;
  n.state = stored.state;
  n.attempt = stored.attempt;
  try {
    const json record = json::parse(stored.record);
    n.markdown = record.at("markdown");
    const json& times = record.at("times");
    n.times = {stored.step, times.at("persona"), times.at("started_ns"), times.at("ended_ns")};
    for (const json& call : record.at("calls")) n.calls.push_back(call_from(call));
  } catch (const json::exception& e) {
    return proto::fail("record.unsound",
                       fmt::format("the record of step '{}' cannot be read", stored.step),
                       e.what());
  }
  return n;
}

}  // namespace chimera::jobs
