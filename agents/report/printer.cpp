#include "agents/report/printer.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "agents/claims/markdown_mask.hpp"
#include "agents/claims/reference.hpp"
#include "agents/report/printed_text.hpp"
#include "agents/report/strike.hpp"

namespace chimera::report {
namespace {

constexpr int depth_max = 4;
// Mark places in the HTML renderer; no text of a source or catalog may bring them.
constexpr std::string_view marks[] = {"\xEE\x80\x80", "\xEE\x80\x81"};

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

bool blank(std::string_view text) {
  return text.find_first_not_of(" \t\r") == std::string_view::npos;
}

// "<" and "&" where HTML would begin: agents write Markdown, and a tag or an entity could show a
// number that no scanner sees.
bool begins_html(std::string_view text, std::size_t at) {
  if (at + 1 >= text.size()) return false;
  const char next = text[at + 1];
  const bool letter = (next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z');
  if (text[at] == '&') return letter || next == '#';
  return text[at] == '<' && (letter || next == '/' || next == '!' || next == '?');
}

class printer {
 public:
  explicit printer(const catalog& names) : names_(names) {}

  void expand(std::string_view source, int depth) {
    std::vector<claims::non_claim> mask(source.size(), claims::non_claim::none);
    if (depth == 0 || source.find_first_of("<&`~") != std::string_view::npos)
      mask = claims::mask_markdown(source);
    for (const claims::piece& p : claims::parse_references(source)) {
      const std::string_view part = source.substr(p.start, p.end - p.start);
      if (p.what == claims::piece::type::text)
        text(source, p, mask);
      else if (p.what == claims::piece::type::malformed)
        strike(part, p.error);
      else {
        code_ = mask[p.start] == claims::non_claim::code;
        print(p.ref, part, source.substr(p.end), depth);
      }
    }
  }

  printed take() { return std::move(out_); }

 private:
  // Text passes as it is, but what would change how printed names read does not: HTML, backticks
  // without partner, a backslash before a reference.
  void text(std::string_view source, const claims::piece& p,
            const std::vector<claims::non_claim>& mask) {
    bool escaped = false;
    if (source[p.start] == '`') part_ticks();
    for (std::size_t i = p.start; i < p.end; ++i) {
      const char c = source[i];
      const bool code = mask[i] == claims::non_claim::code;
      if (c == '\xEE' && std::ranges::find(marks, source.substr(i, 3)) != std::end(marks)) {
        i += 2;
        continue;
      }
      const bool active = !code && (c == '`' || begins_html(source, i));
      if (!escaped && (active || (c == '|' && cell_))) out_.text += '\\';
      out_.text += c == '\n' && cell_ ? ' ' : c;
      escaped = c == '\\' && !escaped && !code;
    }
    if (escaped && p.end < source.size()) out_.text.pop_back();
  }

  // Two runs of backticks that touch would become one.
  void part_ticks() {
    if (out_.text.ends_with('`') && !out_.spans.empty() &&
        out_.spans.back().end == out_.text.size())
      out_.text += ' ';
  }

  void print(const claims::reference& ref, std::string_view part, std::string_view after,
             int depth) {
    if (depth > depth_max) return strike(part, "nested too deeply");
    switch (ref.kind) {
      case claims::reference_kind::fact:
        return fact(ref.ids[0], part);
      case claims::reference_kind::name:
        return name(ref.ids[0], part);
      case claims::reference_kind::table:
        if (!alone(after)) return strike(part, "a table that is not alone on its line");
        return table(ref.ids[0], part, depth);
      case claims::reference_kind::figure:
        if (!alone(after)) return strike(part, "a figure that is not alone on its line");
        return figure_image(ref.ids[0], part, after);
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
      case claims::reference_kind::strike:
        return out_.refused.push_back(out_.text.size());
    }
  }

  const proto::fact* find(std::string_view id) const {
    return names_.find_fact ? names_.find_fact(id) : nullptr;
  }

  void fact(const std::string& id, std::string_view part) {
    const proto::fact* f = find(id);
    if (f == nullptr) return strike(part, "unknown fact");
    use(*f);
    const std::string text = print_fact(*f);
    // Texts come from artifacts; of numbers, "< 0.0001" must stay as it is.
    const bool words = f->kind == "string" || f->kind == "verdict" || f->kind == "date";
    add(printed_span::type::fact, words ? escaped_markdown(text, 200) : text, id);
  }

  // A fact in use brings what it is derived from, so that a reader can follow it to the cells.
  void use(const proto::fact& f) {
    if (!used_.insert(f.id).second) return;
    out_.facts_used.push_back(f.id);
    for (const std::string& id : f.derived_from)
      if (const proto::fact* operand = find(id)) use(*operand);
  }

  void name(const std::string& id, std::string_view part) {
    const auto found = names_.names.find(id);
    if (found == names_.names.end()) return strike(part, "unknown name");
    const named& n = found->second;
    if (code_) {
      std::string inside = one_line(n.text);
      std::ranges::replace(inside, '`', '\'');
      if (cell_) std::ranges::replace(inside, '|', '/');
      return add(printed_span::type::name, inside, id);
    }
    const bool in_cell = cell_ || line_so_far().starts_with('|');
    if (n.code && out_.text.ends_with('`')) out_.text += ' ';
    add(printed_span::type::name, n.code ? code_span(n.text, in_cell) : escaped_markdown(n.text),
        id);
  }

  void table(const std::string& id, std::string_view part, int depth) {
    const auto found = names_.tables.find(id);
    if (found == names_.tables.end()) return strike(part, "unknown table");
    const table_block& t = found->second;
    begin_block();
    cell_ = true;
    if (!t.caption.empty()) {
      out_.text += "**";
      expand(t.caption, depth + 1);
      out_.text += "**\n\n";
    }
    row(t.header, t.header.size(), depth);
    out_.text += '|';
    for (std::size_t i = 0; i < t.header.size(); ++i)
      out_.text += i < t.align.size() && t.align[i] == "r" ? " ---: |" : " --- |";
    out_.text += '\n';
    for (const auto& cells : t.rows) row(cells, t.header.size(), depth);
    cell_ = false;
  }

  // GFM drops cells beyond the header's; an empty header would make no table at all.
  void row(const std::vector<std::string>& cells, std::size_t columns, int depth) {
    out_.text += '|';
    for (std::size_t i = 0; i < columns; ++i) {
      out_.text += ' ';
      if (i < cells.size()) expand(cells[i], depth + 1);
      out_.text += " |";
    }
    out_.text += '\n';
  }

  void figure_image(const std::string& id, std::string_view part, std::string_view after) {
    const auto found = names_.figures.find(id);
    if (found == names_.figures.end()) return strike(part, "unknown figure");
    begin_block();
    add(printed_span::type::name,
        fmt::format("![{}](figures/{}.svg)", escaped_markdown(found->second.title),
                    found->second.name),
        id);
    const std::size_t line_end = after.find('\n');
    if (line_end != std::string_view::npos && !after.substr(line_end + 1).starts_with('\n'))
      out_.text += '\n';
  }

  std::string_view line_so_far() const {
    const std::size_t newline = out_.text.rfind('\n');
    return std::string_view(out_.text).substr(newline == std::string::npos ? 0 : newline + 1);
  }

  bool alone(std::string_view after) const {
    return !cell_ && !code_ && blank(line_so_far()) && blank(after.substr(0, after.find('\n')));
  }

  // A table or figure that follows a line of text would go on its paragraph.
  void begin_block() {
    out_.text.resize(out_.text.size() - line_so_far().size());
    if (!out_.text.empty() && !out_.text.ends_with("\n\n")) out_.text += '\n';
  }

  void add(printed_span::type what, const std::string& text, const std::string& id) {
    if (text.empty()) return;
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
  bool cell_ = false;  // in a cell or caption of a table
  bool code_ = false;  // the reference stands in a code span or fence of its source
  std::set<std::string, std::less<>> used_;
};

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
