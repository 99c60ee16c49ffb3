// Builds tables as the readers do, from cells written as text.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agents/evidence/tables/table.hpp"
#include "proto/decimal.hpp"

namespace chimera::tests {

inline evidence::column make_column(std::string_view name, const std::vector<std::string>& cells) {
  evidence::column c;
  c.name = name;
  c.key = name;
  if (name.starts_with('/')) c.key = name.substr(name.rfind('/') + 1);
  const std::size_t bracket = name.find(" (");
  if (bracket != std::string_view::npos && name.ends_with(')')) {
    c.key = name.substr(0, bracket);
    c.unit_text = name.substr(bracket + 2, name.size() - bracket - 3);
  }
  std::vector<std::optional<double>> numbers;
  bool any_number = false;
  bool any_text = false;
  for (const std::string& cell : cells) {
    numbers.push_back(proto::parse_decimal(cell));
    any_number = any_number || numbers.back();
    any_text = any_text || (!numbers.back() && !cell.empty());
  }
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const auto hole = evidence::make_hole(cells[i].empty() ? evidence::cell_state::missing
                                                           : evidence::cell_state::text);
    if (any_number) c.values.push_back(numbers[i].value_or(hole));
    if (!any_text) continue;
    const auto at = std::ranges::find(c.dictionary, cells[i]);
    const auto code = static_cast<std::uint32_t>(at - c.dictionary.begin());
    if (!cells[i].empty() && at == c.dictionary.end()) c.dictionary.push_back(cells[i]);
    c.codes.push_back(cells[i].empty() ? evidence::column::no_text : code);
  }
  return c;
}

using rows_of_cells = std::vector<std::vector<std::string>>;

inline evidence::table make_table(const std::vector<std::string>& names, const rows_of_cells& rows,
                                  std::string kind = "csv") {
  evidence::table t;
  t.kind = std::move(kind);
  t.rows = rows.size();
  t.first_row_line = 2;
  for (std::size_t i = 0; i < names.size(); ++i) {
    std::vector<std::string> cells;
    for (const auto& row : rows) cells.push_back(row.at(i));
    t.columns.push_back(make_column(names[i], cells));
  }
  return t;
}

}  // namespace chimera::tests
