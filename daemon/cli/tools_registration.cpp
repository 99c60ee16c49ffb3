#include <memory>
#include <string>

#include "daemon/cli/completion.hpp"
#include "daemon/cli/diff.hpp"
#include "daemon/cli/doctor.hpp"
#include "daemon/cli/registration.hpp"
#include "daemon/cli/replay.hpp"

namespace chimera::cli {
namespace {

constexpr const char* replay_examples =
    "Exit code 4: a file of the tree changed, or the report came out otherwise than recorded.\n\n"
    "Examples:\n"
    "  chimera replay chimera-report --root results/ -o again   the same words, the same bytes\n"
    "  chimera replay 01JD -o again                             the job whose id begins so\n";

constexpr const char* diff_examples =
    "Exit code 0: the reports say the same; 1: they differ; 4: they were made from other files.\n\n"
    "Examples:\n"
    "  chimera diff monday tuesday                     two folders of reports\n"
    "  chimera diff 01JD 01JF --json                   two jobs of a daemon, as one document\n";

constexpr const char* doctor_examples =
    "Exit code 2: folders, personas or settings are not sound; 5: a backend cannot be used.\n\n"
    "Examples:\n"
    "  chimera doctor                                  what is there, and what is missing\n"
    "  chimera doctor --config /etc/chimera.yaml       before 'chimera serve' with that file\n";

constexpr const char* completion_examples =
    "Examples:\n"
    "  source <(chimera completion bash)               in ~/.bashrc\n"
    "  source <(chimera completion zsh)                in ~/.zshrc, after compinit\n"
    "  chimera completion fish | source                in ~/.config/fish/config.fish\n";

void add_replay(CLI::App& app, command& chosen) {
  const auto options = std::make_shared<replay_options>();
  CLI::App* sub = app.add_subcommand(
      "replay", "Make a report again from what was answered then; it must come out the same");
  sub->add_option("REPORT", options->source, "Folder of a report, or a job of a daemon")
      ->required();
  sub->add_option("--root", options->root,
                  "Folder of the result files; by default the one the report was made from");
  sub->add_option("-o,--out", options->out, "Folder of the new report; an earlier one is replaced")
      ->capture_default_str();
  sub->add_option("--threads", options->threads, "Threads for reading and computing; 0 = all cores")
      ->check(CLI::Range(0, 1024));
  add_server_flags(*sub, options->at);
  sub->footer(std::string(exit_code_help) + replay_examples);
  sub->callback([options, &chosen] { chosen = [options] { return replay(*options); }; });
}

void add_diff(CLI::App& app, command& chosen) {
  const auto options = std::make_shared<diff_options>();
  CLI::App* sub =
      app.add_subcommand("diff", "Tell what changed between two reports: facts, claims, words");
  sub->add_option("BEFORE", options->before, "Folder of a report, or a job of a daemon")
      ->required();
  sub->add_option("AFTER", options->after, "The other one")->required();
  sub->add_flag("-a,--all", options->all, "List every change, not only the first of each kind");
  add_server_flags(*sub, options->at);
  sub->footer(std::string(exit_code_help) + diff_examples);
  sub->callback([options, &chosen] { chosen = [options] { return diff(*options); }; });
}

void add_doctor(CLI::App& app, command& chosen) {
  const auto options = std::make_shared<doctor_options>();
  CLI::App* sub = app.add_subcommand(
      "doctor", "Check what a user needs: folders, personas, backends, models; and what to do");
  sub->add_option("--config", options->config, "Settings file (or CHIMERA_CONFIG)");
  sub->add_flag("--json", options->json, "Print one JSON document on stdout");
  sub->footer(std::string(exit_code_help) + doctor_examples);
  sub->callback([options, &chosen] { chosen = [options] { return doctor(*options); }; });
}

void add_completion(CLI::App& app, command& chosen) {
  const auto shell = std::make_shared<std::string>();
  CLI::App* sub = app.add_subcommand("completion", "Print what completes commands in a shell");
  sub->add_option("SHELL", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  sub->footer(completion_examples);
  sub->callback(
      [shell, &app, &chosen] { chosen = [shell, &app] { return print_completion(app, *shell); }; });
}

}  // namespace

void add_tool_commands(CLI::App& app, command& chosen) {
  add_replay(app, chosen);
  add_diff(app, chosen);
  add_doctor(app, chosen);
  add_completion(app, chosen);
}

}  // namespace chimera::cli
