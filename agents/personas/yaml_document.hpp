// One YAML document of bounded size: what a hostile file may cost is decided before it is built.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <yaml-cpp/yaml.h>

#include "proto/problem.hpp"

namespace chimera::personas {

/// Far above what any persona needs, far below what hurts.
struct yaml_limits {
  std::size_t bytes = 256U << 10U;
  std::size_t depth = 16;      ///< sequences and mappings within each other
  std::size_t nodes = 10'000;  ///< with every alias counted as what it stands for
};

/// A problem at a place of `file`; line and column from the mark of the parser.
[[nodiscard]] proto::problem problem_at(const std::string& file, const YAML::Mark& mark,
                                        std::string code, std::string title,
                                        std::string detail = {});

/// The root of the only document of `text`. Errors: no valid YAML, over a limit, a document that
/// contains itself, none or several documents.
[[nodiscard]] proto::result<YAML::Node> parse_yaml(std::string_view text, const std::string& file,
                                                   const yaml_limits& limits = {});

}  // namespace chimera::personas
