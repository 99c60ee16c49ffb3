// The program: reads the command line, calls the command.
#include <algorithm>
#include <cstdio>
#include <exception>
#include <functional>
#include <new>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>

#include "agents/personas/persona_file.hpp"
#include "daemon/cli/analyze.hpp"
#include "daemon/cli/library_commands.hpp"
#include "daemon/cli/registration.hpp"
#include "daemon/cli/verify.hpp"

namespace chimera::cli {
namespace {}  // namespace
const char* const exit_code_help =
    "Exit codes:\n"
    "  0    done\n"
    "  1    the job failed, or its report could not be written\n"
    "  2    usage or configuration\n"
    "  3    nothing to analyse\n"
    "  4    verification failed, or the evidence changed\n"
    "  5    backend unavailable\n"
    "  130  interrupted\n";
namespace {
const char* const exit_codes = exit_code_help;

constexpr const char* examples =
    "Examples:\n"
    "  chimera analyze results/                        report in ./chimera-report\n"
    "  chimera analyze results/ -o night-17 --json     one JSON document on stdout\n"
    "  chimera verify chimera-report --root results/   recompute every fact, check every number\n"
    "  chimera verify README.md --root results/        what do its numbers say against the data?\n"
    "  chimera personas show 'Chimera Agent A' > personas/mine.yaml\n"
    "  chimera pipelines check my-pipeline.yaml\n";

void add_analyze(CLI::App& app, analyze_options& options, command& chosen) {
  CLI::App* sub = app.add_subcommand(
      "analyze", "Read a folder of benchmark results and write a report whose numbers are proven");
  sub->add_option("DIR", options.folder, "Folder of the result files")->required();
  sub->add_option("-o,--out", options.out, "Folder of the report; an earlier report is replaced")
      ->capture_default_str();
  sub->add_option("--pipeline", options.pipeline, "Pipeline to run")->capture_default_str();
  sub->add_option("--backend", options.backend, "Who writes the words: narrator")
      ->capture_default_str();
  sub->add_option("--model", options.model, "Model of the personas that name none");
  sub->add_option("--personas", options.personas,
                  "Folder of personas and pipelines (or CHIMERA_PERSONAS)");
  sub->add_flag("--json", options.json, "Print one JSON document on stdout");
  sub->add_option("--threads", options.threads, "Threads for reading and computing; 0 = all cores")
      ->check(CLI::Range(0, 1024));
  sub->add_option("--max-files", options.limits.files, "Refuse trees of more files")
      ->capture_default_str();
  sub->add_option("--max-bytes", options.limits.total_bytes, "Refuse trees of more bytes")
      ->capture_default_str();
  sub->add_option("--max-depth", options.limits.depth, "Refuse trees that nest deeper")
      ->capture_default_str();
  sub->add_option("--max-file-bytes", options.limits.file_bytes,
                  "Set files of more bytes aside, by name")
      ->capture_default_str();
  sub->add_flag("-q,--quiet", options.quiet, "No progress, no summary");
  sub->footer(std::string(exit_codes) + "\n" + examples);
  sub->callback([&] { chosen = [&options] { return analyze(options); }; });
}

void add_verify(CLI::App& app, verify_options& options, command& chosen) {
  CLI::App* sub = app.add_subcommand(
      "verify", "Check a report folder, or the numbers of any Markdown, against a tree");
  sub->add_option("PATH", options.paths, "A report's folder or its report.md, or Markdown files")
      ->required();
  sub->add_option("--root", options.root,
                  "Folder of the result files; of a report by default the one it was made from");
  sub->add_flag("--json", options.json, "Print JSON Lines on stdout");
  sub->add_option("--sarif", options.sarif, "Also write a SARIF 2.1.0 file for code review");
  sub->add_flag("--strict", options.strict,
                "Fail for numbers of a document that nothing supports, too");
  sub->add_flag("-a,--all", options.all, "Show what agrees or has no key in the data, too");
  sub->add_option("--threads", options.threads, "Threads for reading and computing; 0 = all cores")
      ->check(CLI::Range(0, 1024));
  sub->footer(std::string(exit_codes) + "\n" + examples);
  sub->callback([&] { chosen = [&options] { return verify(options); }; });
}

struct library_options {
  std::string name;
  std::string file;
  std::optional<std::string> folder;
};

void add_library(CLI::App& app, library_part part, library_options& options, command& chosen) {
  const bool personas = part == library_part::personas;
  const std::string one = personas ? "persona" : "pipeline";
  CLI::App* group = app.add_subcommand(one + "s", "List, show or check " + one + "s");
  group->require_subcommand(1);
  CLI::App* list = group->add_subcommand("list", "Name, version and description of each");
  CLI::App* show = group->add_subcommand("show", "Print the file of a " + one);
  show->add_option("NAME", options.name, "Name of the " + one)->required();
  CLI::App* check = group->add_subcommand("check", "Check a file; errors name line and column");
  check->add_option("FILE", options.file, "YAML file")->required();
  for (CLI::App* sub : {list, show, check})
    sub->add_option("--personas", options.folder,
                    "Folder of personas and pipelines (or CHIMERA_PERSONAS)");
  list->callback(
      [&, part] { chosen = [&options, part] { return list_library(part, options.folder); }; });
  show->callback([&, part] {
    chosen = [&options, part] { return show_of_library(part, options.name, options.folder); };
  });
  check->callback([&, part] {
    chosen = [&options, part] { return check_file(part, options.file, options.folder); };
  });
}

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
  app.footer(std::string(exit_codes) + "\n" + examples);
  command chosen;
  analyze_options analysis;
  verify_options verification;
  library_options of_personas;
  library_options of_pipelines;
  add_analyze(app, analysis, chosen);
  add_verify(app, verification, chosen);
  add_library(app, library_part::personas, of_personas, chosen);
  add_library(app, library_part::pipelines, of_pipelines, chosen);
  add_serve_command(app, chosen);
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
