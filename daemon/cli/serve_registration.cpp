#include <memory>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "daemon/cli/registration.hpp"
#include "daemon/serve/daemon.hpp"

namespace chimera::cli {
namespace {

constexpr const char* serve_examples =
    "Examples:\n"
    "  chimera serve --root /srv/benchmarks            on this machine only, with the narrator\n"
    "  chimera serve --config /etc/chimera.yaml        as the file says\n"
    "  kill -HUP PID                                   read settings, personas, tokens again\n"
    "  kill PID                                        stop: running jobs go on after a restart\n";

exit_code serve(const std::string& file, const config::flag_values& flags) {
  std::optional<std::filesystem::path> from;
  if (!file.empty()) from = file;
  auto load = [from, flags, environment = config::environment_of_process()] {
    return config::load_settings(from, environment, flags);
  };
  auto settings = load();
  if (!settings) {
    fmt::print(stderr, "chimera: {}\n", proto::to_text(settings.error()));
    return exit_code::usage;
  }
  const auto ended = serve::run_daemon(std::move(*settings), std::move(load));
  if (ended) return exit_code::done;
  fmt::print(stderr, "chimera: {}\n", proto::to_text(ended.error()));
  return ended.error().code.starts_with("backend.") ? exit_code::backend_unavailable
                                                    : exit_code::usage;
}

}  // namespace

void add_serve_command(CLI::App& app, command& chosen) {
  CLI::App* sub = app.add_subcommand(
      "serve", "Run the daemon: jobs over HTTP, events over WebSocket, nothing accepted is lost");
  auto file = std::make_shared<std::string>();
  auto flags = std::make_shared<config::flag_values>();
  sub->add_option("--config", *file, "Settings file (or CHIMERA_CONFIG)");
  add_settings_flags(*sub, flags);
  sub->footer(std::string(exit_code_help) + "\n" + serve_examples);
  sub->callback(
      [&chosen, file, flags] { chosen = [file, flags] { return serve(*file, *flags); }; });
}

}  // namespace chimera::cli
