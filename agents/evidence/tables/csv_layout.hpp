// What stands above the data of a CSV: titles, header, row of units; and what to expect below.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "agents/evidence/tables/dialect.hpp"
#include "agents/evidence/tables/readers.hpp"
#include "proto/problem.hpp"

namespace chimera::evidence {

/// A column before its cells are read.
struct csv_column_plan {
  std::string name;    ///< unique in the table
  std::string key;     ///< without the unit in brackets
  std::string unit;    ///< from the header, the row of units or the first cells
  bool texts = false;  ///< a text was seen in the first records
};

struct csv_layout {
  std::vector<csv_column_plan> columns;
  bool header_missing = false;
  bool unit_row = false;
  std::size_t data_begin = 0;   ///< where the first record of data begins
  std::uint64_t data_line = 1;  ///< its line
};

/// Refuses more columns than `limits` allows and a first record beyond its bytes, naming the line.
/// A name that stands twice gets " (2)"; an empty one "column C", by its letter.
/// Titles and comments above the header are passed over.
[[nodiscard]] proto::result<csv_layout> lay_out(std::string_view text, csv_dialect dialect,
                                                const table_limits& limits);

/// "csv.too-many-columns" and its like, at a line.
[[nodiscard]] std::unexpected<proto::problem> refuse_csv(std::string code, std::string title,
                                                         std::string detail, std::uint64_t line);

}  // namespace chimera::evidence
