#include "agents/claims/audit/document_lines.hpp"

#include <algorithm>

namespace chimera::claims::auditing {
namespace {

constexpr std::string_view blanks = " \t\r";

// Starts a part within a line: " ## Heading", " - item".
bool part_begins(std::string_view line, std::size_t at, bool lists) {
  if (line[at] != ' ') return false;
  const std::string_view rest = line.substr(at + 1);
  if (heading_level(rest) > 0) return true;
  return lists && rest.starts_with("- ") && rest.size() > 2;
}

}  // namespace

std::size_t delimiter_columns(std::string_view line) {
  if (line.find('|') == std::string_view::npos || line.find('-') == std::string_view::npos ||
      line.find_first_not_of("|:- \t\r") != std::string_view::npos)
    return 0;
  std::size_t columns = 0;
  bool dashes = false;
  for (const char c : line) {
    if (c == '-') dashes = true;
    if (c != '|') continue;
    columns += dashes ? 1 : 0;
    dashes = false;
  }
  return columns + (dashes ? 1 : 0);
}

text_span trimmed(std::string_view text, text_span s) {
  while (s.start < s.end && blanks.find(text[s.start]) != std::string_view::npos) ++s.start;
  while (s.end > s.start && blanks.find(text[s.end - 1]) != std::string_view::npos) --s.end;
  return s;
}

std::vector<text_span> cells_of(std::string_view line, std::size_t start) {
  std::vector<text_span> cells;
  std::size_t from = 0;
  bool code = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '`') code = !code;
    if (line[i] == '\\') {
      ++i;
      continue;
    }
    if (line[i] != '|' || code) continue;
    cells.push_back({.start = start + from, .end = start + i});
    from = i + 1;
  }
  cells.push_back({.start = start + from, .end = start + line.size()});
  const auto blank = [&](text_span s) {
    return line.substr(s.start - start, s.end - s.start).find_first_not_of(blanks) ==
           std::string_view::npos;
  };
  if (cells.size() > 1 && blank(cells.front())) cells.erase(cells.begin());
  if (cells.size() > 1 && blank(cells.back())) cells.pop_back();
  return cells;
}

int heading_level(std::string_view part) {
  const std::size_t marks = std::min(part.find_first_not_of('#'), part.size());
  return marks >= 1 && marks <= 6 && marks < part.size() && part[marks] == ' '
             ? static_cast<int>(marks)
             : 0;
}

std::vector<text_span> glued_parts(std::string_view text, text_span line) {
  const std::string_view all = text.substr(line.start, line.end - line.start);
  const std::size_t first = std::min(all.find_first_not_of(blanks), all.size());
  const bool lists = all.substr(first).starts_with("- ") || heading_level(all.substr(first)) > 0;
  std::vector<text_span> parts;
  std::size_t from = first;
  bool code = false;
  for (std::size_t i = first; i < all.size(); ++i) {
    if (all[i] == '`') code = !code;
    if (code || i == first || !part_begins(all, i, lists)) continue;
    parts.push_back(trimmed(text, {.start = line.start + from, .end = line.start + i}));
    from = i + 1;
  }
  parts.push_back(trimmed(text, {.start = line.start + from, .end = line.end}));
  std::erase_if(parts, [](text_span s) { return s.start >= s.end; });
  return parts;
}

}  // namespace chimera::claims::auditing
