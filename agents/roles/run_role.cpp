#include <set>
#include <utility>

#include <fmt/format.h>

#include "agents/roles/clean_answer.hpp"
#include "agents/roles/role.hpp"

namespace chimera::roles {
namespace {

// The reporter's parts are marked by headings of the third level; the other texts stand below one.
int heading_level(const proto::persona& who) { return who.role == "reporter" ? 3 : 4; }

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

task<proto::result<role_output>> run_plain(proto::persona who, std::string step, role_input input,
                                           text_generator* generator,
                                           std::function<void(std::string_view)> on_token) {
  call_record call;
  call.step = step;
  call.persona = who.name;
  call.request = request_of(who, step, input);
  auto answer = co_await generator->generate(call.request, std::move(on_token));
  if (!answer) co_return std::unexpected(std::move(answer.error()));
  call.answer = std::move(*answer);
  if (call.answer.text.find_first_not_of(" \t\r\n") == std::string::npos)
    co_return std::unexpected(said_nothing(step, *generator));
  role_output output;
  output.made.markdown = call.answer.text;
  call.checked.markdown = call.answer.text;
  output.calls.push_back(std::move(call));
  co_return output;
}

}  // namespace

task<proto::result<role_output>> run_role(proto::persona who, std::string step, role_input input,
                                          text_generator* generator,
                                          std::function<void(std::string_view)> on_token) {
  if (who.role == "plain")
    co_return co_await run_plain(std::move(who), std::move(step), std::move(input), generator,
                                 std::move(on_token));
  role_output output;
  const report::catalog& names = input.outline->names;
  const told_ids told = told_in(who, input);
  const std::vector<proto::fact> facts = facts_of(told, names);
  const claims::fact_book book(facts);
  const claims::name_lookup name_of = [&names](std::string_view id) -> const std::string* {
    const auto found = names.names.find(id);
    return found == names.names.end() ? nullptr : &found->second.text;
  };
  const generation_request first = request_of(who, step, input);
  generation_request request = first;
  for (std::size_t attempt = 0; attempt <= claims::repairs_max; ++attempt) {
    call_record call;
    call.step = attempt == 0 ? step : fmt::format("{}/repair-{}", step, attempt);
    call.persona = who.name;
    call.request = request;
    call.request.step = call.step;
    proto::result<generation> answer = co_await generator->generate(call.request, on_token);
    if (!answer) co_return std::unexpected(std::move(answer.error()));
    call.answer = std::move(*answer);
    const std::string text = clean_answer(call.answer.text, heading_level(who));
    if (text.empty()) co_return std::unexpected(said_nothing(step, *generator));
    call.checked = claims::check_answer(text, book, name_of, told.texts);
    output.calls.push_back(std::move(call));
    const claims::checked_answer& checked = output.calls.back().checked;
    if (checked.issues.empty()) break;
    request.prompt = claims::repair_prompt(first.prompt, checked);
  }
  output.made.markdown = claims::with_strikes(output.calls.back().checked);
  co_return output;
}

}  // namespace chimera::roles
