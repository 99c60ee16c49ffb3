#include "agents/claims/markdown_inlines.hpp"

#include <algorithm>
#include <map>

namespace chimera::claims {
namespace {

constexpr std::size_t tag_bytes_max = 2000;  // longer ones are taken for text

bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool name_character(char c) {
  return letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == ':' || c == '.';
}

std::size_t skip_spaces(std::string_view text, std::size_t at) {
  while (at < text.size() && space(text[at])) ++at;
  return at;
}

// One past `name`, `name=value` of a tag at `at`, or `at` if there is none.
std::size_t attribute_end(std::string_view text, std::size_t at) {
  if (at >= text.size() || !(letter(text[at]) || text[at] == '_' || text[at] == ':')) return at;
  while (at < text.size() && name_character(text[at])) ++at;
  const std::size_t equals = skip_spaces(text, at);
  if (equals >= text.size() || text[equals] != '=') return at;
  std::size_t value = skip_spaces(text, equals + 1);
  if (value >= text.size()) return at;
  if (text[value] == '"' || text[value] == '\'') {
    const std::size_t close = text.find(text[value], value + 1);
    return close == std::string_view::npos ? at : close + 1;
  }
  const std::size_t from = value;
  while (value < text.size() && !space(text[value]) &&
         std::string_view("\"'=<>`").find(text[value]) == std::string_view::npos)
    ++value;
  return value == from ? at : value;
}

// One past the HTML tag or autolink that `text` begins with, or 0 if it begins with none.
std::size_t tag_end(std::string_view text) {
  text = text.substr(0, tag_bytes_max);
  const bool closing = text.size() > 1 && text[1] == '/';
  std::size_t at = closing ? 2 : 1;
  if (at >= text.size() || !letter(text[at])) return 0;
  while (at < text.size() && (name_character(text[at]) || text[at] == '+')) ++at;
  if (at > 0 && text[at - 1] == ':') {
    while (at < text.size() && !space(text[at]) && text[at] != '<' && text[at] != '>') ++at;
    return at < text.size() && text[at] == '>' ? at + 1 : 0;
  }
  while (!closing) {
    const std::size_t next = skip_spaces(text, at);
    const std::size_t end = next == at ? at : attribute_end(text, next);
    if (end == next || end == at) break;
    at = end;
  }
  at = skip_spaces(text, at);
  if (!closing && at < text.size() && text[at] == '/') ++at;
  return at < text.size() && text[at] == '>' ? at + 1 : 0;
}

class inline_mask {
 public:
  inline_mask(std::string_view text, stretch part, std::vector<non_claim>& mask)
      : text_(text.substr(0, part.end)), at_(part.start), mask_(mask) {
    for (std::size_t i = part.start; i < part.end;) {
      const std::size_t n = ticks_at(i);
      if (n > 0) runs_[n].push_back(i);
      i += std::max<std::size_t>(n, 1);
    }
  }

  void run() {
    while (at_ < text_.size()) step();
  }

 private:
  std::size_t ticks_at(std::size_t i) const {
    std::size_t n = 0;
    while (i + n < text_.size() && text_[i + n] == '`') ++n;
    return n;
  }

  void step() {
    const char c = text_[at_];
    if (c == '\\')
      at_ += 2;
    else if (c == '`')
      code();
    else if (c == '<')
      mask_to(tag_end(text_.substr(at_)), non_claim::link);
    else if (c == ']' && text_.substr(at_ + 1).starts_with('('))
      target();
    else {
      if (c == '[') open_ = true;
      ++at_;
    }
  }

  void code() {
    const std::size_t n = ticks_at(at_);
    const auto same = runs_.find(n);
    if (same != runs_.end()) {
      const auto close = std::ranges::lower_bound(same->second, at_ + n);
      if (close != same->second.end()) return mask_to(*close + n - at_, non_claim::code);
    }
    at_ += n;
  }

  // Only `](target)` without spaces and parentheses, after an open bracket, is surely a link.
  void target() {
    std::size_t end = at_ + 2;
    while (end < text_.size() && !space(text_[end]) &&
           std::string_view("()\\`<").find(text_[end]) == std::string_view::npos)
      ++end;
    const bool link = open_ && end < text_.size() && text_[end] == ')';
    open_ = open_ && !link;
    mask_to(link ? end + 1 - at_ : 0, non_claim::link);
  }

  void mask_to(std::size_t bytes, non_claim what) {
    for (std::size_t i = 0; i < bytes; ++i) mask_[at_ + i] = what;
    at_ += std::max<std::size_t>(bytes, 1);
  }

  std::string_view text_;
  std::size_t at_;
  std::vector<non_claim>& mask_;
  std::map<std::size_t, std::vector<std::size_t>> runs_;  // of backticks, by length
  bool open_ = false;
};

std::vector<stretch> lines_of(std::string_view text, stretch block) {
  std::vector<stretch> lines;
  text = text.substr(0, block.end);
  for (std::size_t at = block.start; at < block.end;) {
    const std::size_t end = std::min(text.find('\n', at), block.end - 1) + 1;
    lines.push_back({at, end});
    at = end;
  }
  return lines;
}

bool delimiter_row(std::string_view line) {
  return line.find('-') != std::string_view::npos &&
         line.find_first_not_of(" \t|:->\r\n") == std::string_view::npos;
}

// No code span crosses from one cell of a table to the next.
void mask_cells(std::string_view text, stretch row, std::vector<non_claim>& mask) {
  std::size_t from = row.start;
  for (std::size_t at = row.start; at < row.end; ++at) {
    if (text[at] == '\\') {
      ++at;
      continue;
    }
    if (text[at] != '|') continue;
    inline_mask(text, {from, at}, mask).run();
    from = at + 1;
  }
  inline_mask(text, {from, row.end}, mask).run();
}

}  // namespace

void mask_inlines(std::string_view text, stretch block, std::vector<non_claim>& mask) {
  const std::vector<stretch> lines = lines_of(text, block);
  std::size_t table = lines.size();
  for (std::size_t i = 1; i < lines.size() && table == lines.size(); ++i)
    if (delimiter_row(text.substr(lines[i].start, lines[i].end - lines[i].start))) table = i - 1;
  if (table > 0)
    inline_mask(text, {block.start, table < lines.size() ? lines[table].start : block.end}, mask)
        .run();
  for (std::size_t i = table; i < lines.size(); ++i) mask_cells(text, lines[i], mask);
}

}  // namespace chimera::claims
