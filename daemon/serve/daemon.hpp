// The daemon: every part of it, put together, from its start to its end.
#pragma once

#include <functional>

#include "daemon/config/settings.hpp"
#include "proto/problem.hpp"

namespace chimera::serve {

/// The settings as file, environment and flags say them now. Blocks; called on another thread.
using settings_source = std::function<proto::result<config::settings>()>;

/// Runs on the calling thread until SIGTERM or SIGINT, then stops politely; a second signal ends
/// the process at once. SIGHUP, or a change of these files, reads settings (from `again`),
/// personas, pipelines and tokens again: as a whole, or not at all. Prints one line on stderr when
/// it is ready. Errors are those of the start: a locked or newer data folder, an address in use, an
/// unsound persona.
[[nodiscard]] proto::result<void> run_daemon(config::settings settings, settings_source again);

}  // namespace chimera::serve
