// One JSON object as text, member by member: for events and records, of which there are many and
// whose members are known, so that no document is built first.
#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "proto/json_text.hpp"

namespace chimera::proto {

class object_text {
 public:
  /// UTF-8; what is none is replaced.
  object_text& add(std::string_view key, std::string_view text) {
    append_key(text_, key);
    append_quoted(text_, text);
    return *this;
  }
  object_text& add(std::string_view key, const char* text) {
    return add(key, std::string_view(text));
  }
  template <std::integral Number>
  object_text& add(std::string_view key, Number number) {
    append_key(text_, key);
    if constexpr (std::same_as<Number, bool>)
      text_ += number ? "true" : "false";
    else
      text_ += fmt::format_int(number).c_str();
    return *this;
  }
  /// The shortest text that means the same number; null if it is not finite.
  object_text& add(std::string_view key, double number);
  /// `json` is a JSON text.
  object_text& add_json(std::string_view key, std::string_view json) {
    append_key(text_, key);
    text_ += json;
    return *this;
  }
  /// A list of JSON texts.
  template <class Items, class ToJson>
  object_text& add_list(std::string_view key, const Items& items, ToJson to_json) {
    append_key(text_, key);
    text_ += '[';
    const char* comma = "";
    for (const auto& item : items) {
      text_ += comma;
      text_ += to_json(item);
      comma = ",";
    }
    text_ += ']';
    return *this;
  }

  /// The whole of it; nothing may be added afterwards.
  [[nodiscard]] std::string take() {
    text_ += '}';
    return std::move(text_);
  }

 private:
  std::string text_ = "{";
};

}  // namespace chimera::proto
