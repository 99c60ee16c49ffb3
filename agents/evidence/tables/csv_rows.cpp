#include "agents/evidence/tables/csv_rows.hpp"

#include <algorithm>
#include <cmath>
#include <system_error>

#include <fast_float/fast_float.h>

#include "agents/evidence/tables/csv_avx2.hpp"
#include "agents/evidence/tables/csv_take_cells.hpp"

namespace chimera::evidence {
namespace {

bool begins_like_a_number(const char* first, const char* end) {
  if (first != end && *first == '-') ++first;
  return first != end && *first >= '0' && *first <= '9';
}

/// Digits, a point, an exponent, nothing else: then it is what parse_cell would make of it.
bool read_plain(const char* first, const char* end, double& value) {
  if (!begins_like_a_number(first, end)) return false;
  const auto [stop, error] = fast_float::from_chars(first, end, value);
  return error == std::errc{} && stop == end && std::isfinite(value);
}

struct portable_decimal {
  static bool read(const char* first, const char* end, const char* /*floor*/, double& value) {
    return read_plain(first, end, value);
  }
};

}  // namespace

std::string_view unquote(std::string_view raw, std::string& scratch) {
  const std::string_view cell = trim_blanks(raw);
  if (cell.size() < 2 || cell.front() != '"' || cell.back() != '"') return cell;
  const std::string_view inner = cell.substr(1, cell.size() - 2);
  if (inner.find("\"\"") == std::string_view::npos) return inner;
  scratch.clear();
  for (std::size_t i = 0; i < inner.size(); ++i) {
    scratch += inner[i];
    if (inner[i] == '"' && i + 1 < inner.size() && inner[i + 1] == '"') ++i;
  }
  return scratch;
}

double csv_rows::read_number(csv_cells& into, std::size_t begin, std::size_t end) {
  double value = 0;
  if (!style.decimal_comma && read_plain(text + begin, text + end, value)) return value;
  const parsed_cell parsed = parse_cell(unquote({text + begin, end - begin}, scratch), style);
  const cell_state state = parsed.state();
  if (state == cell_state::missing) {
    ++into.missing;
    return parsed.value;
  }
  if (state == cell_state::text || (!parsed.unit.empty() && parsed.unit != into.unit)) {
    ++into.texts;
    return make_hole(cell_state::text);
  }
  into.grouped += parsed.grouped ? 1U : 0U;
  into.lakh += parsed.lakh ? 1U : 0U;
  into.with_unit += parsed.unit.empty() ? 0U : 1U;
  into.non_finite += parsed.non_finite ? 1U : 0U;
  into.literal_nan += state == cell_state::literal_nan ? 1U : 0U;
  return parsed.value;
}

std::uint32_t csv_rows::read_text(csv_cells& into, std::size_t begin, std::size_t end) {
  const std::string_view cell_text = unquote({text + begin, end - begin}, scratch);
  if (trim_blanks(cell_text).empty()) {
    ++into.missing;
    return column::no_text;
  }
  return into.pool.code(cell_text);
}

void csv_rows::end_row(std::size_t position) {
  if (column != columns.size()) [[unlikely]] {
    ++ragged;
    for (std::size_t absent = column; absent < columns.size(); ++absent) {
      csv_cells& into = columns[absent];
      ++into.missing;
      if (into.duty == csv_duty::numbers) into.values[row] = make_hole(cell_state::missing);
      if (into.duty == csv_duty::texts) into.codes[row] = evidence::column::no_text;
    }
  }
  if (track_lines) {
    lines.push_back(static_cast<std::uint32_t>(line));
    line += 1 + count_line_ends({text + record, position - record}, marks.line_end);
    record = position + 1;
  }
  blank_between = blank_between || blank_seen;
  ++row;
}

bool csv_rows::skip_blank_line(std::size_t position) {
  if (!trim_blanks({text + cell, position - cell}).empty()) return false;
  blank_seen = true;
  ++line;
  record = position + 1;
  return true;
}

void take_cells(csv_rows& rows, std::size_t base, std::span<const std::uint32_t> separators) {
  if (avx2_here() && !rows.style.decimal_comma) {
    take_cells_avx2(rows, base, separators);
  } else if (rows.style.decimal_comma) {
    struct careful_decimal {
      static bool read(const char*, const char*, const char*, double&) { return false; }
    };
    take_cells_with<careful_decimal>(rows, base, separators);
  } else {
    take_cells_with<portable_decimal>(rows, base, separators);
  }
}

void take_last_cell(csv_rows& rows, std::size_t end) {
  const std::string_view rest{rows.text + rows.cell, end - rows.cell};
  if (rows.column == 0 && trim_blanks(rest).empty()) return;
  if (rows.column < rows.columns.size()) {
    csv_cells& into = rows.columns[rows.column];
    if (into.duty == csv_duty::numbers) {
      into.values[rows.row] = rows.read_number(into, rows.cell, end);
    } else {
      into.codes[rows.row] = rows.read_text(into, rows.cell, end);
    }
  }
  ++rows.column;
  rows.end_row(end);
  rows.column = 0;
  rows.cell = end;
}

}  // namespace chimera::evidence
