#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "agents/roles/clean_answer.hpp"
#include "agents/roles/role.hpp"

namespace chimera::roles {
namespace {

// The reporter's parts are marked by headings of the third level; the other texts stand below one.
int heading_level(const proto::persona& who) {
  return who.role == "reporter" || who.role == "critic" ? 3 : 4;
}

generation_request request_of(const proto::persona& who, const std::string& step,
                              const role_input& input) {
  generation_request request;
  request.step = step;
  if (who.model != "default") request.model = who.model;
  request.system = who.instructions;
  request.prompt = build_prompt(who, input);
  for (const auto& [name, value] : who.options)
    if (value != "default") request.options.emplace(name, value);
  return request;
}

// The facts that the prompt told of, those that they come from, and what comparisons of them print.
std::vector<proto::fact> facts_of(const told_ids& told, const report::catalog& names) {
  std::vector<proto::fact> facts;
  std::set<std::string, std::less<>> known;
  const auto add = [&](const std::string& id) -> const proto::fact* {
    const proto::fact* f = names.find_fact ? names.find_fact(id) : nullptr;
    if (f != nullptr && known.insert(id).second) facts.push_back(*f);
    return f;
  };
  for (const std::string& id : told.facts)
    if (const proto::fact* f = add(id))
      for (const std::string& operand : f->derived_from) add(operand);
  for (const auto& [pair, compared] : names.comparisons)
    if (known.contains(pair.first) && known.contains(pair.second))
      for (const std::string& id : compared.facts) add(id);
  return facts;
}

proto::problem said_nothing(const std::string& step, const text_generator& generator) {
  proto::problem p;
  p.code = "role.empty";
  p.title = fmt::format("step '{}': {} answered with nothing", step, generator.describe());
  p.detail = "try again, or with another model";
  return p;
}

// One prompt and its answer, not looked at yet.
task<proto::result<call_record>> ask(const proto::persona* who, generation_request request,
                                     text_generator* generator,
                                     std::function<void(std::string_view)> on_token) {
  call_record call;
  call.step = request.step;
  call.persona = who->name;
  call.request = std::move(request);
  auto answer = co_await generator->generate(call.request, std::move(on_token));
  if (!answer) co_return std::unexpected(std::move(answer.error()));
  call.answer = std::move(*answer);
  co_return call;
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

// One step, in the frame of run_role, which outlives its coroutines.
struct running_step {
  proto::persona who;
  role_input input;
  text_generator* generator;
  std::function<void(std::string_view)> on_token;
};

// Asks, checks, and asks for repairs. The last call is the answer; one without text ends the calls.
task<proto::result<std::vector<call_record>>> write_checked(const running_step* here,
                                                            std::string step) {
  const report::catalog& names = here->input.outline->names;
  const told_ids told = told_in(here->who, here->input);
  const std::vector<proto::fact> facts = facts_of(told, names);
  const claims::fact_book book(facts);
  const claims::name_lookup name_of = [&names](std::string_view id) -> const std::string* {
    const auto found = names.names.find(id);
    return found == names.names.end() ? nullptr : &found->second.text;
  };
  const generation_request first = request_of(here->who, step, here->input);
  generation_request request = first;
  std::vector<call_record> calls;
  for (std::size_t attempt = 0; attempt <= claims::repairs_max; ++attempt) {
    request.step = attempt == 0 ? step : fmt::format("{}/repair-{}", step, attempt);
    auto call = co_await ask(&here->who, request, here->generator, here->on_token);
    if (!call) co_return std::unexpected(std::move(call.error()));
    const std::string text = clean_answer(call->answer.text, heading_level(here->who));
    if (!text.empty()) call->checked = claims::check_answer(text, book, name_of, told.texts);
    calls.push_back(std::move(*call));
    const claims::checked_answer& checked = calls.back().checked;
    if (text.empty() || checked.issues.empty()) break;
    request.prompt = claims::repair_prompt(first.prompt, checked);
  }
  co_return calls;
}

task<proto::result<role_output>> run_plain(const running_step* here, std::string step) {
  auto call = co_await ask(&here->who, request_of(here->who, step, here->input), here->generator,
                           here->on_token);
  if (!call) co_return std::unexpected(std::move(call.error()));
  if (is_blank(call->answer.text)) co_return std::unexpected(said_nothing(step, *here->generator));
  role_output output;
  output.made.markdown = call->answer.text;
  call->checked.markdown = call->answer.text;
  output.calls.push_back(std::move(*call));
  co_return output;
}

// The draft, or its revision if it was objected to and the revision kept the parts of a report.
task<proto::result<role_output>> run_critic(running_step* here, std::string step) {
  if (here->input.artifacts.size() != 1)
    co_return proto::fail("role.no_draft", fmt::format("step '{}' has no draft to review", step),
                          "a critic takes the output of one reporter");
  role_output output;
  output.made.markdown = here->input.artifacts.front().markdown;
  output.handed_on = true;
  auto call = co_await ask(&here->who, request_of(here->who, step, here->input), here->generator,
                           here->on_token);
  if (!call) co_return std::unexpected(std::move(call.error()));
  if (is_blank(call->answer.text)) co_return std::unexpected(said_nothing(step, *here->generator));
  critique said = read_critique(call->answer.text, output.made.markdown);
  call->checked.markdown = call->answer.text;
  call->checked.issues = std::move(said.dropped);
  output.calls.push_back(std::move(*call));
  if (said.kept.empty()) co_return output;

  here->input.objections = std::move(said.kept);
  auto calls = co_await write_checked(here, step + "/revise");
  if (!calls) co_return std::unexpected(std::move(calls.error()));
  claims::checked_answer& revised = calls->back().checked;
  if (has_report_parts(revised.markdown)) {
    output.made.markdown = claims::with_strikes(revised);
    output.handed_on = false;
  } else {
    revised.issues.push_back(
        {0, 0, "revision-parts", "a part of the report is lost: the draft stays"});
  }
  std::ranges::move(*calls, std::back_inserter(output.calls));
  co_return output;
}

}  // namespace

task<proto::result<role_output>> run_role(proto::persona who, std::string step, role_input input,
                                          text_generator* generator,
                                          std::function<void(std::string_view)> on_token) {
  running_step here = {std::move(who), std::move(input), generator, std::move(on_token)};
  if (here.who.role == "plain") co_return co_await run_plain(&here, std::move(step));
  if (here.who.role == "critic") co_return co_await run_critic(&here, std::move(step));
  auto calls = co_await write_checked(&here, step);
  if (!calls) co_return std::unexpected(std::move(calls.error()));
  if (calls->back().checked.markdown.empty())
    co_return std::unexpected(said_nothing(step, *generator));
  role_output output;
  output.made.markdown = claims::with_strikes(calls->back().checked);
  output.calls = std::move(*calls);
  co_return output;
}

}  // namespace chimera::roles
