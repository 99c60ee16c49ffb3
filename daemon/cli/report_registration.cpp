#include <memory>
#include <string>

#include "daemon/cli/analyze.hpp"
#include "daemon/cli/registration.hpp"
#include "daemon/cli/verify.hpp"

namespace chimera::cli {
namespace {

constexpr const char* report_examples =
    "Examples:\n"
    "  chimera analyze results/                        report in ./chimera-report\n"
    "  chimera analyze results/ -o night-17 --json     one JSON document on stdout\n"
    "  chimera analyze results/ --backend http://127.0.0.1:11434 --model gemma3:latest\n"
    "  chimera verify chimera-report --root results/   recompute every fact, check every number\n"
    "  chimera verify README.md --root results/        what do its numbers say against the data?\n";

void add_analyze(CLI::App& app, command& chosen) {
  const auto options = std::make_shared<analyze_options>();
  CLI::App* sub = app.add_subcommand(
      "analyze", "Read a folder of benchmark results and write a report whose numbers are proven");
  sub->add_option("DIR", options->folder, "Folder of the result files")->required();
  sub->add_option("-o,--out", options->out, "Folder of the report; an earlier report is replaced")
      ->capture_default_str();
  sub->add_option("--pipeline", options->pipeline, "Pipeline to run")->capture_default_str();
  sub->add_option("--backend", options->backend,
                  "Who writes the words: narrator (default), the URL of an Ollama server, "
                  "openai:URL, llama:FILE, simulated, or a backend of the settings by name");
  sub->add_option("--model", options->model, "Model of the personas that name none");
  sub->add_option("--config", options->config,
                  "Settings file whose backends can be named (or CHIMERA_CONFIG)");
  sub->add_option("--personas", options->personas,
                  "Folder of personas and pipelines (or CHIMERA_PERSONAS)");
  sub->add_flag("--json", options->json, "Print one JSON document on stdout");
  sub->add_option("--threads", options->threads, "Threads for reading and computing; 0 = all cores")
      ->check(CLI::Range(0, 1024));
  sub->add_option("--max-files", options->limits.files, "Refuse trees of more files")
      ->capture_default_str();
  sub->add_option("--max-bytes", options->limits.total_bytes, "Refuse trees of more bytes")
      ->capture_default_str();
  sub->add_option("--max-depth", options->limits.depth, "Refuse trees that nest deeper")
      ->capture_default_str();
  sub->add_option("--max-file-bytes", options->limits.file_bytes,
                  "Set files of more bytes aside, by name")
      ->capture_default_str();
  sub->add_flag("-q,--quiet", options->quiet, "No progress, no summary");
  sub->footer(std::string(exit_code_help) + "\n" + report_examples);
  sub->callback([options, &chosen] { chosen = [options] { return analyze(*options); }; });
}

void add_verify(CLI::App& app, command& chosen) {
  const auto options = std::make_shared<verify_options>();
  CLI::App* sub = app.add_subcommand(
      "verify", "Check a report folder, or the numbers of any Markdown, against a tree");
  sub->add_option("PATH", options->paths, "A report's folder or its report.md, or Markdown files")
      ->required();
  sub->add_option("--root", options->root,
                  "Folder of the result files; of a report by default the one it was made from");
  sub->add_flag("--json", options->json, "Print JSON Lines on stdout");
  sub->add_option("--sarif", options->sarif, "Also write a SARIF 2.1.0 file for code review");
  sub->add_flag("--strict", options->strict,
                "Fail for numbers of a document that nothing supports, too");
  sub->add_flag("-a,--all", options->all, "Show what agrees or has no key in the data, too");
  sub->add_option("--threads", options->threads, "Threads for reading and computing; 0 = all cores")
      ->check(CLI::Range(0, 1024));
  sub->footer(std::string(exit_code_help) + "\n" + report_examples);
  sub->callback([options, &chosen] { chosen = [options] { return verify(*options); }; });
}

}  // namespace

void add_report_commands(CLI::App& app, command& chosen) {
  add_analyze(app, chosen);
  add_verify(app, chosen);
}

}  // namespace chimera::cli
