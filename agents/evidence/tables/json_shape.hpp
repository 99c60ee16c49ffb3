// The shape of JSON documents: a tree of the members and array elements met in them. Each scalar
// place is a column of the table that the nearest array around it is. Filled by json_walker, turned
// into tables by json_tables.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "agents/evidence/tables/json_column.hpp"
#include "agents/evidence/tables/readers.hpp"

namespace chimera::evidence {

struct json_node;

/// The rows of a table under way: the objects of an array, or its plain elements.
struct json_rows {
  std::size_t count = 0;
  std::vector<json_node*> columns;  ///< in the order of their first appearance
  /// Array positions, one entry for each '*' around, the document's number first. Empty while
  /// `regular`: all outer positions are 0 and the innermost is the row.
  std::vector<std::uint32_t> indexes;
  bool regular = true;
  std::uint64_t duplicates = 0;
  std::vector<std::string> duplicate_examples;
};

/// What an array (or the sequence of documents) becomes.
struct json_element_rows {
  json_rows records;
  json_rows samples;
};

/// A member of an object, or the elements of an array.
struct json_node {
  std::string key;                 ///< unescaped; "" for elements
  std::uint64_t head[2] = {0, 0};  ///< the key and its closing quote, if that is 16 bytes or less
  std::uint64_t mask[2] = {0, 0};  ///< the bytes of `head` that count
  bool plain = true;               ///< stands in the text as it is: no quote, no backslash
  json_node* above = nullptr;
  std::uint32_t stars = 0;  ///< arrays around, the documents included; elements count theirs
  std::size_t path_bytes = 0;
  std::uint64_t seen = 0;  ///< the last object that had this member
  char kind = 0;           ///< first character of its last value
  bool has_column = false;
  json_column column;
  std::vector<std::unique_ptr<json_node>> members;  ///< in the order of their first appearance
  std::unordered_map<std::string_view, std::size_t> places;  ///< of members, if they are many
  std::unique_ptr<json_node> element;
  std::unique_ptr<json_element_rows> rows;  ///< elements only
};

/// A duplicate key is cut to this length in examples.
inline constexpr std::size_t json_example_bytes = 60;

/// The tree with its bounds. Functions that return a pointer return null, and those that return
/// bool false, once a bound is exceeded; `refusal` says which. Not thread-safe.
class json_shape {
 public:
  explicit json_shape(const table_limits& limits);

  [[nodiscard]] json_node& documents() { return documents_; }
  /// The member with this unescaped key; made if it is new.
  [[nodiscard]] json_node* member(json_node& of, std::string_view key);
  /// The elements of the arrays that stand at this node.
  [[nodiscard]] json_node* element(json_node& of);
  /// Begins a row at the current positions.
  [[nodiscard]] bool begin_row(json_rows& rows);
  /// The column of a node in its table; made if it is new.
  [[nodiscard]] bool column_of(json_node& node, json_rows& rows);
  /// Forgets what the current row has at this node and below it.
  void forget(json_node& node, std::size_t row);

  [[nodiscard]] bool refuse(std::string code, std::string title);

  std::vector<std::uint32_t> positions;  ///< of the arrays around, the document's number first
  json_budget budget;
  std::uint64_t numeric_leaves = 0;
  proto::problem refusal;

 private:
  void forget_rows(json_rows& rows);

  table_limits limits_;
  std::size_t tables_ = 0;
  json_node documents_;
};

/// RFC 6901: '~' as "~0", '/' as "~1".
[[nodiscard]] std::string escape_pointer(std::string_view key);

}  // namespace chimera::evidence
