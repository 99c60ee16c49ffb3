// Which dialect of CSV a text is written in, told from its first part alone.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "agents/evidence/tables/cell.hpp"
#include "agents/evidence/tables/csv_scan.hpp"

namespace chimera::evidence {

/// The first records of a text, cut into raw cells (quotes and blanks still on).
using csv_sample = std::vector<std::vector<std::string_view>>;

/// How a text separates and writes its cells.
struct csv_dialect {
  csv_marks marks;
  cell_style style;
  std::size_t width = 0;  ///< the most frequent number of cells of a record; 0 = no records
  bool uniform = false;   ///< two cells or more in most records: there is a structure
  csv_sample sample;      ///< without blank lines
};

/// Delimiter by table uniformity (after Garcia, "Detecting CSV file dialects by table uniformity
/// measurement and data type inference", 2024): how many records have the most frequent number of
/// cells, and how many cells are of a known type. Ties go to the first of , ; tab |.
/// Decimal comma if more numbers can be read that way only than with a point only.
[[nodiscard]] csv_dialect detect_dialect(std::string_view text);

/// The message, if the text is what a failed tool printed instead of data; else "".
[[nodiscard]] std::string message_of_tool(std::string_view text, const csv_dialect& dialect);

}  // namespace chimera::evidence
