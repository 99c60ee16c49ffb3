#include "agents/evidence/tables/table.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "proto/decimal.hpp"

namespace chimera::evidence {

std::string column::text(std::size_t row) const {
  if (!codes.empty()) {
    const std::uint32_t code = codes[row];
    return code == no_text ? std::string{} : dictionary[code];
  }
  if (values.empty()) return {};
  const double value = values[row];
  switch (state_of(value)) {
    case cell_state::number:
      return proto::shortest(value);
    case cell_state::literal_nan:
      return "NaN";
    case cell_state::missing:
    case cell_state::text:
      break;
  }
  return {};
}

bool column::missing(std::size_t row) const {
  if (!codes.empty()) return codes[row] == no_text;
  return values.empty() || state_of(values[row]) == cell_state::missing;
}

std::size_t table::find(std::string_view column_name) const {
  const auto found = std::ranges::find(columns, column_name, &column::name);
  return static_cast<std::size_t>(found - columns.begin());
}

std::string table::place(std::size_t row, const column& c) const {
  if (kind != "json" && kind != "jsonl") {
    const std::uint64_t line = row_lines.empty() ? first_row_line + row : row_lines[row];
    return fmt::format("line {}", line);
  }
  std::string pointer;
  std::size_t star = 0;
  for (const char letter : c.name) {
    if (letter != '*' || !pointer.ends_with('/')) {
      pointer += letter;
    } else if (shape == table_shape::keyed) {
      pointer += row_keys[row];
    } else {
      pointer += row_indexes.empty() ? fmt::to_string(row)
                                     : fmt::to_string(row_indexes[row * stars + star]);
      ++star;
    }
  }
  return pointer;
}

}  // namespace chimera::evidence
