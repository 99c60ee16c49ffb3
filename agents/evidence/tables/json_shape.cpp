#include "agents/evidence/tables/json_shape.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

namespace chimera::evidence {
namespace {

constexpr std::size_t many_members = 8;
/// What lets a key of the text be compared without a loop.
void set_head(json_node& node) {
  const std::string quoted = node.key + '"';
  if (!node.plain || quoted.size() > sizeof(node.head)) return;
  std::memcpy(node.head, quoted.data(), quoted.size());
  std::memset(node.mask, 0xFF, quoted.size());
}

constexpr std::size_t bytes_of_node = sizeof(json_node) + 96;

}  // namespace

json_shape::json_shape(const table_limits& limits) : limits_(limits) {
  budget.limit = limits.memory_bytes;
  documents_.stars = 1;
  documents_.rows = std::make_unique<json_element_rows>();
}

bool json_shape::refuse(std::string code, std::string title) {
  refusal.code = std::move(code);
  refusal.title = std::move(title);
  return false;
}

json_node* json_shape::member(json_node& of, std::string_view key) {
  if (of.places.empty()) {
    for (const auto& known : of.members) {
      if (known->key == key) return known.get();
    }
  } else if (const auto known = of.places.find(key); known != of.places.end()) {
    return of.members[known->second].get();
  }
  if (!budget.take(bytes_of_node + 2 * key.size())) {
    static_cast<void>(refuse("json.memory", "the distinct names take too much memory"));
    return nullptr;
  }
  json_node& made = *of.members.emplace_back(std::make_unique<json_node>());
  made.key = key;
  made.plain = key.find_first_of("\"\\") == std::string_view::npos;
  set_head(made);
  made.above = &of;
  made.stars = of.stars;
  made.path_bytes = of.path_bytes + key.size() + 1;
  if (of.members.size() == many_members) {
    for (std::size_t i = 0; i < many_members; ++i) of.places.emplace(of.members[i]->key, i);
  } else if (of.members.size() > many_members) {
    of.places.emplace(made.key, of.members.size() - 1);
  }
  return &made;
}

json_node* json_shape::element(json_node& of) {
  if (of.element) return of.element.get();
  if (!budget.take(bytes_of_node + sizeof(json_element_rows))) {
    static_cast<void>(refuse("json.memory", "the arrays of different places take too much memory"));
    return nullptr;
  }
  of.element = std::make_unique<json_node>();
  of.element->above = &of;
  of.element->stars = of.stars + 1;
  of.element->path_bytes = of.path_bytes + 2;
  of.element->rows = std::make_unique<json_element_rows>();
  return of.element.get();
}

bool json_shape::begin_row(json_rows& rows) {
  const std::size_t row = rows.count;
  if (row == 0 && ++tables_ > limits_.tables) {
    return refuse("json.too-many-tables",
                  fmt::format("more than {} tables (arrays) in one file", limits_.tables));
  }
  if (row >= limits_.rows) {
    return refuse("json.too-many-rows", fmt::format("more than {} rows in one table", row));
  }
  ++rows.count;
  const std::size_t stars = positions.size();
  if (rows.regular) {
    const auto outer_end = positions.end() - 1;
    const bool regular = positions.back() == row &&
                         std::all_of(positions.begin(), outer_end, [](auto p) { return p == 0; });
    if (regular) return true;
    rows.regular = false;
    if (!budget.take(row * stars * sizeof(std::uint32_t))) {
      return refuse("json.memory", "the array positions take too much memory");
    }
    rows.indexes.resize(row * stars);
    for (std::size_t r = 0; r < row; ++r) {
      rows.indexes[r * stars + stars - 1] = static_cast<std::uint32_t>(r);
    }
  }
  if (!budget.take(stars * sizeof(std::uint32_t))) {
    return refuse("json.memory", "the array positions take too much memory");
  }
  rows.indexes.insert(rows.indexes.end(), positions.begin(), positions.end());
  return true;
}

bool json_shape::column_of(json_node& node, json_rows& rows) {
  if (node.has_column) return true;
  if (rows.columns.size() >= limits_.columns) {
    return refuse("json.too-many-columns",
                  fmt::format("more than {} columns in one table", limits_.columns));
  }
  if (!budget.take(2 * node.path_bytes + sizeof(column))) {
    return refuse("json.memory", "the names of the columns take too much memory");
  }
  node.has_column = true;
  rows.columns.push_back(&node);
  return true;
}

void json_shape::forget_rows(json_rows& rows) {
  const std::size_t before = rows.count;
  const std::size_t outer = positions.size();
  if (rows.count == 0) return;
  if (rows.regular) {
    if (std::ranges::all_of(positions, [](auto p) { return p == 0; })) rows.count = 0;
  } else {
    const std::size_t stars = rows.indexes.size() / rows.count;
    const auto here = [&](std::size_t row) {
      const auto begin = rows.indexes.begin() + static_cast<std::ptrdiff_t>(row * stars);
      return std::equal(positions.begin(), positions.end(), begin,
                        begin + static_cast<std::ptrdiff_t>(outer));
    };
    while (rows.count > 0 && here(rows.count - 1)) --rows.count;
    rows.indexes.resize(rows.count * stars);
  }
  if (rows.count == before) return;
  for (json_node* column : rows.columns) column->column.truncate(rows.count);
}

void json_shape::forget(json_node& node, std::size_t row) {
  if (node.has_column) node.column.erase(row);
  for (const auto& member : node.members) forget(*member, row);
  if (!node.element) return;
  json_node* below = node.element.get();
  const auto forget_below = [&](auto& self, json_node& at) -> void {
    if (at.rows) {
      forget_rows(at.rows->records);
      forget_rows(at.rows->samples);
    }
    for (const auto& member : at.members) self(self, *member);
    if (at.element) self(self, *at.element);
  };
  forget_below(forget_below, *below);
}

std::string escape_pointer(std::string_view key) {
  std::string escaped;
  escaped.reserve(key.size());
  for (const char c : key) {
    if (c == '~') {
      escaped += "~0";
    } else if (c == '/') {
      escaped += "~1";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

}  // namespace chimera::evidence
