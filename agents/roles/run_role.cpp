#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "agents/roles/ask_within.hpp"
#include "agents/roles/judge_answer.hpp"
#include "agents/roles/report_parts.hpp"
#include "agents/roles/role.hpp"
#include "agents/roles/unwrap_answer.hpp"

namespace chimera::roles {
namespace {

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

proto::problem wrote_nothing(const std::string& step, const text_generator& generator,
                             const call_record& last) {
  proto::problem p = said_nothing(step, generator);
  const auto broken = std::ranges::find(last.notes, "report-json", &answer_note::rule);
  if (broken == last.notes.end()) return p;
  p.code = "role.json";
  p.title = fmt::format("step '{}': {} answered with JSON that is no report: {}", step,
                        generator.describe(), broken->message);
  return p;
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

// Answers held to what the prompt of the first one told of.
class standard {
 public:
  standard(const running_step& here, const material& told)
      : names_(here.input.outline->names),
        told_(told_in(told)),
        facts_(facts_of(told_, names_)),
        book_(facts_),
        name_of_([this](std::string_view id) { return find_name(id); }),
        by_{&here.who, &book_, &name_of_, &told_.texts} {}
  standard(const standard&) = delete;
  standard& operator=(const standard&) = delete;

  [[nodiscard]] judged_answer judge(const generation& answer, bool as_json) const {
    return judge_answer(answer, as_json, by_);
  }

 private:
  [[nodiscard]] const std::string* find_name(std::string_view id) const {
    const auto found = names_.names.find(id);
    return found == names_.names.end() ? nullptr : &found->second.text;
  }

  const report::catalog& names_;
  told_ids told_;
  std::vector<proto::fact> facts_;
  claims::fact_book book_;
  claims::name_lookup name_of_;
  judging by_;
};

// Asks, checks, and asks for repairs. The last call is the answer; a first one without text ends
// the calls, a repair without text leaves the answer before it.
task<proto::result<std::vector<call_record>>> write_checked(const running_step* here,
                                                            std::string step) {
  asking what = ask_for(*here, step);
  auto first = co_await ask_within(here, &what);
  if (!first) co_return std::unexpected(std::move(first.error()));
  const standard by(*here, first->told);
  judged_answer judged = by.judge(first->record.answer, first->told.as_json);
  std::vector<call_record> calls = {first->record};
  const auto keep_judged = [&calls](const judged_answer& j) {
    calls.back().checked = j.checked;
    std::ranges::copy(j.notes, std::back_inserter(calls.back().notes));
  };
  keep_judged(judged);
  const bool empty = judged.checked.markdown.empty() && !judged.is_broken_json;
  for (std::size_t n = 1; !empty && n <= claims::repairs_max && !judged.stands(); ++n) {
    if (judged.is_broken_json) what.json_wanted = false;
    auto call = co_await ask_again(here, &what, &*first, fmt::format("{}/repair-{}", step, n),
                                   repair_tails(judged));
    if (!call) co_return std::unexpected(std::move(call.error()));
    if (!*call) {
      calls.back().notes.push_back({"repair-context", "no prompt to repair it has room"});
      break;
    }
    const bool as_json = (*call)->told.as_json;
    calls.push_back(std::move((*call)->record));
    judged_answer next = by.judge(calls.back().answer, as_json);
    if (next.is_broken_json && judged.is_broken_json) {
      keep_judged(next);
      continue;
    }
    if (next.checked.markdown.empty()) {
      keep_judged(judged);
      calls.back().notes.push_back({"repair-empty", "the answer before it stands"});
      break;
    }
    judged = std::move(next);
    keep_judged(judged);
  }
  note_if_all_struck(calls.back().checked, calls.back().notes);
  co_return calls;
}

// What is not checked: where it was cut off is said all the same.
void note_length(call_record& call) {
  if (call.answer.finish_reason == "length")
    call.notes.push_back({"length", "the model came to the end of its tokens"});
}

task<proto::result<role_output>> run_plain(const running_step* here, std::string step) {
  const asking what = ask_for(*here, step);
  auto call = co_await ask_within(here, &what);
  if (!call) co_return std::unexpected(std::move(call.error()));
  call_record& record = call->record;
  if (is_blank(record.answer.text)) co_return std::unexpected(said_nothing(step, *here->generator));
  role_output output;
  output.made.markdown = record.answer.text;
  record.checked.markdown = record.answer.text;
  note_length(record);
  output.calls.push_back(std::move(record));
  co_return output;
}

// The draft written anew, if there is room for all of it and its parts come back.
task<proto::result<void>> revise(running_step* here, std::string step, role_output* output) {
  auto calls = co_await write_checked(here, std::move(step));
  if (!calls && calls.error().code == "role.context") {
    output->calls.back().notes.push_back({"revision-context", calls.error().title});
    co_return proto::result<void>{};
  }
  if (!calls) co_return std::unexpected(std::move(calls.error()));
  claims::checked_answer& revised = calls->back().checked;
  if (has_report_parts(revised.markdown)) {
    output->made.markdown = claims::with_strikes(revised);
    output->handed_on = false;
  } else {
    revised.issues.push_back(
        {0, 0, "revision-parts", "a part of the report is lost: the draft stays"});
  }
  std::ranges::move(*calls, std::back_inserter(output->calls));
  co_return proto::result<void>{};
}

// The draft, or its revision if it was objected to and the revision kept the parts of a report.
task<proto::result<role_output>> run_critic(running_step* here, std::string step) {
  if (here->input.artifacts.size() != 1)
    co_return proto::fail("role.no_draft", fmt::format("step '{}' has no draft to review", step),
                          "a critic takes the output of one reporter");
  role_output output;
  output.made.markdown = here->input.artifacts.front().markdown;
  output.handed_on = true;
  const asking what = ask_for(*here, step);
  auto call = co_await ask_within(here, &what);
  if (!call) co_return std::unexpected(std::move(call.error()));
  call_record& record = call->record;
  if (is_blank(record.answer.text)) co_return std::unexpected(said_nothing(step, *here->generator));
  critique said = read_critique(unwrap_answer(record.answer.text), output.made.markdown);
  record.checked.markdown = record.answer.text;
  record.checked.issues = std::move(said.dropped);
  note_length(record);
  output.calls.push_back(std::move(record));
  if (said.kept.empty()) co_return output;

  here->input.objections = std::move(said.kept);
  auto revised = co_await revise(here, step + "/revise", &output);
  if (!revised) co_return std::unexpected(std::move(revised.error()));
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
    co_return std::unexpected(wrote_nothing(step, *generator, calls->back()));
  role_output output;
  output.made.markdown = claims::with_strikes(calls->back().checked);
  output.calls = std::move(*calls);
  co_return output;
}

}  // namespace chimera::roles
