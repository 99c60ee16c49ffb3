#include "agents/claims/check/check_answer.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "agents/claims/quoted_number.hpp"

namespace chimera::claims {
namespace {

constexpr std::size_t quoted_bytes_max = 240;
constexpr std::size_t issues_named_max = 40;

struct stretch {
  std::size_t start = 0;
  std::size_t end = 0;
};

class sentence_finder {
 public:
  explicit sentence_finder(std::string_view text) : sentences_(sentences_of(text)) {}

  [[nodiscard]] stretch around(std::size_t at) const {
    const auto after = std::ranges::upper_bound(sentences_, at, {}, &sentence::start);
    if (after == sentences_.begin() || std::prev(after)->end < at) return {at, at};
    return {std::prev(after)->start, std::prev(after)->end};
  }

 private:
  std::vector<sentence> sentences_;
};

std::string message_of(const matched_number& m, std::string_view text) {
  const auto& token = m.number.token;
  std::string said = fmt::format("'{}'", text.substr(token.start, token.end - token.start));
  if (m.judgement == proto::verdict::contradicted)
    return fmt::format("{} is wrong: the fact says {}", said, m.truth);
  if (m.rule == "refused") return said + ": this statistic is not reported at this n";
  return fmt::format("{} is a bare number: name a fact instead ({})", said, m.rule);
}

// The fact that a reference in place of the number would print; null if there is none.
const proto::fact* replacement(const matched_number& m, const fact_book& book) {
  const bool true_of_fact =
      m.judgement == proto::verdict::verified || m.judgement == proto::verdict::verified_approx;
  if (!true_of_fact || m.fact == fact_book::npos || m.rule == "configuration") return nullptr;
  return &book.facts()[m.fact];
}

void replace_numbers(checked_answer& out, std::string_view source, const name_lookup& names,
                     const fact_book& book) {
  const spoken_text spoken(source, names);
  std::size_t from = 0;
  for (const matched_number& m : match_numbers(spoken, book)) {
    const proto::fact* f = replacement(m, book);
    if (f == nullptr) continue;
    const number_token& token = m.number.token;
    const auto q = read_quoted(spoken.text(), token);
    // "over 76 tok/s" would not be true of the exact value.
    const bool bound = q && (q->weakened == hedge::nearly || q->weakened == hedge::over ||
                             q->weakened == hedge::under);
    const std::size_t start = spoken.source_of(bound ? q->begin : token.start);
    const std::size_t last = (q ? q->end : token.end) - 1;
    const std::size_t end = spoken.source_of(last) + 1;
    if (start < from || end <= start) continue;
    out.markdown += source.substr(from, start - from);
    out.markdown += "{{f:" + f->id + "}}";
    out.replaced.push_back({std::string(source.substr(start, end - start)), f->id});
    from = end;
  }
  out.markdown += source.substr(from);
}

// The numbers that are left; gives the places of those that are true changes.
std::vector<text_span> find_numbers(checked_answer& out, const spoken_text& spoken,
                                    const fact_book& book, const sentence_finder& sentences) {
  std::vector<text_span> proven;
  for (const matched_number& m : match_numbers(spoken, book)) {
    if (m.judgement == proto::verdict::non_claim) continue;
    const std::size_t start = m.number.token.start;
    const stretch s = sentences.around(spoken.source_of(start));
    text_issue issue = {s.start, s.end, "number", message_of(m, spoken.text())};
    const bool contradicted = m.judgement == proto::verdict::contradicted;
    if (contradicted) issue.judgement = m.judgement;
    issue.text = spoken.text().substr(start, m.number.token.end - start);
    if (contradicted && m.fact != fact_book::npos) issue.fact = book.facts()[m.fact].id;
    out.issues.push_back(std::move(issue));
    const bool stands =
        m.judgement == proto::verdict::verified || m.judgement == proto::verdict::verified_approx;
    if (stands && (m.rule == "percent change" || m.rule == "ratio"))
      proven.push_back({start, m.number.token.end});
  }
  return proven;
}

void find_references(checked_answer& out, const spoken_text& spoken, const fact_book& book,
                     const sentence_finder& sentences) {
  for (const piece& p : spoken.broken()) {
    const stretch s = sentences.around(p.start);
    const std::string what = p.error.empty() ? "unknown name" : p.error;
    out.issues.push_back(
        {s.start, s.end, "reference",
         fmt::format("{}: {}", out.markdown.substr(p.start, p.end - p.start), what)});
  }
  for (const placed_reference& r : spoken.references()) {
    const bool of_facts =
        r.ref.kind == reference_kind::fact || r.ref.kind == reference_kind::comparison;
    if (!of_facts) continue;
    for (const std::string& id : r.ref.ids) {
      const proto::fact* f = book.find(id);
      if (f != nullptr && !f->refused()) continue;
      const stretch s = sentences.around(spoken.source_of(r.start));
      const char* what = f == nullptr ? "unknown fact '{}'"
                                      : "'{}' is refused: this statistic is not reported at this n";
      out.issues.push_back({s.start, s.end, "reference", fmt::format(fmt::runtime(what), id)});
    }
  }
}

}  // namespace

checked_answer check_answer(std::string_view markdown, const fact_book& book,
                            const name_lookup& names, std::span<const std::string> given) {
  checked_answer out;
  replace_numbers(out, markdown, names, book);
  const sentence_finder sentences(out.markdown);
  const spoken_text spoken(out.markdown, names);
  const std::vector<text_span> proven = find_numbers(out, spoken, book, sentences);
  find_references(out, spoken, book, sentences);
  for (text_issue& issue : check_words(spoken, book, given, proven)) {
    issue.start = spoken.source_of(issue.start);
    issue.end = spoken.source_of(issue.end);
    out.issues.push_back(std::move(issue));
  }
  std::ranges::stable_sort(out.issues, {}, &text_issue::start);
  return out;
}

std::string repair_prompt(std::string_view prompt, const checked_answer& answer) {
  std::string text(prompt);
  text += "\nYOUR ANSWER WAS CHECKED. These sentences cannot stand:\n";
  std::size_t named = 0;
  for (const text_issue& issue : answer.issues) {
    if (named++ == issues_named_max) break;
    std::string quoted = answer.markdown.substr(issue.start, issue.end - issue.start);
    if (quoted.size() > quoted_bytes_max) quoted.resize(quoted_bytes_max);
    std::ranges::replace(quoted, '\n', ' ');
    text += fmt::format("- \"{}\": {}\n", quoted, issue.message);
  }
  if (answer.issues.size() > issues_named_max)
    text +=
        fmt::format("- and {} more of the same kinds\n", answer.issues.size() - issues_named_max);
  text +=
      "Write the whole answer again. Keep what is not listed. Name facts by their identifiers "
      "instead of numbers, or leave the sentence out.\n";
  return text;
}

std::string with_strikes(const checked_answer& answer) {
  std::string out;
  std::size_t from = 0;
  for (const text_issue& issue : answer.issues) {
    // Marks stand inside the sentence, behind what makes it a list item or a row.
    std::size_t at = issue.start;
    const std::string_view text = answer.markdown;
    const std::size_t first = text.find_first_not_of(" \t-*+>#|", at);
    if (first != std::string_view::npos && first < issue.end) at = first;
    if (at < from || (from != 0 && at == from)) continue;
    out += text.substr(from, at - from);
    out += "{{strike}}";
    from = at;
  }
  return out + answer.markdown.substr(from);
}

}  // namespace chimera::claims
