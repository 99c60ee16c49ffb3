#include <memory>
#include <string>

#include "daemon/cli/backends.hpp"
#include "daemon/cli/job_commands.hpp"
#include "daemon/cli/registration.hpp"

namespace chimera::cli {
namespace {

constexpr const char* job_examples =
    "Examples:\n"
    "  chimera submit results/ --watch                 submit, and see it run\n"
    "  chimera submit results/ --wait --json           one JSON document when it has ended\n"
    "  chimera watch 01JD                              the job whose id begins so\n"
    "  chimera report 01JD -o night-17                 the files of its report\n"
    "  CHIMERA_SERVER=http://bench:7717 chimera ps     of another machine\n";

using job_command = exit_code (*)(const job_options&);

struct job_registration {
  CLI::App* sub;
  std::shared_ptr<job_options> options;
};

job_registration add_job_command(CLI::App& app, command& chosen, const std::string& name,
                                 const std::string& help, job_command run) {
  const auto options = std::make_shared<job_options>();
  CLI::App* sub = app.add_subcommand(name, help);
  sub->add_option("JOB", options->job, "Id of a job, or how it begins")->required();
  add_server_flags(*sub, options->at);
  sub->footer(std::string(exit_code_help));
  sub->callback([options, run, &chosen] { chosen = [options, run] { return run(*options); }; });
  return {sub, options};
}

void add_submit(CLI::App& app, command& chosen) {
  const auto options = std::make_shared<submit_options>();
  CLI::App* sub = app.add_subcommand("submit", "Give a folder of benchmark results to a daemon");
  sub->add_option("DIR", options->folder, "Folder of the result files, as the daemon sees it");
  sub->add_option("--pipeline", options->pipeline, "Pipeline to run")->capture_default_str();
  sub->add_option("--backend", options->backend, "Who writes the words: a backend of the daemon");
  sub->add_option("--model", options->model, "Model of the personas that name none");
  sub->add_option("--label", options->labels, "key=value, to find it by (may be repeated)")
      ->allow_extra_args(false);
  sub->add_option("--option", options->options,
                  "key=value, an option of generation over those of the personas")
      ->allow_extra_args(false);
  sub->add_option("--priority", options->priority, "Higher goes first")
      ->check(CLI::Range(-1000, 1000));
  sub->add_flag("--upload", options->upload,
                "Send the files, for a daemon that cannot see the folder");
  CLI::Option* wait = sub->add_flag("--wait", options->wait, "Wait until the job has ended");
  sub->add_flag("--watch", options->watch, "Show the job as it runs")->excludes(wait);
  add_server_flags(*sub, options->at);
  sub->footer(std::string(exit_code_help) + "\n" + job_examples);
  sub->callback([options, &chosen] { chosen = [options] { return submit(*options); }; });
}

void add_ps(CLI::App& app, command& chosen) {
  const auto options = std::make_shared<ps_options>();
  CLI::App* sub = app.add_subcommand("ps", "List the jobs that wait or run");
  sub->add_flag("-a,--all", options->all, "Also those that have ended");
  sub->add_option("--state", options->states, "Only jobs in these states")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(CLI::IsMember({"queued", "running", "input_required", "canceling", "completed",
                             "failed", "canceled", "rejected"}));
  sub->add_option("--limit", options->limit, "At most so many, the latest first")
      ->capture_default_str();
  add_server_flags(*sub, options->at);
  sub->callback([options, &chosen] { chosen = [options] { return ps(*options); }; });
}

void add_results(CLI::App& app, command& chosen) {
  const auto artifact =
      add_job_command(app, chosen, "artifacts", "List what a job made, or fetch it", artifacts);
  artifact.sub->add_option("NAME", artifact.options->name, "The one to fetch: name or step/name");
  artifact.sub->add_option("-o,--out", artifact.options->out, "File to write; by default stdout");
  const auto of_report = add_job_command(app, chosen, "report",
                                         "Print the report of a job, or save its files", report);
  CLI::Option* out = of_report.sub->add_option("-o,--out", of_report.options->out,
                                               "Folder; an earlier report is replaced");
  of_report.sub->add_option("--format", of_report.options->format, "What to print")
      ->check(CLI::IsMember({"md", "html", "json"}))
      ->capture_default_str()
      ->excludes(out);
  const auto claim = add_job_command(app, chosen, "claims",
                                     "List the numbers of a report and what proves them", claims);
  claim.sub->add_option("--verdict", claim.options->verdict, "Only claims of this verdict")
      ->check(CLI::IsMember({"verified", "verified-approx", "verified-literal", "contradicted",
                             "unsupported", "non-claim"}));
}

}  // namespace

void add_server_flags(CLI::App& sub, server_options& at) {
  sub.add_option("--server", at.server,
                 "Address of the daemon (or CHIMERA_SERVER; by default http://127.0.0.1:7717)");
  sub.add_option("--token-file", at.token_file,
                 "File that holds the token for the daemon (or CHIMERA_TOKEN)");
  sub.add_flag("--json", at.json, "Print JSON on stdout");
}

void add_job_commands(CLI::App& app, command& chosen) {
  add_submit(app, chosen);
  add_job_command(app, chosen, "watch", "Show a job as it runs; it does not end with the watcher",
                  watch);
  add_ps(app, chosen);
  add_job_command(app, chosen, "show", "Show a job and its steps", show);
  const auto end = add_job_command(app, chosen, "cancel", "Ask a job to end", cancel);
  end.sub->add_option("--reason", end.options->reason, "Kept with the job");
  const auto again = add_job_command(app, chosen, "retry", "Let a job that has ended go on", retry);
  again.sub->add_option("--from", again.options->step,
                        "Run this step and what follows again; by default what did not finish");
  add_results(app, chosen);
  const auto options = std::make_shared<backends_options>();
  CLI::App* sub = app.add_subcommand(
      "backends", "List who can write the words: servers, their models, what runs and waits");
  add_server_flags(*sub, options->at);
  sub->add_option("--config", options->config,
                  "Look at the backends of this settings file from here; no daemon is asked");
  sub->footer(std::string(exit_code_help));
  sub->callback([options, &chosen] { chosen = [options] { return backends(*options); }; });
}

}  // namespace chimera::cli
