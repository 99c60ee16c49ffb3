// The cells of a GFM table as text, and the columns that they make.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "agents/evidence/tables/table.hpp"

namespace chimera::evidence {

/// A table as cmark-gfm sees it: every row has as many cells as the header.
struct markdown_cells {
  std::size_t number = 0;  ///< in the file, from 1
  std::string heading;     ///< text of the nearest heading above
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
  std::vector<std::uint32_t> lines;  ///< of the rows
};

/// Cells are read as in a CSV with decimal points: units, grouped digits, '~'. Pure, thread-safe.
[[nodiscard]] table to_table(const markdown_cells& cells);

}  // namespace chimera::evidence
