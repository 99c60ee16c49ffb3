// Goes once through a JSON document (simdjson's On-Demand) and leaves its values in a json_shape.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <simdjson.h>

#include "agents/evidence/tables/json_shape.hpp"

namespace chimera::evidence {

/// A token of the text without the blanks behind it.
[[nodiscard]] std::string_view trim_json_token(std::string_view token);

/// Not thread-safe. Every function returns false once something is wrong with the document: then
/// `error` says what simdjson found, or it is SUCCESS and the shape's refusal says which bound.
class json_walker {
 public:
  json_walker(json_shape& shape, std::size_t depth) : shape_(shape), depth_(depth) {}

  /// Takes a document; `text_end` is where the text that simdjson was given ends.
  [[nodiscard]] bool take(simdjson::ondemand::document_reference document, const char* text_end);
  /// Takes a record that json_flat has read: `values` for the members with these nodes.
  [[nodiscard]] bool take_flat(std::span<json_node* const> columns, std::span<const double> values);
  /// How many documents were begun.
  [[nodiscard]] std::uint32_t documents() const { return documents_; }

  /// Where the fault stands: at the last value begun, or behind it.
  [[nodiscard]] const char* fault() const;

  simdjson::error_code error = simdjson::SUCCESS;

 private:
  /// Where a value goes: a column of the table whose row is under way.
  struct target {
    json_node& node;
    json_rows& rows;
  };

  [[nodiscard]] bool fail(simdjson::error_code code);
  [[nodiscard]] bool fail_behind(simdjson::error_code code);
  [[nodiscard]] bool take_object(simdjson::simdjson_result<simdjson::ondemand::object> object,
                                 json_node& node, json_rows& rows, std::size_t depth);
  [[nodiscard]] bool take_array(simdjson::simdjson_result<simdjson::ondemand::array> array,
                                json_node& node, std::size_t depth);
  [[nodiscard]] bool take_element(simdjson::ondemand::value value, json_node& element,
                                  std::size_t depth);
  [[nodiscard]] bool take_value(simdjson::ondemand::value value, target into, std::size_t depth);
  [[nodiscard]] bool take_again(simdjson::ondemand::value value, target into, std::size_t depth);
  /// The most frequent case, inlined: a number for a column that is known. False: take_value must.
  [[nodiscard]] bool take_number_at_once(simdjson::ondemand::value& value, json_node& node,
                                         json_rows& rows);
  [[nodiscard]] bool take_scalar(simdjson::ondemand::value value, target into);
  [[nodiscard]] bool take_number(simdjson::ondemand::value value, target into);
  [[nodiscard]] bool take_word(std::string_view token, target into);
  [[nodiscard]] bool take_string(simdjson::ondemand::value value, target into);
  [[nodiscard]] bool take_root_scalar(simdjson::ondemand::document_reference document, target into);
  [[nodiscard]] bool put_text(std::string_view text, target into);
  [[nodiscard]] bool stored(bool done);
  /// True if a key that stands in the text is that of the node.
  [[nodiscard]] bool is_key(const char* raw_key, const json_node& node) const;
  [[nodiscard]] json_node* find_member(const char* raw_key, json_node& node, std::size_t& next);
  [[nodiscard]] bool read_string(const char* raw, std::string_view& text);
  [[nodiscard]] std::string concrete_pointer(const json_node& node) const;

  json_shape& shape_;
  std::size_t depth_;
  const char* end_ = nullptr;
  const char* at_ = nullptr;  // the last value begun
  bool behind_ = false;       // the fault is what follows it
  bool over_budget_ = false;
  std::uint64_t objects_ = 0;
  std::uint32_t documents_ = 0;
  std::string scratch_;  // unescaped strings
  std::string repaired_;
  simdjson::ondemand::parser unescaper_;
};

}  // namespace chimera::evidence
