#include "daemon/cli/analysis.hpp"

#include <future>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include "daemon/cli/chosen_backend.hpp"
#include "daemon/cli/progress_journal.hpp"
#include "daemon/jobs/run_pipeline.hpp"
#include "daemon/reporting/nothing_found.hpp"
#include "daemon/reporting/print_report.hpp"
#include "daemon/reporting/run_json.hpp"

namespace chimera::cli {
namespace {

ending failed(exit_code code, proto::problem why) { return {code, std::move(why)}; }

ending failed_job(proto::problem why) {
  const exit_code code =
      means_unusable(why.code) ? exit_code::backend_unavailable : exit_code::job_failed;
  return {code, std::move(why)};
}

}  // namespace

task<ending> analysis::work() {
  ending end = co_await read();
  if (end.code == exit_code::done) end = co_await let_agents_write();
  if (end.code == exit_code::done) end = co_await print();
  co_return end;
}

task<ending> analysis::read() {
  const std::int64_t began = around_.time.now().count();
  only_reading_ = true;
  auto work = [this]() -> proto::result<void> {
    evidence::build_options how;
    how.scan = options_.limits;
    how.threads = options_.threads;
    how.progress = [this](std::string_view stage, std::size_t done, std::size_t of) {
      around_.shown.show(stage, done, of);
    };
    around_.shown.show("listing files", 0, 0);
    auto data = evidence::build_dataset(options_.folder, how);
    if (!data) return std::unexpected(std::move(data.error()));
    run_.data = std::move(*data);
    if (reporting::holds_data(run_.data.files))
      run_.outline = reporting::plan_report(run_.data, options_.threads);
    return {};
  };
  const proto::result<void> done = co_await around_.pool.run(std::move(work));
  only_reading_ = false;
  // The wait at which a cancellation during the reading takes effect.
  co_await boost::asio::post(co_await boost::asio::this_coro::executor, loop::as_result);
  run_.ingest_ns = around_.time.now().count() - began;
  if (!done) co_return failed(exit_code::usage, done.error());
  if (!reporting::holds_data(run_.data.files))
    co_return failed(exit_code::nothing_to_analyse,
                     reporting::nothing_found(run_.data.files, options_.folder));
  co_return ending{};
}

task<ending> analysis::let_agents_write() {
  const std::int64_t began = around_.time.now().count();
  jobs::pipeline_inputs inputs;
  inputs.work = &run_.pipeline;
  inputs.personas = &run_.personas;
  inputs.outline = &run_.outline;
  inputs.lints = &run_.data.lints;
  inputs.generator = &around_.generator;
  inputs.time = &around_.time;
  progress_journal log(&around_.shown);
  auto outcome = co_await jobs::run_pipeline(std::move(inputs), &log);
  if (!outcome) co_return failed_job(outcome.error());
  run_.agents = std::move(*outcome);
  run_.analysis_ns = around_.time.now().count() - began;
  co_return ending{};
}

task<ending> analysis::print() {
  auto work = [this]() -> proto::result<void> {
    around_.shown.show("printing the report", 0, 0);
    // Most of what is written are facts, and they stand: they go to disk while the rest is printed.
    auto facts = std::async(std::launch::async, [this]() -> proto::result<reporting::sealed_file> {
      const std::string text = reporting::facts_lines(run_);
      if (auto written = folder_.write("facts.jsonl", text); !written)
        return std::unexpected(written.error());
      return reporting::seal(text);
    });
    reporting::print_report(run_, around_.time);
    reporting::report_files files = reporting::files_of(run_);
    const proto::result<reporting::sealed_file> sealed = facts.get();
    if (!sealed) return std::unexpected(sealed.error());
    files[std::string(run_file)] = reporting::run_json(run_, files, *sealed);
    for (const auto& [name, content] : files)
      if (auto written = folder_.write(name, content); !written) return written;
    return {};
  };
  const proto::result<void> written = co_await around_.pool.run(std::move(work));
  if (!written) co_return failed(exit_code::job_failed, written.error());
  // The last chance to be interrupted; afterwards the report stands.
  co_await boost::asio::post(co_await boost::asio::this_coro::executor, loop::as_result);
  auto commit = [this] { return folder_.commit(); };
  const proto::result<void> committed = co_await around_.pool.run(std::move(commit));
  if (!committed) co_return failed(exit_code::job_failed, committed.error());
  co_return ending{};
}

}  // namespace chimera::cli
