#include "daemon/jobs/step_record.hpp"

#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace chimera::jobs {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

ordered_json to_json(const generation_usage& u) {
  return {{"prompt_tokens", u.prompt_tokens},
          {"output_tokens", u.output_tokens},
          {"ttft_ns", u.ttft_ns},
          {"total_ns", u.total_ns},
          {"load_ns", u.load_ns},
          {"prompt_eval_ns", u.prompt_eval_ns},
          {"eval_ns", u.eval_ns}};
}

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

ordered_json to_json(const claims::checked_answer& checked) {
  ordered_json replaced = ordered_json::array();
  for (const claims::replaced_number& r : checked.replaced)
    replaced.push_back({{"text", r.text}, {"fact", r.fact}});
  ordered_json issues = ordered_json::array();
  for (const claims::text_issue& i : checked.issues)
    issues.push_back({{"start", i.start},
                      {"end", i.end},
                      {"rule", i.rule},
                      {"message", i.message},
                      {"refuted", i.judgement == proto::verdict::contradicted},
                      {"text", i.text},
                      {"fact", i.fact}});
  return {{"markdown", checked.markdown},
          {"replaced", std::move(replaced)},
          {"issues", std::move(issues)}};
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

ordered_json to_json(const roles::call_record& call) {
  return {{"step", call.step},
          {"persona", call.persona},
          {"request",
           {{"model", call.request.model},
            {"system", call.request.system},
            {"prompt", call.request.prompt},
            {"options", call.request.options}}},
          {"answer",
           {{"text", call.answer.text},
            {"finish_reason", call.answer.finish_reason},
            {"usage", to_json(call.answer.usage)}}},
          {"checked", to_json(call.checked)}};
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
  call.checked = checked_from(j.at("checked"));
  return call;
}

}  // namespace

std::string write_record(const finished_node& n) {
  ordered_json calls = ordered_json::array();
  for (const roles::call_record& call : n.calls) calls.push_back(to_json(call));
  const ordered_json record = {{"markdown", n.markdown},
                               {"times",
                                {{"persona", n.times.persona},
                                 {"started_ns", n.times.started_ns},
                                 {"ended_ns", n.times.ended_ns}}},
                               {"calls", std::move(calls)}};
  return record.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
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
