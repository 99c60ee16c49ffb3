// Settings from flags, environment and file, the first of them that says something.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/config/settings.hpp"
#include "proto/problem.hpp"

namespace chimera::config {

/// A key that may also be set by the flag `--NAME` and by a variable of the environment.
struct outside_key {
  std::string name;      ///< "running-max"
  std::string variable;  ///< "CHIMERA_RUNNING_MAX"; lists are separated by ':' there, or by ','
                         ///< for origins, hosts
  std::string help;
  bool is_list = false;
};
[[nodiscard]] std::vector<outside_key> outside_keys();

using variables = std::map<std::string, std::string, std::less<>>;
/// By name of the key, with what was given, in order.
using flag_values = std::map<std::string, std::vector<std::string>, std::less<>>;

/// CHIMERA_*, HOME and XDG_STATE_HOME of this process.
[[nodiscard]] variables environment_of_process();

/// Reads `file` (else the file that CHIMERA_CONFIG names, else none) and puts environment and flags
/// over it. Without any: loopback port 7717, the narrator, data under the user's state folder, the
/// current folder as root. Relative paths of the file are taken from its folder, others from the
/// current one. `backend` may name one of `backends`, or define one: narrator, simulated, the URL
/// of an Ollama server, openai:URL (a URL that ends with /v1 will do), llama:FILE.
///
/// Errors name file, line, column and field, or the flag or variable: yaml.*, "config.value",
/// "config.backend", "config.folder", "config.exposed" (an address beyond loopback, without token
/// file and `insecure`). They quote no URL that holds a password.
[[nodiscard]] proto::result<settings> load_settings(
    const std::optional<std::filesystem::path>& file, const variables& environment,
    const flag_values& flags);

/// The same for the text of a file; `file` is named in errors and paths are taken from its folder.
[[nodiscard]] proto::result<settings> read_settings(std::string_view yaml,
                                                    const std::filesystem::path& file,
                                                    const variables& environment,
                                                    const flag_values& flags);

}  // namespace chimera::config
