#include "agents/claims/audit/document.hpp"

#include <algorithm>
#include <utility>

#include "agents/claims/audit/document_lines.hpp"

namespace chimera::claims::auditing {
namespace {

constexpr std::size_t no_block = static_cast<std::size_t>(-1);
constexpr std::size_t columns_max = 200;

class document_reader {
 public:
  explicit document_reader(std::string_view text) { made_.text = text; }

  document run() {
    split_lines();
    for (std::size_t i = 0; i < lines_.size();) i = take(i);
    return std::move(made_);
  }

 private:
  void split_lines() {
    const std::string_view text = made_.text;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      made_.line_starts.push_back(at);
      lines_.push_back({.start = at, .end = end});
      at = end + 1;
    }
  }

  [[nodiscard]] std::string_view line(std::size_t i) const {
    return i < lines_.size() ? made_.of(lines_[i]) : std::string_view{};
  }

  // Takes line i, and all rows if a table begins there; the next line to take.
  std::size_t take(std::size_t i) {
    const text_span inner = trimmed(made_.text, lines_[i]);
    const std::string_view shown = made_.of(inner);
    if (shown.starts_with("```") || shown.starts_with("~~~")) {
      fence_ = !fence_;
      last_text_ = no_block;
      return i + 1;
    }
    if (fence_) {
      if (!shown.empty()) add({.kind = block_kind::code, .span = inner});
      return i + 1;
    }
    if (shown.empty()) return i + 1;
    const std::size_t columns = delimiter_columns(line(i + 1));
    if (columns > 0 && columns <= columns_max && shown.find('|') != std::string_view::npos)
      if (cells_of(line(i), lines_[i].start).size() >= columns) return take_table(i, columns);
    take_parts(lines_[i]);
    return i + 1;
  }

  void take_parts(text_span span) {
    for (const text_span part : glued_parts(made_.text, span)) {
      const std::string_view shown = made_.of(part);
      if (const int level = heading_level(shown); level > 0) {
        take_heading(part, level);
        continue;
      }
      const bool item = shown.starts_with("- ") || shown.starts_with("* ") ||
                        (shown.front() >= '0' && shown.front() <= '9' &&
                         shown.substr(0, 4).find(". ") != std::string_view::npos);
      add({.kind = block_kind::text, .span = part, .item = item});
      last_text_ = made_.blocks.size() - 1;
    }
  }

  void take_heading(text_span span, int level) {
    while (!open_.empty() && made_.blocks[open_.back()].level >= level) open_.pop_back();
    span.start += static_cast<std::size_t>(level);
    add({.kind = block_kind::heading, .span = trimmed(made_.text, span), .level = level});
    open_.push_back(made_.blocks.size() - 1);
    last_text_ = no_block;
  }

  std::size_t take_table(std::size_t i, std::size_t columns) {
    std::vector<text_span> header = cells_of(line(i), lines_[i].start);
    const std::size_t extra = header.size() - columns;
    if (extra > 0) {
      // Text glued before the header. A pipe in it splits it; that does not matter for prose.
      take_parts({.start = lines_[i].start, .end = header[extra - 1].end});
      header.erase(header.begin(), header.begin() + static_cast<std::ptrdiff_t>(extra));
    }
    document_block block{.kind = block_kind::table, .span = lines_[i]};
    block.table.header = trim_all(header);
    block.lead = last_text_;
    block.above = open_;
    std::size_t row = i + 2;
    text_span tail;
    for (; row < lines_.size() && tail.start == tail.end; ++row) {
      const std::string_view shown = made_.of(trimmed(made_.text, lines_[row]));
      if (!shown.starts_with('|') && (shown.empty() || !header_without_pipes(i, shown))) break;
      tail = take_row(row, columns, block.table);
    }
    block.span.end = lines_[row - 1].end;
    made_.blocks.push_back(std::move(block));
    if (tail.start < tail.end) take_parts(tail);
    return row;
  }

  [[nodiscard]] bool header_without_pipes(std::size_t i, std::string_view shown) const {
    return !made_.of(trimmed(made_.text, lines_[i])).starts_with('|') &&
           shown.find('|') != std::string_view::npos;
  }

  // Adds a row; what is glued behind it is given back.
  text_span take_row(std::size_t row, std::size_t columns, document_table& table) {
    std::vector<text_span> cells = cells_with_blank_first(row);
    text_span tail;
    if (cells.size() > columns) {
      tail = trimmed(made_.text, {.start = cells[columns].start, .end = lines_[row].end});
      cells.resize(columns);
    } else if (!cells.empty()) {
      tail = heading_inside(cells.back());
    }
    table.rows.push_back(trim_all(cells));
    return tail;
  }

  // "| | jit |": the first cell is blank, not missing.
  [[nodiscard]] std::vector<text_span> cells_with_blank_first(std::size_t row) const {
    std::string_view shown = line(row);
    std::size_t start = lines_[row].start;
    const std::size_t pipe = shown.find_first_not_of(" \t");
    if (pipe == std::string_view::npos || shown[pipe] != '|') return cells_of(shown, start);
    shown.remove_prefix(pipe + 1);
    start += pipe + 1;
    std::vector<text_span> cells = cells_of(shown, start);
    const std::size_t first = std::min(shown.find('|'), shown.size());
    if (shown.substr(0, first).find_first_not_of(" \t") == std::string_view::npos &&
        first < shown.size())
      cells.insert(cells.begin(), {.start = start, .end = start + first});
    return cells;
  }

  text_span heading_inside(text_span& cell) const {
    const std::string_view shown = made_.of(cell);
    for (std::size_t at = shown.find(" #"); at != std::string_view::npos;
         at = shown.find(" #", at + 1)) {
      if (heading_level(shown.substr(at + 1)) == 0) continue;
      const text_span tail{.start = cell.start + at + 1, .end = cell.end};
      cell.end = cell.start + at;
      return tail;
    }
    return {};
  }

  [[nodiscard]] std::vector<text_span> trim_all(std::vector<text_span> cells) const {
    for (text_span& cell : cells) cell = trimmed(made_.text, cell);
    return cells;
  }

  void add(document_block block) {
    block.above = open_;
    made_.blocks.push_back(std::move(block));
  }

  document made_;
  std::vector<text_span> lines_;
  std::vector<std::size_t> open_;
  std::size_t last_text_ = no_block;
  bool fence_ = false;
};

}  // namespace

std::size_t document::line_of(std::size_t at) const {
  const auto next = std::ranges::upper_bound(line_starts, at);
  return static_cast<std::size_t>(next - line_starts.begin());
}

document read_document(std::string_view text) { return document_reader(text).run(); }

}  // namespace chimera::claims::auditing
