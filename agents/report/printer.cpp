#include "agents/report/printer.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "agents/claims/number_scanner.hpp"
#include "agents/claims/reference.hpp"
#include "agents/report/printed_text.hpp"

namespace chimera::report {
namespace {

constexpr int depth_max = 4;

// The offending reference with its braces taken apart, so that it cannot resolve later.
std::string neutralised(std::string_view text) {
  std::string out;
  for (const char c : one_line(text)) out += c == '{' || c == '}' ? ' ' : c;
  const std::size_t first = out.find_first_not_of(' ');
  if (first == std::string::npos) return "~~empty reference~~";
  // GFM strikes nothing that has a space at its edge.
  out = out.substr(first, out.find_last_not_of(' ') + 1 - first);
  return "~~" + escaped_markdown(out) + "~~";
}

class printer {
 public:
  explicit printer(const catalog& names) : names_(names) {}

  void expand(std::string_view source, int depth) {
    for (const claims::piece& p : claims::parse_references(source)) {
      const std::string_view part = source.substr(p.start, p.end - p.start);
      switch (p.what) {
        case claims::piece::type::text:
          out_.text += part;
          break;
        case claims::piece::type::malformed:
          strike(part, p.error);
          break;
        case claims::piece::type::reference:
          print(p.ref, part, depth);
          break;
      }
    }
  }

  printed take() { return std::move(out_); }

 private:
  void print(const claims::reference& ref, std::string_view part, int depth) {
    if (depth >= depth_max) return strike(part, "nested too deeply");
    switch (ref.kind) {
      case claims::reference_kind::fact:
        return fact(ref.ids[0], part);
      case claims::reference_kind::name:
        return name(ref.ids[0], part);
      case claims::reference_kind::table:
        return table(ref.ids[0], part, depth);
      case claims::reference_kind::figure:
        return figure_image(ref.ids[0], part);
      case claims::reference_kind::best: {
        const auto found = names_.best.find(ref.ids[0]);
        if (found == names_.best.end()) return strike(part, "unknown group");
        return expand(found->second, depth + 1);
      }
      case claims::reference_kind::comparison: {
        const auto found = names_.comparisons.find({ref.ids[0], ref.ids[1]});
        if (found == names_.comparisons.end()) return strike(part, "no such comparison");
        return expand(found->second.text, depth + 1);
      }
    }
  }

  void fact(const std::string& id, std::string_view part) {
    const proto::fact* f = names_.find_fact(id);
    if (f == nullptr) return strike(part, "unknown fact");
    use(*f);
    add(printed_span::type::fact, print_fact(*f), id);
  }

  // A fact in use brings what it is derived from, so that a reader can follow it to the cells.
  void use(const proto::fact& f) {
    if (!used_.insert(f.id).second) return;
    out_.facts_used.push_back(f.id);
    for (const std::string& id : f.derived_from)
      if (const proto::fact* operand = names_.find_fact(id)) use(*operand);
  }

  void name(const std::string& id, std::string_view part) {
    const auto found = names_.names.find(id);
    if (found == names_.names.end()) return strike(part, "unknown name");
    const named& n = found->second;
    add(printed_span::type::name, n.code ? code_span(n.text) : escaped_markdown(n.text), id);
  }

  void table(const std::string& id, std::string_view part, int depth) {
    const auto found = names_.tables.find(id);
    if (found == names_.tables.end()) return strike(part, "unknown table");
    const table_block& t = found->second;
    if (!t.caption.empty()) {
      out_.text += "**";
      expand(t.caption, depth + 1);
      out_.text += "**\n\n";
    }
    row(t.header, depth);
    out_.text += '|';
    for (std::size_t i = 0; i < t.header.size(); ++i)
      out_.text += i < t.align.size() && t.align[i] == "r" ? " ---: |" : " --- |";
    out_.text += '\n';
    for (const auto& cells : t.rows) row(cells, depth);
  }

  void row(const std::vector<std::string>& cells, int depth) {
    out_.text += '|';
    for (const std::string& cell : cells) {
      out_.text += ' ';
      std::string line = cell;
      std::ranges::replace(line, '\n', ' ');
      expand(line, depth + 1);
      out_.text += " |";
    }
    out_.text += '\n';
  }

  void figure_image(const std::string& id, std::string_view part) {
    const auto found = names_.figures.find(id);
    if (found == names_.figures.end()) return strike(part, "unknown figure");
    add(printed_span::type::name,
        fmt::format("![{}](figures/{}.svg)", escaped_markdown(found->second.title),
                    found->second.name),
        id);
  }

