#include "agents/evidence/tables/table.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "proto/decimal.hpp"

namespace chimera::evidence {

namespace {

// RFC 6901: '~' and '/' of a key.
std::string escaped(std::string_view key) {
  std::string out;
  for (const char c : key) {
    if (c == '~')
      out += "~0";
    else if (c == '/')
      out += "~1";
    else
      out += c;
  }
  return out;
}

}  // namespace

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
  const std::string_view pattern = c.name;
  for (std::size_t at = 0; at < pattern.size();) {
    const std::size_t end = std::min(pattern.find('/', at + 1), pattern.size());
    const std::string_view segment = pattern.substr(at, end - at);
    at = end;
    // A key may itself be "*" or begin so: only as many whole segments as there are positions
    // count.
    if (segment != "/*" || star >= std::max<std::size_t>(stars, 1)) {
      pointer += segment;
      continue;
    }
    pointer += '/';
    if (shape == table_shape::keyed)
      pointer += escaped(row_keys[row]);
    else if (row_indexes.empty())
      pointer += fmt::to_string(row);
    else
      pointer += fmt::to_string(row_indexes[row * stars + star]);
    ++star;
  }
  return pointer;
}

}  // namespace chimera::evidence
