// The backends of settings, each looked at from this process.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "daemon/backends/backend_watch.hpp"
#include "daemon/config/settings.hpp"
#include "proto/problem.hpp"

namespace chimera::cli {

struct looked_backend {
  config::backend_settings what;
  std::string description;
  inference::last_look look;
};

/// As for a run in this process, which needs no folder for jobs. `file` "" = CHIMERA_CONFIG, else
/// none.
[[nodiscard]] proto::result<config::settings> settings_of(const std::string& file);
/// As the daemon reads them.
[[nodiscard]] proto::result<config::settings> settings_of_daemon(const std::string& file);

/// All at the same time; blocks until the slowest has answered or was given up. Loads the models of
/// embedded engines. A type that is not built in is a problem of that backend alone.
[[nodiscard]] proto::result<std::vector<looked_backend>> look_at_all(
    const config::settings& settings);

/// In the form of GET /v1/backends.
[[nodiscard]] nlohmann::ordered_json as_listed(const std::vector<looked_backend>& all);

}  // namespace chimera::cli
