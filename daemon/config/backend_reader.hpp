// The backends of settings: read from the file, made from a short text, checked as a whole.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <yaml-cpp/yaml.h>

#include "daemon/config/settings.hpp"
#include "proto/problem.hpp"

namespace chimera::config {

/// Reads the list `backends:`. The first problem is kept in `first`.
[[nodiscard]] std::vector<backend_settings> read_backends(const YAML::Node& list,
                                                          const std::string& file,
                                                          const std::filesystem::path& base,
                                                          std::optional<proto::problem>& first);

/// "narrator", "simulated", "http://host:11434" or "llama:FILE" as a backend of that name; nothing
/// for any other text.
[[nodiscard]] std::optional<backend_settings> backend_from_text(const std::string& text,
                                                                const std::filesystem::path& base);

}  // namespace chimera::config
