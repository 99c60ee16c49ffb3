// From the separators of a CSV text to the cells of its columns: one part of the text, one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agents/evidence/tables/cell.hpp"
#include "agents/evidence/tables/csv_scan.hpp"
#include "agents/evidence/tables/text_pool.hpp"

namespace chimera::evidence {

/// What a pass does with the cells of a column.
enum class csv_duty : std::uint8_t {
  numbers,  ///< read them; count those that are none
  texts     ///< keep each as a code of the pool
};

/// A column during a pass over one part.
struct csv_cells {
  csv_duty duty = csv_duty::numbers;
  double* values = nullptr;        ///< duty numbers: a place for each row of the part
  std::uint32_t* codes = nullptr;  ///< duty texts: the same
  std::string_view unit;           ///< the unit that a cell may carry
  text_pool pool;                  ///< duty texts
  std::uint64_t missing = 0;
  std::uint64_t texts = 0;  ///< duty numbers: cells that are no number (or carry another unit)
  std::uint32_t grouped = 0;
  std::uint32_t lakh = 0;
  std::uint32_t with_unit = 0;
  std::uint32_t non_finite = 0;
  std::uint32_t literal_nan = 0;
};

/// The state of a pass over one part; take_cells drives it. Not thread-safe; one a thread.
struct csv_rows {
  const char* text = nullptr;
  csv_marks marks;
  cell_style style;
  std::vector<csv_cells> columns;

  std::size_t cell = 0;    ///< begin of the cell under way
  std::size_t column = 0;  ///< its number
  std::size_t row = 0;     ///< its row in the part
  std::uint64_t ragged = 0;

  bool track_lines = false;          ///< fill `lines`
  std::uint64_t line = 1;            ///< line of the record under way
  std::size_t record = 0;            ///< begin of the record under way (kept if track_lines)
  std::vector<std::uint32_t> lines;  ///< line of each row
  bool blank_seen = false;           ///< a blank line was skipped
  bool blank_between = false;        ///< and a row came behind it
  std::string scratch;               ///< for cells with doubled quotes

  /// The number in text[begin, end): what take_cells calls for all but plain decimals.
  double read_number(csv_cells& into, std::size_t begin, std::size_t end);
  /// The code of text[begin, end) in the pool of the column.
  std::uint32_t read_text(csv_cells& into, std::size_t begin, std::size_t end);
  /// Ends the record before the line end at `position`.
  void end_row(std::size_t position);
  /// True if text[cell, position) is blank: then the line is skipped.
  bool skip_blank_line(std::size_t position);
};

/// Takes the cells that end at these positions (relative to `base`) into the columns.
void take_cells(csv_rows& rows, std::size_t base, std::span<const std::uint32_t> separators);
/// Takes the rest behind the last separator of the part, if there is one.
void take_last_cell(csv_rows& rows, std::size_t end);

/// A cell without its quotes and the blanks around them; `scratch` holds it if quotes were doubled.
[[nodiscard]] std::string_view unquote(std::string_view raw, std::string& scratch);

}  // namespace chimera::evidence
