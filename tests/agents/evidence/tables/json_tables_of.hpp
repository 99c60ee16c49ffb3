// For the tests of the JSON reader: tables of a text, and one of them by what it is.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "agents/evidence/tables/readers.hpp"

namespace chimera::evidence {

inline tables_of_file tables_of_json(std::string_view text) {
  auto read = read_json(text, {});
  if (!read) FAIL(proto::to_text(read.error()));
  return std::move(*read);
}

/// The table of this shape at this path; fails the test if there is none.
inline table table_at(const tables_of_file& read, table_shape shape, std::string_view path) {
  for (const table& t : read.tables) {
    if (t.shape == shape && t.path == path) return t;
  }
  FAIL("no such table at '" << path << "'");
  return {};
}

inline std::vector<std::string> names_of(const table& t) {
  std::vector<std::string> names;
  for (const column& c : t.columns) names.push_back(c.name);
  return names;
}

/// The cells of a column as texts; "-" where they are missing.
inline std::vector<std::string> cells_of(const table& t, std::string_view name) {
  std::vector<std::string> cells;
  const std::size_t index = t.find(name);
  if (index == t.columns.size()) FAIL("no column named " << name);
  const column& c = t.columns[index];
  for (std::size_t row = 0; row < t.rows; ++row) {
    cells.push_back(c.missing(row) ? "-" : c.text(row));
  }
  return cells;
}

}  // namespace chimera::evidence
