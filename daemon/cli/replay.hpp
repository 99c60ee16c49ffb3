// chimera replay: a recorded run once more, from what was answered then and the artifacts as they
// are now, into a report of its own.
#pragma once

#include <optional>
#include <string>

#include "daemon/cli/exit_code.hpp"
#include "daemon/cli/server.hpp"

namespace chimera::cli {

struct replay_options {
  server_options at;                ///< for a job of a daemon
  std::string source;               ///< folder of a report, its report.md, or a job
  std::optional<std::string> root;  ///< else the folder that the report was made from
  std::string out = "chimera-replay";
  std::size_t threads = 0;  ///< 0 = one a core
};

/// 0: every file is byte for byte the recorded one. 4: the artifacts changed (each file is named,
/// nothing is written), or a file came out otherwise (it is written and named).
[[nodiscard]] exit_code replay(const replay_options& options);

}  // namespace chimera::cli
