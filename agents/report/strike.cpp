#include "agents/report/strike.hpp"

#include <algorithm>

#include "agents/claims/markdown_mask.hpp"
#include "agents/claims/number_scanner.hpp"
#include "agents/report/printed_text.hpp"

namespace chimera::report {
namespace {

struct stretch {
  std::size_t start = 0;
  std::size_t end = 0;
};

bool blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

// Finds sentences, and the numbers for which they are struck.
class judge {
 public:
  explicit judge(const printed& p) : text_(p.text), spans_(p.spans), refused_(p.refused) {}

  std::vector<stretch> sentences(std::vector<render_problem>& problems) {
    std::vector<stretch> strikes;
    for (const stretch& number : offences()) {
      if (mask_.empty()) mask_ = claims::mask_markdown(text_);
      const bool known = !strikes.empty() && number.start < strikes.back().end;
      if (!known) {
        const std::size_t low = strikes.empty() ? 0 : strikes.back().end;
        strikes.push_back(sentence_around(number));
        strikes.back().start = std::max(strikes.back().start, low);
      }
      const stretch& s = strikes.back();
      if (s.start == s.end) {  // a refusal with nothing to refuse
        strikes.pop_back();
        continue;
      }
      const std::string what =
          number.start == number.end
              ? "refused by the check of claims"
              : "bare number '" + one_line(text_.substr(number.start, number.end - number.start)) +
                    "'";
      problems.push_back({what, one_line(text_.substr(s.start, s.end - s.start), 120)});
    }
    return strikes;
  }

  bool code(std::size_t at) const { return mask_[at] == claims::non_claim::code; }

 private:
  // What sentences are struck for, by place; a refusal is a place without extent.
  std::vector<stretch> offences() const {
    std::vector<stretch> all = bare_numbers();
    for (const std::size_t at : refused_) all.push_back({at, at});
    std::ranges::stable_sort(all, {}, &stretch::start);
    return all;
  }

  std::vector<stretch> bare_numbers() const {
    std::vector<stretch> bare;
    std::size_t span = 0;
    for (const claims::scanned_number& n : claims::scan_numbers(text_)) {
      const stretch number{n.token.start, n.token.end};
      while (span < spans_.size() && spans_[span].end < number.start) ++span;
      // Spans that touch the number: the one it lies in, or those whose text it would change.
      std::size_t near = span;
      while (near < spans_.size() && spans_[near].end <= number.start) ++near;
      const bool touched = near > span;
      const bool met = near < spans_.size() && spans_[near].start <= number.end;
      const bool inside =
          met && spans_[near].start <= number.start && number.end <= spans_[near].end;
      const bool excused =
          n.reason != claims::non_claim::none && n.reason != claims::non_claim::date;
      if (inside ? percent_follows(spans_[near]) : touched || met || !excused)
        bare.push_back(number);
    }
    return bare;
  }

  bool percent_follows(const printed_span& span) const {
    if (span.what != printed_span::type::fact) return false;
    const std::string_view after = std::string_view(text_).substr(span.end);
    return after.starts_with(" %") || after.starts_with(" \xE2\x80\xB0");
  }

  bool in_span(std::size_t at) const {
    const auto after = std::ranges::upper_bound(spans_, at, {}, &printed_span::start);
    return after != spans_.begin() && at < std::prev(after)->end;
  }

  std::string_view line_at(std::size_t at) const {
    const std::size_t start = at == 0 ? 0 : text_.rfind('\n', at - 1) + 1;
    const std::size_t end = std::min(text_.find('\n', at), text_.size());
    std::string_view line = std::string_view(text_).substr(start, end - start);
    while (!line.empty() && (blank(line.front()) || line.front() == '>')) line.remove_prefix(1);
    return line;
  }

  // A line that does not go on the paragraph of the line before it.
  static bool begins_block(std::string_view line) {
    if (line.empty()) return true;
    const std::size_t digits = std::min(line.find_first_not_of("0123456789"), line.size());
    const std::string_view mark = line.substr(digits, 1);
    if (digits > 0) {
      // "15.58 s" goes on a paragraph, "15. it" is a list item.
      const std::string_view after = mark.empty() ? mark : line.substr(digits + 1);
      return (mark == "." || mark == ")") && (after.empty() || blank(after.front()));
    }
    return std::string_view("-*+#|`~=").find(line.front()) != std::string_view::npos;
  }

