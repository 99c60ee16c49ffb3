// The daemon: every part of it, put together, from its start to its end.
#pragma once

#include <memory>

#include "daemon/config/settings.hpp"
#include "proto/problem.hpp"

namespace chimera::serve {

/// Runs on the calling thread until SIGTERM or SIGINT, then stops politely; a second signal ends
/// the process at once. SIGHUP reads personas, pipelines and backends again. Prints one line on
/// stderr when it is ready. Errors are those of the start: a locked or newer data folder, an
/// address in use, an unsound persona.
[[nodiscard]] proto::result<void> run_daemon(config::settings settings);

}  // namespace chimera::serve
