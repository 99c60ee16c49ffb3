#include "agents/evidence/tables/json_tables.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace chimera::evidence {
namespace {

class table_builder {
 public:
  table_builder(const json_documents& documents, json_shape& shape)
      : documents_(documents), shape_(shape) {}

  [[nodiscard]] bool build() {
    json_node& top = shape_.documents();
    std::vector<json_node*> nodes = top.rows->records.columns;
    if (!add(top, top.rows->records, false) || !add(top, top.rows->samples, true)) return false;
    if (documents_.count == 1 && !tables.empty() && !nodes.empty()) {
      std::vector<table> keyed = keyed_tables(top, tables.front(), nodes);
      std::ranges::move(keyed, std::back_inserter(tables));
    }
    return walk(top);
  }

  std::vector<table> tables;

 private:
  [[nodiscard]] bool walk(json_node& node) {
    if (node.above != nullptr && node.rows &&
        (!add(node, node.rows->records, false) || !add(node, node.rows->samples, true))) {
      return false;
    }
    const auto below = [this](const auto& member) { return walk(*member); };
    return std::ranges::all_of(node.members, below) && (!node.element || walk(*node.element));
  }

  [[nodiscard]] bool add(json_node& node, json_rows& rows, bool samples);
  void set_places(table& into, const json_node& node, json_rows& rows) const;
  void set_columns(table& into, json_rows& rows) const;

  const json_documents& documents_;
  json_shape& shape_;
  std::size_t bytes_ = 0;
};

bool table_builder::add(json_node& node, json_rows& rows, bool samples) {
  if (rows.count == 0 || rows.columns.empty()) return true;
  const bool top = node.above == nullptr && documents_.count == 1;
  if (samples && !top && !rows.columns.front()->column.any_number()) return true;
  // Columns that end early are filled up now: before that nothing bounds rows times columns.
  bytes_ += rows.columns.size() * rows.count * sizeof(double);
  if (bytes_ > shape_.budget.limit) {
    return shape_.refuse("json.memory",
                         fmt::format("a table of {} rows and {} columns takes more than {} MiB",
                                     rows.count, rows.columns.size(), shape_.budget.limit >> 20U));
  }
  table& made = tables.emplace_back();
  made.kind = documents_.lines ? "jsonl" : "json";
  made.shape = top ? table_shape::document : samples ? table_shape::samples : table_shape::records;
  made.path = node.above == nullptr ? "" : pointer_of(*node.above, documents_.count != 1);
  made.rows = rows.count;
  made.duplicate_keys = rows.duplicates;
  made.duplicate_key_examples = std::move(rows.duplicate_examples);
  set_places(made, node, rows);
  set_columns(made, rows);
  return true;
}

void table_builder::set_places(table& into, const json_node& node, json_rows& rows) const {
  const std::size_t stars = node.stars;
  const std::size_t first = documents_.count == 1 ? 1 : 0;
  into.stars = stars - first;
  const auto position = [&](std::size_t row, std::size_t star) {
    if (!rows.regular) return rows.indexes[row * stars + star];
    return star + 1 == stars ? static_cast<std::uint32_t>(row) : 0U;
  };
  if (documents_.lines) {
    std::vector<std::uint32_t> lines;
    lines.reserve(rows.count);
    bool in_order = true;
    for (std::size_t row = 0; row < rows.count; ++row) {
      lines.push_back(documents_.begin_lines[position(row, 0)]);
      in_order = in_order && lines[row] == lines[0] + row;
    }
    into.first_row_line = lines[0];
    if (!in_order) into.row_lines = std::move(lines);
  }
  if (into.stars == 0 || (into.stars == 1 && rows.regular)) return;
  if (first == 0 && !rows.regular) {
    into.row_indexes = std::move(rows.indexes);
    return;
  }
  into.row_indexes.reserve(rows.count * into.stars);
  for (std::size_t row = 0; row < rows.count; ++row) {
    for (std::size_t star = first; star < stars; ++star) {
      into.row_indexes.push_back(position(row, star));
    }
  }
}

void table_builder::set_columns(table& into, json_rows& rows) const {
  into.columns.reserve(rows.columns.size());
  for (json_node* node : rows.columns) {
    column& made = into.columns.emplace_back();
    made.name = pointer_of(*node, documents_.count != 1);
    const json_node* named = node;
    while (named->rows && named->above != nullptr) named = named->above;
    made.key = named->key;
    node->column.finish(rows.count, made);
  }
}

}  // namespace

std::string pointer_of(const json_node& node, bool several_documents) {
  std::vector<const json_node*> way;
  for (const json_node* n = &node; n != nullptr; n = n->above) way.push_back(n);
  std::string pointer;
  for (auto n = way.rbegin(); n != way.rend(); ++n) {
    if ((*n)->above == nullptr && !several_documents) continue;
    pointer += (*n)->rows ? "/*" : '/' + escape_pointer((*n)->key);
  }
  return pointer;
}

proto::result<std::vector<table>> json_tables(json_shape& shape, const json_documents& documents,
                                              const table_limits& limits) {
  table_builder builder(documents, shape);
  if (!builder.build()) return std::unexpected(shape.refusal);
  if (builder.tables.size() > limits.tables) {
    static_cast<void>(shape.refuse("json.too-many-tables",
                                   fmt::format("more than {} tables in one file", limits.tables)));
    return std::unexpected(shape.refusal);
  }
  return std::move(builder.tables);
}

}  // namespace chimera::evidence
