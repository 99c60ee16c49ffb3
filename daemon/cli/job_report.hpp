// The files of a report that a job of a daemon made.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "agents/ports/task.hpp"
#include "daemon/cli/server.hpp"
#include "proto/problem.hpp"

namespace chimera::cli {

struct report_sink {
  std::function<bool(const std::string& name)> wants;  ///< which files; names stay below a folder
  std::function<proto::result<void>(const std::string& name, const std::string& content)> keep;
};

/// Fetches each wanted file, holds it to its hash and hands it to `to`. Errors: those of the way to
/// the daemon, "client.hash", and what the daemon says of a job that has no report. `at` outlives
/// the coroutine.
[[nodiscard]] task<proto::result<void>> fetch_report(server* at, std::string id, report_sink to);

}  // namespace chimera::cli
