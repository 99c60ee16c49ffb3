#include <algorithm>

#include "agents/claims/number_scanner.hpp"
#include "agents/report/printed_text.hpp"
#include "agents/report/printer.hpp"
#include "agents/report/render.hpp"

namespace chimera::report {
namespace {

// Line numbers of offsets that only grow.
class line_counter {
 public:
  explicit line_counter(std::string_view text) : text_(text) {}

  void place(proto::claim& c, std::size_t start, std::size_t end) {
    while (at_ < start) {
      if (text_[at_] == '\n') {
        ++line_;
        line_start_ = at_ + 1;
      }
      ++at_;
    }
    c.line = line_;
    c.start = start - line_start_;
    c.end = end - line_start_;
    c.text = text_.substr(start, end - start);
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::size_t line_start_ = 0;
};

proto::claim claim_of_span(const printed_span& span, const catalog& names) {
  proto::claim c;
  switch (span.what) {
    case printed_span::type::fact: {
      c.judgement = proto::verdict::verified;
      c.facts = {span.id};
      c.rule = "printed-from-fact";
      break;
    }
    case printed_span::type::name: {
      c.judgement = proto::verdict::verified_literal;
      const auto found = names.names.find(span.id);
      c.rule = found == names.names.end() ? "figure" : "literal";
      if (found != names.names.end())
        c.literal = found->second.file.empty() ? found->second.where
                                               : found->second.file + " " + found->second.where;
      break;
    }
    case printed_span::type::struck: {
      c.judgement = proto::verdict::unsupported;
      c.rule = "struck";
      c.struck = true;
      break;
    }
  }
  return c;
}

}  // namespace

rendered render_markdown(std::string_view source, const catalog& names) {
  std::string unfolded(source);
  constexpr std::string_view fold = "#### fold: ";  // HTML folds these blocks; Markdown has no fold
  for (std::size_t at = unfolded.find(fold); at != std::string::npos;
       at = unfolded.find(fold, at)) {
    if (at == 0 || unfolded[at - 1] == '\n') unfolded.erase(at + 5, fold.size() - 5);
    at += 5;
  }
  printed p = print_source(unfolded, names);
  rendered out;
  line_counter lines(p.text);
  std::size_t span = 0;
  const std::vector<claims::scanned_number> numbers = claims::scan_numbers(p.text);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const claims::scanned_number& n = numbers[i];
    while (span < p.spans.size() && p.spans[span].end <= n.token.start) ++span;
    const bool covered = span < p.spans.size() && p.spans[span].start <= n.token.start &&
                         n.token.end <= p.spans[span].end;
    if (!covered) {
      proto::claim c;
      const bool claims_nothing =
          n.reason != claims::non_claim::none && n.reason != claims::non_claim::date;
      c.judgement = claims_nothing ? proto::verdict::non_claim : proto::verdict::unsupported;
      c.rule = claims_nothing ? std::string(to_text(n.reason)) : "bare number";
      lines.place(c, n.token.start, n.token.end);
      out.claims.push_back(std::move(c));
      continue;
    }
    // All numbers that one reference printed are one claim: the whole printed text.
    const printed_span& s = p.spans[span];
    proto::claim c = claim_of_span(s, names);
    lines.place(c, s.start, s.end);
    out.claims.push_back(std::move(c));
    while (i + 1 < numbers.size() && numbers[i + 1].token.start < s.end) ++i;
  }
  out.problems = std::move(p.problems);
  out.facts_used = std::move(p.facts_used);
  out.markdown = std::move(p.text);
  return out;
}

}  // namespace chimera::report
