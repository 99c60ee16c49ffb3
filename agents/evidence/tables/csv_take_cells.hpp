// The inner loop of the CSV reader, for csv_rows.cpp and csv_avx2.cpp only: the same code compiled
// twice, with the way of reading a plain decimal as a parameter.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "agents/evidence/tables/csv_rows.hpp"

namespace chimera::evidence {

/// `Decimal::read(first, end, floor, value)`: reads [first, end) if it is a plain decimal, without
/// touching bytes below `floor`; false if another way must be taken.
template <class Decimal>
void take_cells_with(csv_rows& rows, std::size_t base, std::span<const std::uint32_t> separators) {
  const char* const text = rows.text;
  csv_cells* const columns = rows.columns.data();
  const std::size_t width = rows.columns.size();
  const char line_end = rows.marks.line_end;
  std::size_t cell = rows.cell;
  std::size_t column = rows.column;
  for (const std::uint32_t separator : separators) {
    const std::size_t position = base + separator;
    const bool ends_row = text[position] == line_end;
    if (column == 0 && ends_row && text[cell] <= ' ') [[unlikely]] {
      rows.cell = cell;
      if (rows.skip_blank_line(position)) {
        cell = position + 1;
        continue;
      }
    }
    if (column < width) [[likely]] {
      csv_cells& into = columns[column];
      const std::size_t end =
          position - static_cast<std::size_t>(position > cell && text[position - 1] == '\r');
      if (into.duty == csv_duty::numbers) [[likely]] {
        double value;
        if (!Decimal::read(text + cell, text + end, text, value)) [[unlikely]] {
          value = rows.read_number(into, cell, end);
        }
        into.values[rows.row] = value;
      } else {
        into.codes[rows.row] = rows.read_text(into, cell, end);
      }
    }
    ++column;
    cell = position + 1;
    if (ends_row) {
      rows.column = column;
      rows.end_row(position);
      column = 0;
    }
  }
  rows.cell = cell;
  rows.column = column;
}

}  // namespace chimera::evidence
