#include "agents/roles/report_parts.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <optional>

#include <fmt/format.h>

namespace chimera::roles {
namespace {

constexpr std::string_view space = " \t\r\n";
constexpr std::size_t no_part = report_part_names.size();

std::string_view trimmed(std::string_view text, std::string_view what = space) {
  const std::size_t first = text.find_first_not_of(what);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(what) - first + 1);
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

std::size_t part_named(std::string_view name) {
  const std::string said = lower(trimmed(name, " \t*_:#."));
  if (said == "verdict") return 0;
  if (said == "key findings" || said == "findings" || said == "key finding") return 1;
  if (said == "recommendations" || said == "recommendation") return 2;
  return no_part;
}

// "2. Key findings" -> "Key findings"
std::string_view without_number(std::string_view line) {
  const std::size_t digits = std::min(line.find_first_not_of("0123456789"), line.size());
  if (digits == 0 || digits == line.size()) return line;
  if (line[digits] != '.' && line[digits] != ')') return line;
  return trimmed(line.substr(digits + 1));
}

struct part_line {
  std::size_t part = no_part;
  std::string_view rest;  ///< what follows the name on its line
};

part_line read_part_line(std::string_view line) {
  line = trimmed(line);
  const bool heading = line.starts_with('#');
  const std::string_view name = without_number(trimmed(line, " \t#"));
  if (const std::size_t whole = part_named(name); whole != no_part) return {whole, {}};
  if (heading) return {};
  const std::size_t colon = name.find(':');
  if (colon == std::string_view::npos) return {};
  const std::size_t part = part_named(name.substr(0, colon));
  if (part == no_part) return {};
  std::string_view rest = trimmed(name.substr(colon + 1));
  // "**Verdict:** text" closes its bold behind the colon.
  if (name.starts_with("**") && rest.starts_with("**")) rest = trimmed(rest.substr(2));
  return {part, rest};
}

bool is_heading(std::string_view line) { return trimmed(line).starts_with('#'); }

// Lines outside fences, and which fence is open.
class fences {
 public:
  bool inside(std::string_view line) {
    const std::string_view text = trimmed(line);
    const bool mark = text.starts_with("```") || text.starts_with("~~~");
    if (open_) {
      if (mark && text[0] == *open_) open_.reset();
      return true;
    }
    if (mark) open_ = text[0];
    return mark;
  }

 private:
  std::optional<char> open_;
};

class collector {
 public:
  void take(std::string_view line) {
    const bool code = fences_.inside(line);
    const part_line here = code ? part_line{} : read_part_line(line);
    if (here.part != no_part) {
      at_ = here.part;
      there_[at_] = true;
      if (!texts_[at_].empty()) texts_[at_] += '\n';
      if (!here.rest.empty()) add(here.rest);
      return;
    }
    if (code || !is_heading(line)) {
      if (at_ == no_part) said_before_ |= !trimmed(line).empty();
      add(line);
    } else if (at_ != no_part) {
      const std::string_view title = trimmed(line, " \t\r#");
      add("#### " + std::string(title));
    }
  }

  [[nodiscard]] bool any() const {
    return std::ranges::any_of(there_, [](bool there) { return there; });
  }

  [[nodiscard]] std::string finish() const {
    std::string out;
    for (std::size_t i = 0; i < no_part; ++i) {
      std::string text;
      if (i == 0 && said_before_) text = std::string(trimmed(before_)) + "\n\n";
      text += trimmed(texts_[i]);
      if (!there_[i] && trimmed(text).empty()) continue;
      out += fmt::format("{}### {}", out.empty() ? "" : "\n\n", report_part_names[i]);
      if (!trimmed(text).empty()) out += fmt::format("\n\n{}", trimmed(text));
    }
    return out;
  }

 private:
  void add(std::string_view line) {
    std::string& text = at_ == no_part ? before_ : texts_[at_];
    text += line;
    text += '\n';
  }

  fences fences_;
  std::size_t at_ = no_part;
  std::string before_;
  bool said_before_ = false;
  std::array<std::string, no_part> texts_;
  std::array<bool, no_part> there_ = {};
};

}  // namespace

std::string with_part_headings(std::string_view markdown) {
  collector parts;
  for (std::string_view rest = markdown; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    parts.take(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return parts.any() ? parts.finish() : std::string(markdown);
}

std::vector<std::string> missing_parts(std::string_view markdown) {
  std::array<bool, no_part> seen = {};
  while (!markdown.empty()) {
    const std::size_t end = std::min(markdown.find('\n'), markdown.size());
    const std::string_view line = trimmed(markdown.substr(0, end));
    for (std::size_t i = 0; i < no_part; ++i)
      if (line.starts_with("### ") && line.substr(4) == report_part_names[i]) seen[i] = true;
    markdown.remove_prefix(std::min(end + 1, markdown.size()));
  }
  std::vector<std::string> missing;
  for (std::size_t i = 0; i < no_part; ++i)
    if (!seen[i]) missing.emplace_back(report_part_names[i]);
  return missing;
}

bool has_report_parts(std::string_view markdown) { return missing_parts(markdown).empty(); }

std::string ask_for_parts(const std::vector<std::string>& missing) {
  std::string names;
  for (const std::string& name : missing)
    names += fmt::format("{}'### {}'", names.empty() ? "" : " and ", name);
  return fmt::format("The answer lacks the heading {}, on a line of its own.", names);
}

}  // namespace chimera::roles
