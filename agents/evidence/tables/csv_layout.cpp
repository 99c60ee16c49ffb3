#include "agents/evidence/tables/csv_layout.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "agents/evidence/tables/csv_rows.hpp"

namespace chimera::evidence {
namespace {

using raw_record = std::vector<std::string_view>;

struct record_end {
  std::size_t next = 0;  ///< begin of the next record
  raw_record cells;
};

/// Begin of the first line that is not blank. Empty cells between delimiters are no blank line.
std::size_t skip_blank_lines(std::string_view text, std::size_t from, csv_marks marks) {
  std::size_t begin = from;
  for (;;) {
    const std::size_t end = std::min(text.find(marks.line_end, begin), text.size());
    const std::string_view line = text.substr(begin, end - begin);
    if (line.find(marks.delimiter) < line.size() || !trim_blanks(line).empty()) return begin;
    if (end == text.size()) return end;
    begin = end + 1;
  }
}

proto::result<record_end> read_record(std::string_view text, std::size_t from,
                                      const csv_dialect& dialect, const table_limits& limits) {
  record_end record;
  csv_walker walker(text, dialect.marks, from, limits.line_bytes);
  const auto line = [&] {
    return 1 + count_line_ends(text.substr(0, from), dialect.marks.line_end);
  };
  std::size_t end = from;
  do {
    const std::size_t begin = walker.position();
    end = walker.next();
    if (end - from > limits.line_bytes) {
      return refuse_csv("csv.line-too-long",
                        fmt::format("line {} is longer than {} bytes", line(), limits.line_bytes),
                        "split the record or raise the limit of bytes per line", line());
    }
    if (record.cells.size() >= limits.columns) {
      return refuse_csv("csv.too-many-columns",
                        fmt::format("line {} has more than {} columns", line(), limits.columns),
                        "split the file or raise the limit of columns", line());
    }
    record.cells.push_back(text.substr(begin, end - begin));
  } while (end < text.size() && text[end] != dialect.marks.line_end);
  record.next = std::min(end + 1, text.size());
  return record;
}

bool is_truth(std::string_view text) {
  return text == "true" || text == "false" || text == "TRUE" || text == "FALSE" || text == "True" ||
         text == "False";
}

/// Data by its looks: a number without a unit, a time, a truth value.
bool is_data(std::string_view cell, const cell_style& style) {
  const parsed_cell parsed = parse_cell(cell, style);
  const bool number = parsed.state() != cell_state::text && parsed.state() != cell_state::missing;
  return (number && parsed.unit.empty()) || is_time_like(cell) || is_truth(cell);
}

/// A header has names only. Where no cell of the table is of a known type, names must differ.
bool is_header(const raw_record& first, const csv_dialect& dialect) {
  std::string scratch;
  std::set<std::string, std::less<>> names;
  std::size_t filled = 0;
  bool texts = false;
  for (const std::string_view raw : first) {
    const std::string_view cell = unquote(raw, scratch);
    if (trim_blanks(cell).empty()) continue;
    if (is_data(cell, dialect.style)) return false;
    texts = texts || parse_cell(cell, dialect.style).state() == cell_state::text;
    names.emplace(cell);
    ++filled;
  }
  if (!texts || 2 * filled < first.size()) return false;
  if (names.size() == filled) return true;
  for (std::size_t r = 1; r < dialect.sample.size(); ++r) {
    for (const std::string_view raw : dialect.sample[r]) {
      if (is_data(unquote(raw, scratch), dialect.style)) return true;
    }
  }
  return false;
}

/// A line of its own above a table: its first cell holds words, the others nothing.
bool is_title(const raw_record& record, const cell_style& style) {
  const auto blank = [](std::string_view cell) { return trim_blanks(cell).empty(); };
  if (record.empty() || blank(record.front())) return false;
  std::string scratch;
  return std::all_of(record.begin() + 1, record.end(), blank) &&
         !is_data(unquote(record.front(), scratch), style);
}

/// A header, and a cell of a known type below it.
bool begins_a_table(const csv_dialect& dialect) {
  if (dialect.sample.front().size() != dialect.width) return false;
  if (!is_header(dialect.sample.front(), dialect)) return false;
  std::string scratch;
  return std::any_of(dialect.sample.begin() + 1, dialect.sample.end(), [&](const raw_record& r) {
    return std::ranges::any_of(
        r, [&](std::string_view raw) { return is_data(unquote(raw, scratch), dialect.style); });
  });
}

/// Takes titles and comments ("# run 3") above the header out of the sample; returns where the
/// first record behind them begins. Titles must have a header behind them, or they are one.
std::size_t skip_preamble(std::string_view text, csv_dialect& dialect) {
  constexpr std::size_t most_lines = 20;
  if (!dialect.uniform) return 0;
  std::size_t comments = 0;
  std::size_t lines = 0;
  for (; lines < std::min(most_lines, dialect.sample.size()); ++lines) {
    const raw_record& record = dialect.sample[lines];
    const bool title = is_title(record, dialect.style);
    const bool comment =
        trim_blanks(record.front()).starts_with('#') && (title || record.size() != dialect.width);
    if (comment && comments == lines) ++comments;
    if (!comment && !title) break;
  }
  if (lines == 0 || lines == dialect.sample.size()) return 0;
  csv_dialect behind = dialect;
  behind.sample.erase(behind.sample.begin(),
                      behind.sample.begin() + static_cast<std::ptrdiff_t>(lines));
  if (comments < lines && !begins_a_table(behind)) {
    behind.sample = dialect.sample;
    behind.sample.erase(behind.sample.begin(),
                        behind.sample.begin() + static_cast<std::ptrdiff_t>(comments));
  }
  dialect.sample = std::move(behind.sample);
  return static_cast<std::size_t>(dialect.sample.front().front().data() - text.data());
}

/// The second record, if it holds units or nothing, and numbers stand below every unit.
bool is_unit_row(const csv_dialect& dialect) {
  if (dialect.sample.size() < 3) return false;
  const raw_record& units = dialect.sample[1];
  std::string scratch;
  bool known = false;
  bool numbers = false;
  for (std::size_t c = 0; c < units.size(); ++c) {
    const std::string unit{trim_blanks(unquote(units[c], scratch))};
    if (unit.empty()) continue;
    if (!is_unit(unit) && !is_unit_like(unit)) return false;
    known = known || is_unit(unit);
    const raw_record& below = dialect.sample[2];
    if (c >= below.size()) return false;
    const cell_state state = parse_cell(unquote(below[c], scratch), dialect.style).state();
    if (state == cell_state::text) return false;
    numbers = numbers || state == cell_state::number;
  }
  return known && numbers;
}

std::string letters_of(std::size_t index) {
  std::string letters;
  for (std::size_t n = index + 1; n > 0; n = (n - 1) / 26) {
    letters.insert(letters.begin(), static_cast<char>('A' + (n - 1) % 26));
  }
  return letters;
}

void name_columns(csv_layout& layout, const raw_record& header, std::size_t width) {
  std::string scratch;
  std::set<std::string, std::less<>> taken;
  std::map<std::string, std::size_t, std::less<>> times;  // the last number given to a name
  for (std::size_t c = 0; c < width; ++c) {
    csv_column_plan plan;
    if (c < header.size()) plan.name = trim_blanks(unquote(header[c], scratch));
    if (plan.name.empty()) plan.name = fmt::format("column {}", letters_of(c));
    const header_parts parts = split_header(plan.name);
    plan.key = parts.key;
    plan.unit = parts.unit;
    const std::string wanted = plan.name;
    std::size_t& number = times[wanted];
    while (!taken.insert(plan.name).second) {
      number = std::max<std::size_t>(number + 1, 2);
      plan.name = fmt::format("{} ({})", wanted, number);
    }
    layout.columns.push_back(std::move(plan));
  }
}

/// Texts and units in the first records of data.
void look_at_sample(csv_layout& layout, const csv_dialect& dialect, std::size_t first) {
  std::string scratch;
  std::vector<std::string> units(layout.columns.size());
  for (std::size_t r = first; r < dialect.sample.size(); ++r) {
    const raw_record& record = dialect.sample[r];
    for (std::size_t c = 0; c < std::min(record.size(), layout.columns.size()); ++c) {
      csv_column_plan& plan = layout.columns[c];
      if (plan.texts) continue;
      const parsed_cell cell = parse_cell(unquote(record[c], scratch), dialect.style);
      if (units[c].empty()) units[c] = cell.unit;
      const std::string& wanted = plan.unit.empty() ? units[c] : plan.unit;
      plan.texts = cell.state() == cell_state::text || (!cell.unit.empty() && cell.unit != wanted);
    }
  }
  for (std::size_t c = 0; c < units.size(); ++c) {
    csv_column_plan& plan = layout.columns[c];
    if (plan.unit.empty() && !plan.texts) plan.unit = units[c];
  }
}

}  // namespace

std::unexpected<proto::problem> refuse_csv(std::string code, std::string title, std::string detail,
                                           std::uint64_t line) {
  auto refusal = proto::fail(std::move(code), std::move(title), std::move(detail));
  refusal.error().line = line;
  return refusal;
}

proto::result<csv_layout> lay_out(std::string_view text, csv_dialect dialect,
                                  const table_limits& limits) {
  csv_layout layout;
  const csv_marks marks = dialect.marks;
  std::size_t at = skip_blank_lines(text, skip_preamble(text, dialect), marks);
  const auto first = read_record(text, at, dialect, limits);
  if (!first) return std::unexpected(first.error());
  layout.header_missing = !is_header(first->cells, dialect);
  const raw_record none;
  const std::size_t width = std::max(first->cells.size(), dialect.width);
  if (width > limits.columns) {
    return refuse_csv("csv.too-many-columns",
                      fmt::format("the rows have {} columns, more than {}", width, limits.columns),
                      "split the file or raise the limit of columns", 1);
  }
  name_columns(layout, layout.header_missing ? none : first->cells, width);
  if (!layout.header_missing) {
    at = first->next;
    layout.unit_row = is_unit_row(dialect);
  }
  if (layout.unit_row) {
    at = skip_blank_lines(text, at, marks);
    const auto units = read_record(text, at, dialect, limits);
    if (!units) return std::unexpected(units.error());
    std::string scratch;
    for (std::size_t c = 0; c < std::min(width, units->cells.size()); ++c) {
      const std::string_view unit = trim_blanks(unquote(units->cells[c], scratch));
      if (!unit.empty()) layout.columns[c].unit = unit;
    }
    at = units->next;
  }
  layout.data_begin = skip_blank_lines(text, at, marks);
  layout.data_line = 1 + count_line_ends(text.substr(0, layout.data_begin), marks.line_end);
  look_at_sample(layout, dialect, (layout.header_missing ? 0U : 1U) + (layout.unit_row ? 1U : 0U));
  return layout;
}

}  // namespace chimera::evidence