  void add(printed_span::type what, const std::string& text, const std::string& id) {
    printed_span span{what, out_.text.size(), out_.text.size() + text.size(), id};
    out_.text += text;
    out_.spans.push_back(std::move(span));
  }

  void strike(std::string_view part, std::string_view why) {
    out_.problems.push_back({std::string(why), one_line(part)});
    add(printed_span::type::struck, neutralised(part), "");
  }

  const catalog& names_;
  printed out_;
  std::set<std::string, std::less<>> used_;
};

bool inside(const std::vector<printed_span>& spans, std::size_t at) {
  const auto after = std::ranges::upper_bound(spans, at, {}, &printed_span::start);
  return after != spans.begin() && at < std::prev(after)->end;
}

struct stretch {
  std::size_t start = 0;
  std::size_t end = 0;
};

// The sentence (or table cell, or list item) around a byte.
stretch sentence_around(const printed& p, std::size_t at) {
  const std::string& text = p.text;
  const auto ends_sentence = [&](std::size_t i) {
    if (text[i] == '\n' || text[i] == '|') return true;
    const bool stop = text[i] == '.' || text[i] == '!' || text[i] == '?';
    return stop && i + 1 < text.size() && text[i + 1] == ' ' && !inside(p.spans, i);
  };
  stretch s{at, at};
  while (s.start > 0 && !ends_sentence(s.start - 1)) --s.start;
  while (s.end < text.size() && !ends_sentence(s.end)) ++s.end;
  if (s.end < text.size() && (text[s.end] == '.' || text[s.end] == '!' || text[s.end] == '?'))
    ++s.end;
  while (s.start < s.end && std::string_view(" -*>#").find(text[s.start]) != std::string_view::npos)
    ++s.start;
  while (s.end > s.start && text[s.end - 1] == ' ') --s.end;
  return s;
}

std::vector<stretch> sentences_to_strike(const printed& p, std::vector<render_problem>& problems) {
  std::vector<stretch> strikes;
  for (const claims::scanned_number& n : claims::scan_numbers(p.text)) {
    if (n.reason != claims::non_claim::none || inside(p.spans, n.token.start)) continue;
    const stretch s = sentence_around(p, n.token.start);
    problems.push_back(
        {"bare number '" + p.text.substr(n.token.start, n.token.end - n.token.start) + "'",
         one_line(std::string_view(p.text).substr(s.start, s.end - s.start), 120)});
    if (strikes.empty() || strikes.back().end <= s.start) strikes.push_back(s);
  }
  return strikes;
}

// Wraps each sentence in ~~ and moves the spans along; spans inside a struck sentence stay facts.
printed strike_sentences(printed p) {
  const std::vector<stretch> strikes = sentences_to_strike(p, p.problems);
  if (strikes.empty()) return p;
  printed out;
  out.problems = std::move(p.problems);
  out.facts_used = std::move(p.facts_used);
  std::size_t from = 0;
  std::size_t span = 0;
  for (const stretch& s : strikes) {
    for (; span < p.spans.size() && p.spans[span].start < s.start; ++span) {
      printed_span moved = p.spans[span];
      const std::size_t shift = out.text.size() - from;
      moved.start += shift;
      moved.end += shift;
      out.spans.push_back(std::move(moved));
    }
    out.text.append(p.text, from, s.start - from);
    printed_span struck{printed_span::type::struck, out.text.size(), 0, ""};
    out.text += "~~";
    // A strike inside a strike would end it.
    std::string sentence = p.text.substr(s.start, s.end - s.start);
    for (std::size_t at = sentence.find("~~"); at != std::string::npos;
         at = sentence.find("~~", at))
      sentence.erase(at, 2);
    out.text += sentence + "~~";
    struck.end = out.text.size();
    out.spans.push_back(std::move(struck));
    while (span < p.spans.size() && p.spans[span].start < s.end) ++span;
    from = s.end;
  }
  const std::size_t shift = out.text.size() - from;
  for (; span < p.spans.size(); ++span) {
    printed_span moved = p.spans[span];
    moved.start += shift;
    moved.end += shift;
    out.spans.push_back(std::move(moved));
  }
  out.text.append(p.text, from);
  return out;
}

}  // namespace

std::string print_fact(const proto::fact& f) {
  for (const std::string& flag : f.flags) {
    if (!flag.starts_with("refused:")) continue;
    const std::size_t less = flag.rfind('<');
    const std::string needed = less == std::string::npos ? "" : flag.substr(less + 1);
    return fmt::format("not reported (n = {} < {})", f.n, needed);
  }
  return f.shown.text;
}

printed print_source(std::string_view source, const catalog& names) {
  printer p(names);
  p.expand(source, 0);
  return strike_sentences(p.take());
}

}  // namespace chimera::report
