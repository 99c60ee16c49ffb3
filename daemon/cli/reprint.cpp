#include "daemon/cli/reprint.hpp"

#include <exception>
#include <optional>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "daemon/cli/progress_journal.hpp"
#include "daemon/inference/replayer.hpp"
#include "daemon/jobs/run_pipeline.hpp"
#include "daemon/loop/asio.hpp"
#include "daemon/loop/steady_clock.hpp"
#include "daemon/reporting/print_report.hpp"

namespace chimera::cli {
namespace {

proto::result<jobs::pipeline_outcome> replay(reporting::recording& recorded, const clock& time) {
  reporting::finished_run& run = recorded.run;
  inference::replayer generator(recorded.answers, run.backend, recorded.limits);
  boost::asio::io_context context{1};
  std::optional<proto::result<jobs::pipeline_outcome>> outcome;
  std::exception_ptr failure;
  jobs::pipeline_inputs inputs;
  inputs.work = &run.pipeline;
  inputs.personas = &run.personas;
  inputs.outline = &run.outline;
  inputs.lints = &run.data.lints;
  inputs.generator = &generator;
  inputs.time = &time;
  progress_journal unseen(nullptr);
  boost::asio::co_spawn(context, jobs::run_pipeline(std::move(inputs), &unseen),
                        [&](std::exception_ptr error, auto result) {
                          failure = std::move(error);
                          if (!failure) outcome = std::move(result);
                        });
  context.run();
  if (failure) std::rethrow_exception(failure);
  return std::move(outcome).value();
}

}  // namespace

proto::result<void> reread(reporting::recording& recorded, const std::string& root,
                           std::size_t threads) {
  reporting::finished_run& run = recorded.run;
  evidence::build_options how;
  how.scan = run.limits;
  how.threads = threads;
  auto data = evidence::build_dataset(root, how);
  if (!data) return std::unexpected(std::move(data.error()));
  run.data = std::move(*data);
  // The tree may lie elsewhere now; the report names where it was.
  run.data.files.root = run.dataset;
  run.outline = reporting::plan_report(run.data, threads);
  return {};
}

proto::result<reporting::report_files> reprint(reporting::recording& recorded) {
  const loop::steady_clock time;
  reporting::finished_run& run = recorded.run;
  auto agents = replay(recorded, time);
  if (!agents) return std::unexpected(std::move(agents.error()));
  run.agents = std::move(*agents);
  run.agents.steps = recorded.steps;
  reporting::print_report(run, time);
  reporting::report_files files = reporting::files_of(run);
  files["facts.jsonl"] = reporting::facts_lines(run);
  return files;
}

}  // namespace chimera::cli
