// What json_walker does about a key that stands twice in an object.
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "agents/evidence/tables/json_walker.hpp"

namespace chimera::evidence {
namespace {

namespace od = simdjson::ondemand;

std::string shown_token(char kind, std::string_view token) {
  if (kind == '{') return "{...}";
  if (kind == '[') return "[...]";
  return std::string{trim_json_token(token)};
}

/// Cut so that an example stays one line for people, between two characters.
std::string shorten(std::string text) {
  if (text.size() <= json_example_bytes) return text;
  std::size_t end = json_example_bytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end) + "...";
}

}  // namespace

std::string_view trim_json_token(std::string_view token) {
  const std::size_t last = token.find_last_not_of(" \t\r\n");
  return token.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

bool json_walker::take_again(od::value value, target into, std::size_t depth) {
  const std::size_t row = into.rows.count - 1;
  ++into.rows.duplicates;
  if (into.rows.duplicate_examples.size() < 5) {
    const std::string first =
        shown_token(into.node.kind, into.node.has_column ? into.node.column.shown(row) : "null");
    const std::string_view token = value.raw_json_token();
    std::string last = shown_token(token.front(), token);
    if (token.front() == '"') {
      std::string_view text;
      if (!read_string(token.data() + 1, text)) return false;
      last = text;
    }
    into.rows.duplicate_examples.push_back(
        fmt::format("{}: {}, {}", concrete_pointer(into.node), shorten(first), shorten(last)));
  }
  shape_.forget(into.node, row);
  return take_value(value, into, depth);
}

std::string json_walker::concrete_pointer(const json_node& node) const {
  std::vector<const json_node*> way;
  for (const json_node* n = &node; n->above != nullptr; n = n->above) way.push_back(n);
  std::string pointer;
  for (auto n = way.rbegin(); n != way.rend(); ++n) {
    pointer += '/';
    pointer +=
        (*n)->rows ? fmt::to_string(shape_.positions[(*n)->stars - 1]) : escape_pointer((*n)->key);
  }
  return pointer;
}

}  // namespace chimera::evidence
