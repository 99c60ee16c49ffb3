#include "agents/evidence/tables/markdown_tables.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "agents/evidence/tables/cell.hpp"
#include "agents/evidence/tables/text_pool.hpp"

namespace chimera::evidence {
namespace {

/// "A", "B", ... "Z", "AA", ...
std::string column_letters(std::size_t index) {
  std::string letters;
  for (std::size_t rest = index + 1; rest > 0; rest = (rest - 1) / 26) {
    letters.insert(letters.begin(), static_cast<char>('A' + (rest - 1) % 26));
  }
  return letters;
}

std::string unique_name(std::string_view header, std::size_t index, std::set<std::string>& taken) {
  const std::string_view trimmed = trim_blanks(header);
  const std::string name =
      trimmed.empty() ? "column " + column_letters(index) : std::string{trimmed};
  std::string unique = name;
  for (int n = 2; !taken.insert(unique).second; ++n) unique = fmt::format("{} ({})", name, n);
  return unique;
}

/// The unit of most cells, if more cells carry it than are texts; else "".
std::string unit_of_cells(const std::vector<parsed_cell>& cells) {
  std::vector<std::pair<std::string_view, std::size_t>> units;
  std::size_t texts = 0;
  for (const parsed_cell& cell : cells) {
    if (cell.state() == cell_state::text) ++texts;
    if (cell.unit.empty()) continue;
    auto found = std::ranges::find(units, cell.unit, &std::pair<std::string_view, size_t>::first);
    if (found == units.end()) found = units.insert(units.end(), {cell.unit, 0});
    ++found->second;
  }
  const auto most =
      std::ranges::max_element(units, {}, &std::pair<std::string_view, size_t>::second);
  return most != units.end() && most->second > texts ? std::string{most->first} : std::string{};
}

/// "~0.13s" is a number to people; that it is rounded shows in its text.
std::string_view without_tilde(std::string_view text) {
  text = trim_blanks(text);
  const bool about = text.size() > 1 && text.front() == '~' && text[1] >= '0' && text[1] <= '9';
  return about ? text.substr(1) : text;
}

void fill_column(column& into, const markdown_cells& from, std::size_t index) {
  std::vector<parsed_cell> cells;
  cells.reserve(from.rows.size());
  for (const auto& row : from.rows) cells.push_back(parse_cell(without_tilde(row[index]), {}));
  if (into.unit_text.empty()) into.unit_text = unit_of_cells(cells);
  bool numbers = false;
  bool literals = false;
  bool texts = false;
  for (parsed_cell& cell : cells) {
    if (!cell.unit.empty() && cell.unit != into.unit_text) {
      ++into.mixed_unit_cells;
      cell = parsed_cell{};
      cell.value = make_hole(cell_state::text);
    }
    into.grouped_cells += cell.grouped ? 1 : 0;
    into.lakh_cells += cell.lakh ? 1 : 0;
    into.unit_cells += cell.unit.empty() ? 0 : 1;
    into.non_finite_cells += cell.non_finite ? 1 : 0;
    texts = texts || cell.state() == cell_state::text;
    literals = literals || cell.non_finite;
    numbers = numbers || (!cell.non_finite && cell.state() == cell_state::number);
  }
  if (numbers || (literals && !texts)) {
    for (const parsed_cell& cell : cells) into.values.push_back(cell.value);
  }
  if (!texts) return;
  text_pool pool;
  for (std::size_t row = 0; row < cells.size(); ++row) {
    into.codes.push_back(cells[row].state() == cell_state::missing
                             ? column::no_text
                             : pool.code(trim_blanks(from.rows[row][index])));
  }
  into.dictionary = pool.take();
}

}  // namespace

table to_table(const markdown_cells& cells) {
  table made;
  made.kind = "md";
  made.path = fmt::format("table[{}]", cells.number);
  made.heading = cells.heading;
  made.rows = cells.rows.size();
  made.first_row_line = cells.lines.front();
  for (std::size_t row = 0; row < cells.lines.size(); ++row) {
    if (cells.lines[row] == cells.lines.front() + row) continue;
    made.row_lines = cells.lines;
    break;
  }
  std::set<std::string> taken;
  for (std::size_t c = 0; c < cells.header.size(); ++c) {
    column& into = made.columns.emplace_back();
    into.name = unique_name(cells.header[c], c, taken);
    const header_parts parts = split_header(into.name);
    into.key = parts.key;
    into.unit_text = parts.unit;
    fill_column(into, cells, c);
  }
  return made;
}

}  // namespace chimera::evidence
