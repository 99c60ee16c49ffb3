// What must hold of the tables that any reader makes of any bytes.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "agents/evidence/tables/readers.hpp"

namespace chimera::fuzz {

inline void demand(bool holds) {
  if (!holds) std::abort();
}

/// Small enough for a fuzzer.
inline evidence::table_limits small_limits() {
  evidence::table_limits limits;
  limits.columns = 200;
  limits.line_bytes = 1U << 14U;
  limits.memory_bytes = 16U << 20U;
  return limits;
}

/// Views and positions of one length, codes within the dictionary, a place for every cell; a
/// refusal has a code.
inline void demand_sound(const proto::result<evidence::tables_of_file>& read) {
  if (!read) {
    demand(!read.error().code.empty());
    return;
  }
  for (const evidence::table& t : read->tables) {
    demand(t.shape != evidence::table_shape::keyed || t.row_keys.size() == t.rows);
    demand(t.row_indexes.empty() || t.row_indexes.size() == t.rows * t.stars);
    demand(t.row_lines.empty() || t.row_lines.size() == t.rows);
    for (const evidence::column& c : t.columns) {
      demand(!c.numeric() || c.values.size() == t.rows);
      demand(!c.textual() || c.codes.size() == t.rows);
      for (const std::uint32_t code : c.codes) {
        demand(code == evidence::column::no_text || code < c.dictionary.size());
      }
      if (t.rows > 0) static_cast<void>(t.place(t.rows - 1, c));
    }
  }
}

/// The same tables, cell by cell and bit by bit, or the same refusal.
inline void demand_same(const proto::result<evidence::tables_of_file>& a,
                        const proto::result<evidence::tables_of_file>& b) {
  demand(a.has_value() == b.has_value());
  if (!a) {
    demand(a.error().code == b.error().code && a.error().line == b.error().line);
    return;
  }
  demand(a->tables.size() == b->tables.size() && a->numeric_leaves == b->numeric_leaves);
  for (std::size_t i = 0; i < a->tables.size(); ++i) {
    const evidence::table& left = a->tables[i];
    const evidence::table& right = b->tables[i];
    demand(left.rows == right.rows && left.columns.size() == right.columns.size());
    demand(left.row_lines == right.row_lines && left.ragged_rows == right.ragged_rows);
    for (std::size_t c = 0; c < left.columns.size(); ++c) {
      demand(left.columns[c].name == right.columns[c].name);
      demand(left.columns[c].dictionary == right.columns[c].dictionary);
      demand(left.columns[c].codes == right.columns[c].codes);
      demand(left.columns[c].values.size() == right.columns[c].values.size());
      for (std::size_t row = 0; row < left.columns[c].values.size(); ++row) {
        demand(std::bit_cast<std::uint64_t>(left.columns[c].values[row]) ==
               std::bit_cast<std::uint64_t>(right.columns[c].values[row]));
      }
    }
  }
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace chimera::fuzz
