// The commands of the program as its command line knows them, by group.
#pragma once

#include <functional>
#include <memory>

#include <CLI/CLI.hpp>

#include "daemon/cli/exit_code.hpp"
#include "daemon/cli/server.hpp"
#include "daemon/config/load_settings.hpp"

namespace chimera::cli {

/// What the command line asked for; empty until a command was read.
using command = std::function<exit_code()>;

extern const char* const exit_code_help;

/// analyze, verify: in this process.
void add_report_commands(CLI::App& app, command& chosen);
/// personas, pipelines: of a folder, or of a daemon.
void add_library_commands(CLI::App& app, command& chosen);
/// serve: the daemon itself.
void add_serve_command(CLI::App& app, command& chosen);
/// pull: a model to an Ollama server.
void add_pull_command(CLI::App& app, command& chosen);
/// submit, watch, ps, show, cancel, retry, artifacts, report, claims, backends: of a daemon.
void add_job_commands(CLI::App& app, command& chosen);

/// --server, --token-file, --json.
void add_server_flags(CLI::App& sub, server_options& at);
/// A flag for each key of the daemon's settings that may be set from outside; fills `given`.
void add_settings_flags(CLI::App& sub, const std::shared_ptr<config::flag_values>& given);

}  // namespace chimera::cli
