// For the tests of ways that must lead to the same tables.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "agents/evidence/tables/readers.hpp"

namespace chimera::evidence {

inline std::vector<std::uint64_t> bits_of(const std::vector<double>& values) {
  std::vector<std::uint64_t> bits;
  for (const double value : values) bits.push_back(std::bit_cast<std::uint64_t>(value));
  return bits;
}

/// Tables, cells bit by bit, lines; or the refusal with its place in the text.
inline void check_same(const proto::result<tables_of_file>& one,
                       const proto::result<tables_of_file>& other) {
  REQUIRE(one.has_value() == other.has_value());
  if (!one) {
    CHECK(proto::to_text(one.error()) == proto::to_text(other.error()));
    CHECK(one.error().line == other.error().line);
    return;
  }
  CHECK(one->numeric_leaves == other->numeric_leaves);
  REQUIRE(one->tables.size() == other->tables.size());
  for (std::size_t i = 0; i < one->tables.size(); ++i) {
    const table& left = one->tables[i];
    const table& right = other->tables[i];
    CHECK(left.kind == right.kind);
    CHECK(left.rows == right.rows);
    CHECK(left.first_row_line == right.first_row_line);
    CHECK((left.row_lines == right.row_lines));
    CHECK(left.duplicate_keys == right.duplicate_keys);
    REQUIRE(left.columns.size() == right.columns.size());
    for (std::size_t c = 0; c < left.columns.size(); ++c) {
      INFO("column " << left.columns[c].name);
      CHECK(left.columns[c].name == right.columns[c].name);
      CHECK(left.columns[c].non_finite_cells == right.columns[c].non_finite_cells);
      CHECK((bits_of(left.columns[c].values) == bits_of(right.columns[c].values)));
      CHECK((left.columns[c].codes == right.columns[c].codes));
      CHECK((left.columns[c].dictionary == right.columns[c].dictionary));
    }
  }
}

}  // namespace chimera::evidence
