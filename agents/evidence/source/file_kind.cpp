#include "agents/evidence/source/file_kind.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace chimera::evidence {

std::string type_of(std::string_view path) {
  constexpr std::size_t extension_max = 16;
  const std::string_view name = path.substr(path.rfind('/') + 1);
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return {};
  std::string type(name.substr(dot + 1));
  if (type.size() > extension_max) return {};
  for (char& c : type) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    const bool plausible =
        (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '+';
    if (!plausible) return {};
  }
  return type;
}

int rank_of(std::string_view type) {
  constexpr std::array<std::pair<std::string_view, int>, 8> ranks{{{"csv", 0},
                                                                   {"tsv", 0},
                                                                   {"json", 0},
                                                                   {"jsonl", 0},
                                                                   {"ndjson", 0},
                                                                   {"md", 1},
                                                                   {"markdown", 1},
                                                                   {"txt", 2}}};
  const auto* const found =
      std::ranges::find(ranks, type, &std::pair<std::string_view, int>::first);
  return found == ranks.end() ? 3 : found->second;
}

bool is_evidence(std::string_view type) { return rank_of(type) < 3; }

std::string_view reason_to_skip(std::string_view folder) {
  if (folder == ".git" || folder == ".hg" || folder == ".svn")
    return "a version control folder: holds no benchmark records of its own";
  if (folder == "node_modules") return "a folder of installed packages: holds no benchmark records";
  return {};
}

}  // namespace chimera::evidence
