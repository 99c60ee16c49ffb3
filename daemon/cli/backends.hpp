// chimera backends: who can write the words, and how it is with them.
#pragma once

#include <optional>
#include <string>

#include "daemon/cli/exit_code.hpp"
#include "daemon/cli/server.hpp"

namespace chimera::cli {

struct backends_options {
  server_options at;                  ///< of a daemon
  std::optional<std::string> config;  ///< of a settings file instead, looked at from here
};

/// What GET /v1/backends gives, as a table and a line a model. A daemon that has not looked yet, or
/// long ago, is asked again until it has, for a few seconds. 5 if the daemon cannot be reached.
[[nodiscard]] exit_code backends(const backends_options& options);

/// `all` as GET /v1/backends gives it.
[[nodiscard]] std::string backends_text(const ordered_json& all);

}  // namespace chimera::cli
