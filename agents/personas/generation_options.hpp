// The options of generation that a persona may set, each with what it accepts.
#pragma once

#include <map>
#include <optional>
#include <string>

#include <yaml-cpp/yaml.h>

#include "proto/problem.hpp"

namespace chimera::personas {

/// Reads `options:` of a persona. Values are kept as text: numbers as written, `stop` as a JSON
/// array of texts, "default" as such (do not send). The first problem is kept in `first`.
[[nodiscard]] std::map<std::string, std::string> read_options(const YAML::Node& options,
                                                              const std::string& file,
                                                              std::optional<proto::problem>& first);

}  // namespace chimera::personas
