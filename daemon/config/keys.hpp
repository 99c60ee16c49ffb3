// The keys of settings that have one value or a list of values: one table for file, environment
// and flags.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/config/settings.hpp"

namespace chimera::config {

/// What a setter works on. `base` is the folder from which relative paths are taken.
struct assignment {
  settings& into;
  const std::vector<std::string>& values;  ///< one, or any number for a list
  const std::filesystem::path& base;
};

struct key_rule {
  std::string_view key;   ///< in the file: "limits.running_max"
  std::string_view name;  ///< as a flag, and with '_' in capitals as a variable: "running-max"
  char separator;         ///< between the values of a list in a variable; 0 = one value
  std::string_view allowed;
  std::string_view help;
  bool (*take)(const assignment&);  ///< false: the value is not accepted
};

[[nodiscard]] std::span<const key_rule> key_rules();
/// "CHIMERA_RUNNING_MAX".
[[nodiscard]] std::string variable_of(const key_rule& rule);

}  // namespace chimera::config
