// The program: reads the command line, calls the command.
#include <algorithm>
#include <cstdio>
#include <exception>
#include <new>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>

#include "agents/personas/persona_file.hpp"
#include "daemon/cli/registration.hpp"

namespace chimera::cli {

const char* const exit_code_help =
    "Exit codes:\n"
    "  0    done\n"
    "  1    the job failed, or its report could not be written\n"
    "  2    usage or configuration\n"
    "  3    nothing to analyse\n"
    "  4    verification failed, or the evidence changed\n"
    "  5    backend or daemon unavailable\n"
    "  130  interrupted\n";

namespace {

constexpr const char* examples =
    "Examples:\n"
    "  chimera analyze results/                        report in ./chimera-report\n"
    "  chimera analyze results/ -o night-17 --json     one JSON document on stdout\n"
    "  chimera verify chimera-report --root results/   recompute every fact, check every number\n"
    "  chimera verify README.md --root results/        what do its numbers say against the data?\n"
    "  chimera submit results/ --watch                 by the daemon: it goes on without you\n"
    "  chimera personas show 'Chimera Agent A' > personas/mine.yaml\n"
    "  chimera pipelines check my-pipeline.yaml\n";

// CLI11 would only say that a command is missing.
bool is_unknown_command(const CLI::App& app, int argc, char** argv) {
  if (argc < 2 || argv[1][0] == '-') return false;
  std::vector<std::string> names;
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(sub->get_name());
  if (std::ranges::find(names, argv[1]) != names.end()) return false;
  const std::string near = personas::nearest(argv[1], names);
  fmt::print(stderr, "chimera: no command is named '{}'{} (allowed: {})\n", argv[1],
             near.empty() ? "" : fmt::format("; did you mean '{}'?", near), fmt::join(names, ", "));
  return true;
}

int run(int argc, char** argv) {
  CLI::App app("Chimera: benchmark files in, a report whose every number is proven out", "chimera");
  app.set_version_flag("--version", std::string("chimera ") + CHIMERA_VERSION);
  app.require_subcommand(1);
  app.footer(std::string(exit_code_help) + "\n" + examples);
  command chosen;
  add_report_commands(app, chosen);
  add_serve_command(app, chosen);
  add_pull_command(app, chosen);
  add_job_commands(app, chosen);
  add_library_commands(app, chosen);
  if (is_unknown_command(app, argc, argv)) return static_cast<int>(exit_code::usage);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : static_cast<int>(exit_code::usage);
  }
  const int code = static_cast<int>(chosen());
  if (std::fflush(stdout) != 0 && code == 0) {
    fmt::print(stderr, "chimera: stdout could not be written\n");
    return static_cast<int>(exit_code::job_failed);
  }
  return code;
}

}  // namespace
}  // namespace chimera::cli

int main(int argc, char** argv) {
  try {
    return chimera::cli::run(argc, argv);
  } catch (const std::bad_alloc&) {
    std::fputs("chimera: out of memory; lower --max-file-bytes or --threads\n", stderr);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "chimera: internal error: %s\n", e.what());
  }
  return 1;
}
