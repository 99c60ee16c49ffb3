// From the shape of the documents of a file to its tables.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agents/evidence/tables/json_shape.hpp"
#include "agents/evidence/tables/table.hpp"
#include "proto/problem.hpp"

namespace chimera::evidence {

/// What the reader saw of the documents besides their shape.
struct json_documents {
  std::uint32_t count = 0;
  bool lines = false;                      ///< several documents, each on a line of its own
  std::vector<std::uint32_t> begin_lines;  ///< 1-based line of each document
};

/// Hands the cells over: the shape is empty afterwards. The document's table comes first, then the
/// keyed ones, then arrays in the order of their first appearance. Refuses what exceeds the bounds.
[[nodiscard]] proto::result<std::vector<table>> json_tables(json_shape& shape,
                                                            const json_documents& documents,
                                                            const table_limits& limits);

/// The keyed tables among the columns of one document's table: objects two or more of whose members
/// are objects of nearly one shape that hold numbers. `leaves` are the nodes of its columns.
[[nodiscard]] std::vector<table> keyed_tables(const json_node& document, const table& leaves,
                                              const std::vector<json_node*>& nodes);

/// The pointer of a node, '*' for array positions; `documents` tells if there are several.
[[nodiscard]] std::string pointer_of(const json_node& node, bool several_documents);

}  // namespace chimera::evidence
