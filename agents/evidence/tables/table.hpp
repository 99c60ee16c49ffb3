// A table: what a CSV, a JSON array of records, JSON Lines or a Markdown table becomes.
// Plain data, column-oriented; built once by a reader, then only read (so safe to share).
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace chimera::evidence {

/// What a cell of a numeric column is. Everything but `number` is kept as a NaN with a payload, so
/// that a column costs eight bytes a cell and arithmetic never takes a hole for a measurement.
enum class cell_state : std::uint8_t {
  number,      ///< a finite number, or an infinity written as one
  missing,     ///< empty cell, JSON null, absent key
  text,        ///< something that is no number; column::texts() may hold it
  literal_nan  ///< the text NaN: a number was printed, and it was none
};

[[nodiscard]] constexpr double make_hole(cell_state state) {
  return std::bit_cast<double>(0x7FF8'0000'C41E'0000ULL + static_cast<std::uint64_t>(state));
}
[[nodiscard]] constexpr cell_state state_of(double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  if ((bits & 0x7FFF'FFFF'FFFF'FFFFULL) <= 0x7FF0'0000'0000'0000ULL) return cell_state::number;
  const std::uint64_t payload = bits - 0x7FF8'0000'C41E'0000ULL;
  return payload >= 1 && payload <= 3 ? static_cast<cell_state>(payload) : cell_state::literal_nan;
}
[[nodiscard]] constexpr bool is_number(double value) {
  return state_of(value) == cell_state::number;
}

/// One column. Two views, each either empty or with one entry a row:
///  - `values`: the numeric view, filled if any cell is a number (true/false do not count);
///  - `codes` + `dictionary`: the text view, filled if any cell is a text that is no number
///    (numbers in such a column keep their text too). Booleans are the texts "true"/"false" in
///    JSON and stand as written in CSV. Missing cells have the code `no_text`.
struct column {
  static constexpr std::uint32_t no_text = std::numeric_limits<std::uint32_t>::max();

  /// CSV, Markdown: the header cell, trimmed, as written (with its unit: "Generation Time (ms)").
  /// JSON: the RFC 6901 pointer with `*` for array positions ("/results/*/ttft_ms").
  std::string name;
  /// The part that names the quantity: header without its unit in brackets, last pointer segment.
  std::string key;
  /// Unit as the file writes it: in the header's brackets, in a unit row, in the cells; or "".
  std::string unit_text;
  std::vector<double> values;
  std::vector<std::uint32_t> codes;
  std::vector<std::string> dictionary;

  // How the file wrote it, for lints.
  std::uint32_t grouped_cells = 0;     ///< "1,234", "2,14,74,83,647"
  std::uint32_t lakh_cells = 0;        ///< of these, grouped by twos
  std::uint32_t unit_cells = 0;        ///< "142.50 W"
  std::uint32_t mixed_unit_cells = 0;  ///< cells whose unit is not unit_text (left as text)
  std::uint32_t non_finite_cells = 0;  ///< NaN, Infinity

  [[nodiscard]] bool numeric() const { return !values.empty(); }
  [[nodiscard]] bool textual() const { return !codes.empty(); }
  /// The number in `row`, or a hole; a hole(text) where the column has no numeric view.
  [[nodiscard]] double number(std::size_t row) const {
    return values.empty() ? make_hole(cell_state::text) : values[row];
  }
  /// The text in `row` as the file has it; for a column without text view the shortest decimal of
  /// its number; "" if missing.
  [[nodiscard]] std::string text(std::size_t row) const;
  [[nodiscard]] bool missing(std::size_t row) const;
};

/// How the rows hang together.
enum class table_shape : std::uint8_t {
  records,   ///< rows of a file, elements of a JSON array: a row is one measurement or one record
  samples,   ///< a JSON array of plain numbers: one column, a row is one raw sample
  document,  ///< the scalar leaves of one JSON document outside arrays: one row
  keyed      ///< a JSON object whose members have one shape ({eager:{...}, jit:{...}}): a row each
};

/// Where a table comes from and what it holds.
struct table {
  std::string kind;  ///< "csv", "json", "jsonl" or "md"
  table_shape shape = table_shape::records;
  /// CSV: "". JSON: pointer of the array or object ("/results", "/metrics/*/gpu", "" for the top).
  /// Markdown: "table[k]", k from 1 in the file.
  std::string path;
  std::string heading;  ///< Markdown: text of the nearest heading above
  std::size_t rows = 0;
  std::vector<column> columns;

  /// keyed: the member name of each row. JSON arrays with several '*': see row_indexes.
  std::vector<std::string> row_keys;
  /// JSON: the array positions of each row, `stars` entries a row; empty if stars == 1 and the
  /// position is the row number. `stars` counts the '*' in `path` plus the one of the rows.
  std::vector<std::uint32_t> row_indexes;
  std::size_t stars = 0;
  /// CSV, JSONL, Markdown: 1-based line on which each row begins; empty if row r is on
  /// first_row_line + r.
  std::vector<std::uint32_t> row_lines;
  std::uint64_t first_row_line = 0;

  // CSV only: what was detected.
  char delimiter = 0;
  bool decimal_comma = false;
  bool header_missing = false;  ///< no header row detected; columns are named "column A", "B" ...
  bool unit_row = false;        ///< a row of units stood under the header (not among the rows)
  std::uint64_t ragged_rows =
      0;  ///< rows with too few or too many cells (padded; cut cells counted)
  std::uint64_t unclosed_quotes = 0;
  std::uint64_t duplicate_keys = 0;  ///< JSON: keys met twice in one object (last one wins)
  std::vector<std::string> duplicate_key_examples;  ///< "pointer: first value, last value"; <= 5

  /// Index of the column named `name`, or columns.size().
  [[nodiscard]] std::size_t find(std::string_view column_name) const;
  /// RFC 6901 pointer (JSON), or "line N" (others), of a cell: for messages and provenance.
  [[nodiscard]] std::string place(std::size_t row, const column& c) const;
};

}  // namespace chimera::evidence
