// Everything that the daemon reads from disk at its start, and again while it runs.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "daemon/config/settings.hpp"
#include "daemon/http/auth.hpp"
#include "daemon/http/server/message.hpp"
#include "daemon/library/library.hpp"
#include "daemon/serve/data_places.hpp"
#include "daemon/serve/file_watch.hpp"
#include "daemon/service/surroundings.hpp"
#include "proto/problem.hpp"

namespace chimera::serve {

struct fresh_state {
  config::settings settings;
  data_places places;
  std::optional<http::token_table> tokens;
  library::catalog known;
};

/// What the settings name, checked as a whole: roots, tokens, personas and pipelines. `uploads` is
/// the folder of uploaded datasets. Blocks.
[[nodiscard]] proto::result<fresh_state> read_state(config::settings settings,
                                                    const std::filesystem::path& uploads);

/// Takes over from `before` what cannot change while the daemon runs (listen, data, connections); a
/// line for
/// each that differs. Error: what would then be open to other machines ("config.exposed").
[[nodiscard]] proto::result<std::vector<std::string>> keep_fixed(config::settings& fresh,
                                                                 const config::settings& before);

/// The files whose change matters: personas and pipelines, settings, tokens.
[[nodiscard]] watched_files files_of(const config::settings& settings,
                                     const library::catalog& known);

[[nodiscard]] service::service_settings service_settings_of(const config::settings& from,
                                                            bool tail_lost);

[[nodiscard]] http::server_limits server_limits_of(const config::settings& from);

/// "127.0.0.1:7717", "[::1]:7717".
[[nodiscard]] std::string address_of(const config::listen_address& listen, std::uint16_t port);

}  // namespace chimera::serve
