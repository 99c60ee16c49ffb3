// The most frequent kind of JSON Lines, read without a parser's generality: records of the same
// members in the same order, each a plain decimal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <simdjson.h>

#include "agents/evidence/tables/json_shape.hpp"

namespace chimera::evidence {

/// Goes over a piece of text record by record and stops before the first that json_walker must
/// read, so that both leave the same in the shape. Finds the structure with simdjson's first stage,
/// which also checks UTF-8 and strings. Not thread-safe.
class json_flat {
 public:
  /// Looks at a piece; false if it is nothing for this reader: another processor, no shape known
  /// yet, members that are not all columns, or a fault in the text. Bytes from `floor` on may be
  /// touched.
  [[nodiscard]] bool begin(const json_node& documents, const char* text, std::size_t size,
                           const char* floor);
  /// Where the next document begins; the size of the piece behind the last.
  [[nodiscard]] std::size_t position() const;
  /// Reads the record there into `values` and moves behind it; false, and nothing is moved, if it
  /// is not as the others.
  [[nodiscard]] bool next();
  /// The columns of a record and their values in the last one that was read.
  [[nodiscard]] std::span<json_node* const> columns() const { return columns_; }
  [[nodiscard]] std::span<const double> values() const { return values_; }

 private:
  /// The key and its closing quote, as in json_node.
  struct head {
    std::uint64_t bytes[2];
    std::uint64_t mask[2];
  };

  std::unique_ptr<simdjson::internal::dom_parser_implementation> structure_;
  std::vector<head> heads_;
  std::vector<json_node*> columns_;
  std::vector<double> values_;
  const char* text_ = nullptr;
  const char* floor_ = nullptr;
  std::size_t size_ = 0;
  std::size_t at_ = 0;  // of the structural characters
};

}  // namespace chimera::evidence