  bool ends_line(std::size_t newline) const {
    const std::string_view before = line_at(newline);
    if (before.empty() || before.front() == '#' || before.front() == '|') return true;
    return newline + 1 >= text_.size() || begins_block(line_at(newline + 1));
  }

  bool ends_sentence(std::size_t i) const {
    // A strike that began within a code span would change what is code; a fence ends with its line.
    if (text_[i] == '\n' && code(i)) return i + 1 >= text_.size() || !code(i + 1);
    if (text_[i] == '\n') return ends_line(i);
    if (code(i) || in_span(i)) return false;
    if (text_[i] == '|') return (i == 0 || text_[i - 1] != '\\') && line_at(i).starts_with('|');
    const bool stop = text_[i] == '.' || text_[i] == '!' || text_[i] == '?';
    return stop && (i + 1 >= text_.size() || blank(text_[i + 1]) || text_[i + 1] == '\n');
  }

  stretch sentence_around(stretch number) const {
    stretch s = number;
    while (s.start > 0 && !ends_sentence(s.start - 1)) --s.start;
    // A number may hold what ends a sentence elsewhere; a span is struck as a whole.
    while (s.end < text_.size() && (in_span(s.end) || !ends_sentence(s.end))) ++s.end;
    const bool stop = s.end < text_.size() && text_[s.end] != '\n' && text_[s.end] != '|';
    if (stop) ++s.end;
    constexpr std::string_view marks = " \t\n-*>#";
    while (s.start < number.start && !in_span(s.start) &&
           marks.find(text_[s.start]) != std::string_view::npos)
      ++s.start;
    constexpr std::string_view fold = "fold: ";
    if (text_.compare(s.start, fold.size(), fold) == 0 && line_at(s.start).starts_with('#'))
      s.start = std::min(s.start + fold.size(), number.start);
    while (s.end > number.end && (blank(text_[s.end - 1]) || text_[s.end - 1] == '*')) --s.end;
    return s;
  }

  const std::string& text_;
  const std::vector<printed_span>& spans_;
  const std::vector<std::size_t>& refused_;
  std::vector<claims::non_claim> mask_;
};

// The sentence with its markup shown, not obeyed: markup that crossed the strike would end it.
std::string plain_sentence(const judge& j, std::string_view text, stretch s) {
  std::string out;
  for (std::size_t i = s.start; i < s.end; ++i) {
    const char c = text[i];
    if (j.code(i)) {
      out += c;
    } else if (c == '\\' && i + 1 < s.end && is_markup(text[i + 1])) {
      out += c;
      out += text[++i];
    } else if (c == '\n') {
      out += ' ';
      while (i + 1 < s.end && (blank(text[i + 1]) || text[i + 1] == '>')) ++i;
    } else {
      if (is_markup(c)) out += '\\';
      out += c;
    }
  }
  return out;
}

}  // namespace

printed strike_sentences(printed p) {
  judge j(p);
  const std::vector<stretch> strikes = j.sentences(p.problems);
  if (strikes.empty()) return p;
  printed out;
  std::size_t from = 0;
  std::size_t span = 0;
  const auto keep_until = [&](std::size_t end) {
    for (; span < p.spans.size() && p.spans[span].start < end; ++span) {
      printed_span moved = p.spans[span];
      moved.start = moved.start - from + out.text.size();
      moved.end = moved.end - from + out.text.size();
      out.spans.push_back(std::move(moved));
    }
    out.text.append(p.text, from, end - from);
  };
  for (const stretch& s : strikes) {
    keep_until(s.start);
    printed_span struck{printed_span::type::struck, out.text.size(), 0, ""};
    out.text += "~~" + plain_sentence(j, p.text, s) + "~~";
    struck.end = out.text.size();
    out.spans.push_back(std::move(struck));
    while (span < p.spans.size() && p.spans[span].start < s.end) ++span;
    from = s.end;
  }
  keep_until(p.text.size());
  out.problems = std::move(p.problems);
  out.facts_used = std::move(p.facts_used);
  return out;
}

}  // namespace chimera::report
