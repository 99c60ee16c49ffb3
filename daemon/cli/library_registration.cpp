#include <memory>
#include <optional>
#include <string>

#include "daemon/cli/job_commands.hpp"
#include "daemon/cli/library_commands.hpp"
#include "daemon/cli/registration.hpp"

namespace chimera::cli {
namespace {

struct library_options {
  std::string name;
  std::string file;
  std::optional<std::string> folder;
  server_options at;
};

void add_library(CLI::App& app, library_part part, command& chosen) {
  const auto options = std::make_shared<library_options>();
  const bool personas = part == library_part::personas;
  const std::string one = personas ? "persona" : "pipeline";
  CLI::App* group = app.add_subcommand(one + "s", "List, show or check " + one + "s");
  group->require_subcommand(1);
  CLI::App* list = group->add_subcommand("list", "Name, version and description of each");
  add_server_flags(*list, options->at);
  CLI::App* show = group->add_subcommand("show", "Print the file of a " + one);
  show->add_option("NAME", options->name, "Name of the " + one)->required();
  CLI::App* check = group->add_subcommand("check", "Check a file; errors name line and column");
  check->add_option("FILE", options->file, "YAML file")->required();
  for (CLI::App* sub : {list, show, check})
    sub->add_option("--personas", options->folder,
                    "Folder of personas and pipelines (or CHIMERA_PERSONAS)");
  const auto run_list = [options, part, one] {
    if (options->at.server) return list_of_server(options->at, one + "s");
    return list_library(part, options->folder, options->at.json);
  };
  list->callback([&chosen, run_list] { chosen = run_list; });
  const auto run_show = [options, part] {
    return show_of_library(part, options->name, options->folder);
  };
  show->callback([&chosen, run_show] { chosen = run_show; });
  const auto run_check = [options, part] {
    return check_file(part, options->file, options->folder);
  };
  check->callback([&chosen, run_check] { chosen = run_check; });
}

}  // namespace

void add_library_commands(CLI::App& app, command& chosen) {
  add_library(app, library_part::personas, chosen);
  add_library(app, library_part::pipelines, chosen);
}

}  // namespace chimera::cli
