// chimera completion: what completes the commands of the program in a shell, made from the command
// line itself.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

#include "daemon/cli/exit_code.hpp"

namespace chimera::cli {

/// `shell`: bash, zsh or fish.
[[nodiscard]] std::string completion_text(const CLI::App& app, const std::string& shell);
[[nodiscard]] exit_code print_completion(const CLI::App& app, const std::string& shell);

}  // namespace chimera::cli
