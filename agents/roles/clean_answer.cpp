#include "agents/roles/clean_answer.hpp"

#include <algorithm>
#include <cstddef>

namespace chimera::roles {
namespace {

constexpr std::size_t heading_marks_max = 6;
constexpr std::size_t fence_marks_min = 3;

std::size_t run_length(std::string_view text, char c) {
  const std::size_t end = text.find_first_not_of(c);
  return end == std::string_view::npos ? text.size() : end;
}

std::string_view without_indent(std::string_view line) {
  const std::size_t spaces = std::min<std::size_t>(3, run_length(line, ' '));
  return line.substr(spaces);
}

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t") == std::string_view::npos;
}

// "===" or "---" under a paragraph makes it a heading of the first or second level.
bool is_underline(std::string_view line) {
  const std::string_view text = without_indent(line);
  if (text.empty() || (text[0] != '=' && text[0] != '-')) return false;
  const std::size_t run = run_length(text, text[0]);
  return is_blank(text.substr(run));
}

bool starts_markup(std::string_view line, std::size_t at) {
  if (at + 1 >= line.size()) return false;
  const char c = line[at + 1];
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '/' || c == '!' || c == '?';
}

void append_without_html(std::string& out, std::string_view line) {
  for (std::size_t at = 0; at < line.size(); ++at) {
    if (line[at] == '<' && starts_markup(line, at))
      out += "&lt;";
    else
      out += line[at];
  }
}

class cleaner {
 public:
  explicit cleaner(std::size_t level) : level_(level) {}

  void take(std::string_view line) {
    const std::string_view text = without_indent(line);
    const char mark = text.empty() ? ' ' : text[0];
    const std::size_t run = mark == '`' || mark == '~' ? run_length(text, mark) : 0;
    if (fence_ > 0) {
      if (mark == fence_mark_ && run >= fence_ && is_blank(text.substr(run))) fence_ = 0;
      add(line);
      return;
    }
    if (run >= fence_marks_min) {
      fence_ = run;
      fence_mark_ = mark;
      add(line);
      in_paragraph_ = false;
      return;
    }
    if (in_paragraph_ && is_underline(line)) return;
    if (heading(text)) return;
    in_paragraph_ = !is_blank(line);
    append_without_html(out_, line);
    out_ += '\n';
  }

  std::string finish() {
    if (fence_ > 0) add(std::string(fence_, fence_mark_));
    while (out_.ends_with('\n') || out_.ends_with(' ')) out_.pop_back();
    const std::size_t start = out_.find_first_not_of('\n');
    return start == std::string::npos ? std::string() : out_.substr(start);
  }

 private:
  void add(std::string_view line) {
    out_ += line;
    out_ += '\n';
  }

  bool heading(std::string_view text) {
    const std::size_t marks = run_length(text, '#');
    if (marks == 0 || marks > heading_marks_max) return false;
    std::string_view title = text.substr(marks);
    if (!title.empty() && title[0] != ' ' && title[0] != '\t') return false;
    title.remove_prefix(std::min(title.size(), title.find_first_not_of(" \t")));
    if (title.starts_with("fold:")) title.remove_prefix(std::string_view("fold:").size());
    out_ += std::string(std::max(marks, level_), '#') + ' ';
    append_without_html(out_, title.substr(std::min(title.size(), run_length(title, ' '))));
    out_ += '\n';
    in_paragraph_ = false;
    return true;
  }

  std::size_t level_;
  std::string out_;
  bool in_paragraph_ = false;
  std::size_t fence_ = 0;
  char fence_mark_ = '`';
};

}  // namespace

std::string clean_answer(std::string_view markdown, int level) {
  std::string text(markdown);
  std::erase_if(text, [](char c) { return c == '\r' || c == '\0'; });
  cleaner clean(static_cast<std::size_t>(level));
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    clean.take(rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  return clean.finish();
}

}  // namespace chimera::roles
