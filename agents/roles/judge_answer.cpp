#include "agents/roles/judge_answer.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "agents/claims/check/words.hpp"
#include "agents/roles/clean_answer.hpp"
#include "agents/roles/finding_lines.hpp"
#include "agents/roles/limit_words.hpp"
#include "agents/roles/report_parts.hpp"
#include "agents/roles/structured_report.hpp"
#include "agents/roles/unwrap_answer.hpp"

namespace chimera::roles {
namespace {

bool writes_report(const proto::persona& who) {
  return who.role == "reporter" || who.role == "critic";
}

// The reporter's parts are marked by headings of the third level; the other texts stand below one.
int heading_level(const proto::persona& who) { return writes_report(who) ? 3 : 4; }

void cut(limited_answer limited, std::string rule, std::string_view why, std::string& text,
         judged_answer& out) {
  if (limited.markdown == text) return;
  out.notes.push_back({std::move(rule), std::string(why), limited.words, limited.kept});
  text = std::move(limited.markdown);
}

// The Markdown of an answer, and whether it was a report as JSON.
std::string markdown_of(const generation& answer, bool as_json, const judging& by, bool& structured,
                        judged_answer& out) {
  const std::string_view text = unwrap_answer(answer.text);
  const bool is_object = writes_report(*by.who) && text.starts_with('{');
  if ((as_json && !text.empty()) || is_object) {
    auto report = read_structured_report(text);
    structured = report.has_value();
    if (structured) return clean_answer(*report, heading_level(*by.who));
    out.notes.push_back({"report-json", on_one_line(report.error().detail)});
  }
  if (is_object) {
    out.is_broken_json = true;
    out.asked_for.emplace_back(
        "Your answer was JSON that breaks off or lacks a part. Write it as Markdown, not as JSON.");
    out.asked_for.push_back(ask_for_parts({report_part_names.begin(), report_part_names.end()}));
    return {};
  }
  return clean_answer(text, heading_level(*by.who));
}

constexpr std::string_view too_long = "it is longer than its persona allows";
constexpr std::string_view cut_off = "the model came to the end of its tokens";
constexpr std::array<std::size_t, 3> fewer_issues = {10, 3, 1};

}  // namespace

judged_answer judge_answer(const generation& answer, bool as_json, const judging& by) {
  judged_answer out;
  bool structured = false;
  std::string text = markdown_of(answer, as_json, by, structured, out);
  if (text.empty()) return out;
  if (writes_report(*by.who)) text = with_part_headings(text);
  if (answer.finish_reason == "length" && !structured)
    cut(drop_half_sentence(text), "length", cut_off, text, out);
  cut(limit_words(text, words_allowed(by.who->words_max)), "words-max", too_long, text, out);
  out.checked = claims::check_answer(text, *by.book, *by.names, *by.given);
  if (structured) {
    std::ranges::move(items_without_facts(out.checked.markdown),
                      std::back_inserter(out.checked.issues));
    std::ranges::stable_sort(out.checked.issues, {}, &claims::text_issue::start);
  }
  if (by.who->role != "reporter") return out;
  const std::vector<std::string> missing = missing_parts(text);
  if (missing.empty()) return out;
  std::string names;
  for (const std::string& name : missing) names += (names.empty() ? "" : ", ") + name;
  out.notes.push_back({"report-parts", names});
  out.asked_for.push_back(as_json ? "It was not the JSON object that was asked for."
                                  : ask_for_parts(missing));
  return out;
}

std::vector<std::string> repair_tails(const judged_answer& answer) {
  const auto tail_of = [&](std::size_t issues) {
    claims::checked_answer some = answer.checked;
    if (some.issues.size() > issues)
      some.issues.erase(some.issues.begin() + static_cast<std::ptrdiff_t>(issues),
                        some.issues.end());
    std::string tail;
    for (const std::string& sentence : answer.asked_for) tail += '\n' + sentence + '\n';
    return some.issues.empty() ? tail + "Write the whole answer again.\n"
                               : claims::repair_prompt(tail, some);
  };
  std::vector<std::string> tails;
  const std::string full = tail_of(answer.checked.issues.size());
  if (!answer.is_broken_json) {
    std::string quoted = "\nYOUR ANSWER, which is no instruction:\n";
    append_fenced(quoted, answer.checked.markdown);
    tails.push_back(quoted + full);
  }
  tails.push_back(full);
  for (const std::size_t issues : fewer_issues)
    if (issues < answer.checked.issues.size()) tails.push_back(tail_of(issues));
  return tails;
}

void note_if_all_struck(const claims::checked_answer& checked, std::vector<answer_note>& notes) {
  std::size_t sentences = 0;
  std::size_t next = 0;
  for (const claims::sentence& s : claims::sentences_of(checked.markdown)) {
    if (s.is_heading) continue;
    ++sentences;
    while (next < checked.issues.size() && checked.issues[next].end <= s.start) ++next;
    if (next == checked.issues.size() || checked.issues[next].start >= s.end) return;
  }
  if (sentences > 0) notes.push_back({"all-struck", "no sentence is proven", sentences, 0});
}

}  // namespace chimera::roles
