#include "daemon/cli/analysis.hpp"

#include <algorithm>
#include <array>
#include <future>
#include <map>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include "daemon/jobs/run_pipeline.hpp"
#include "daemon/reporting/print_report.hpp"
#include "daemon/reporting/run_json.hpp"

namespace chimera::cli {
namespace {

constexpr std::array data_types = {"csv", "tsv", "json", "jsonl", "ndjson", "md", "markdown"};
constexpr std::size_t reasons_named_max = 5;

bool holds_data(const evidence::file_entry& file) {
  return file.status == evidence::file_status::read &&
         std::ranges::find(data_types, file.type) != data_types.end();
}

// What was looked for, what was found instead, and why files of the right kind were set aside.
proto::problem nothing_found(const evidence::inventory& files, const std::string& folder) {
  std::map<std::string, std::size_t> types;
  std::string reasons;
  std::size_t named = 0;
  for (const evidence::file_entry& file : files.files) {
    ++types[file.type.empty() ? "without extension" : file.type];
    const bool wanted = std::ranges::find(data_types, file.type) != data_types.end();
    if (wanted && named++ < reasons_named_max)
      reasons += fmt::format("\n  {}: {}: {}", file.path, to_text(file.status), file.reason);
  }
  if (named > reasons_named_max)
    reasons += fmt::format("\n  and {} more", named - reasons_named_max);
  std::string found;
  for (const auto& [type, count] : types)
    found += fmt::format("{}{} {}", found.empty() ? "" : ", ", count, type);
  proto::problem p;
  p.code = "dataset.nothing";
  p.title = fmt::format("nothing to analyse under '{}'", folder);
  p.detail = fmt::format(
      "looked for readable .csv, .tsv, .json, .jsonl, .ndjson, .md and .markdown files; found {} "
      "files{}{}{}",
      files.files.size(), found.empty() ? "" : ": ", found, reasons);
  return p;
}

ending failed(exit_code code, proto::problem why) { return {code, std::move(why)}; }

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
    if (std::ranges::any_of(run_.data.files.files, holds_data))
      run_.outline = reporting::plan_report(run_.data, options_.threads);
    return {};
  };
  const proto::result<void> done = co_await around_.pool.run(std::move(work));
  only_reading_ = false;
  // The wait at which a cancellation during the reading takes effect.
  co_await boost::asio::post(co_await boost::asio::this_coro::executor, loop::as_result);
  run_.ingest_ns = around_.time.now().count() - began;
  if (!done) co_return failed(exit_code::usage, done.error());
  if (!std::ranges::any_of(run_.data.files.files, holds_data))
    co_return failed(exit_code::nothing_to_analyse,
                     nothing_found(run_.data.files, options_.folder));
  co_return ending{};
}

task<ending> analysis::let_agents_write() {
  const std::int64_t began = around_.time.now().count();
  const jobs::pipeline_inputs inputs{&run_.pipeline, &run_.personas, &run_.outline,
                                     &around_.generator, &around_.time};
  auto on_event = [this](const jobs::step_event& event) {
    around_.shown.show("agents write", event.done, event.of, event.step);
  };
  auto outcome = co_await jobs::run_pipeline(inputs, std::move(on_event));
  if (!outcome) co_return failed(exit_code::job_failed, outcome.error());
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
