#include "agents/personas/yaml_place.hpp"

#include <algorithm>
#include <charconv>
#include <string>

#include "agents/personas/yaml_document.hpp"

namespace chimera::personas {
namespace {

// The first part of a path, taken off it: "steps", "[1]", "persona".
std::string_view next_part(std::string_view& path) {
  if (path.starts_with('.')) path.remove_prefix(1);
  const std::size_t end = std::min(path.find_first_of(".[", 1), path.size());
  const std::string_view part = path.substr(0, end);
  path.remove_prefix(end);
  return part;
}

YAML::Node child_of(const YAML::Node& of, std::string_view part) {
  if (!part.starts_with('[')) {
    if (of.IsMap()) return of[std::string(part)];
    return YAML::Node(YAML::NodeType::Undefined);
  }
  std::size_t index = 0;
  const auto [stop, error] = std::from_chars(part.data() + 1, part.data() + part.size() - 1, index);
  if (error != std::errc() || !of.IsSequence() || index >= of.size())
    return YAML::Node(YAML::NodeType::Undefined);
  return of[index];
}

}  // namespace

void set_place(proto::problem& p, std::string_view yaml) {
  if (p.column != 0 || p.field.empty()) return;
  const auto root = parse_yaml(yaml, p.file);
  if (!root) return;
  YAML::Node at = *root;
  for (std::string_view path = p.field; !path.empty();) {
    const YAML::Node child = child_of(at, next_part(path));
    if (!child.IsDefined()) break;
    at.reset(child);
  }
  if (at.Mark().is_null()) return;
  const proto::problem placed = problem_at(p.file, at.Mark(), "", "");
  p.line = placed.line;
  p.column = placed.column;
}

}  // namespace chimera::personas
