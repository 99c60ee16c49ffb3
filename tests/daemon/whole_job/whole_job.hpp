// The shipped pipeline over a tree with some model, to the printed report.
#pragma once

#include <exception>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include "daemon/cli/progress_journal.hpp"
#include "daemon/cli/reprint.hpp"
#include "daemon/jobs/run_pipeline.hpp"
#include "daemon/library/library.hpp"
#include "daemon/loop/steady_clock.hpp"
#include "daemon/reporting/print_report.hpp"
#include "daemon/reporting/run_json.hpp"
#include "support/scratch_folder.hpp"

namespace chimera::tests {

inline const std::filesystem::path sample = std::filesystem::path(CHIMERA_TEST_DATA) / "sample";
inline const std::filesystem::path seed_tree =
    std::filesystem::path(CHIMERA_SOURCE_DIR) / ".." / "shared" / "artifacts" / "seed101";

class whole_job {
 public:
  explicit whole_job(const std::filesystem::path& root) {
    const auto all =
        library::load_library((std::filesystem::path(CHIMERA_SOURCE_DIR) / "personas").string());
    REQUIRE(all.has_value());
    run.dataset = root.string();
    run.date = "2026-01-01";
    run.version = "test";
    run.pipeline = *library::find_pipeline(*all, "technical-report");
    run.personas = all->personas;
    auto data = evidence::build_dataset(root, {});
    REQUIRE(data.has_value());
    run.data = std::move(*data);
    run.outline = reporting::plan_report(run.data, 2);
  }

  /// The problem that the pipeline ended with, or a printed report.
  std::optional<proto::problem> write_with(text_generator& model) {
    run.backend = model.describe();
    boost::asio::io_context context{1};
    std::optional<proto::result<jobs::pipeline_outcome>> outcome;
    std::exception_ptr failure;
    jobs::pipeline_inputs inputs;
    inputs.work = &run.pipeline;
    inputs.personas = &run.personas;
    inputs.outline = &run.outline;
    inputs.lints = &run.data.lints;
    inputs.generator = &model;
    inputs.time = &time;
    cli::progress_journal unseen(nullptr);
    boost::asio::co_spawn(context, jobs::run_pipeline(std::move(inputs), &unseen),
                          [&](std::exception_ptr error, auto result) {
                            failure = std::move(error);
                            if (!failure) outcome = std::move(result);
                          });
    context.run();
    if (failure) std::rethrow_exception(failure);
    if (!*outcome) return outcome->error();
    run.agents = std::move(**outcome);
    reporting::print_report(run, time);
    return std::nullopt;
  }

  /// The files of the report, made once more from what the run recorded.
  [[nodiscard]] reporting::report_files repeated(const std::filesystem::path& root) {
    const test::scratch_folder folder;
    reporting::report_files files = reporting::files_of(run);
    files["run.json"] =
        reporting::run_json(run, files, reporting::seal(reporting::facts_lines(run)));
    for (const auto& [name, content] : files) folder.write(name, content);
    reporting::recording recorded;
    const auto read = reporting::read_recording(folder / ".", recorded);
    REQUIRE(read.has_value());
    REQUIRE(cli::reread(recorded, root.string(), 2).has_value());
    auto again = cli::reprint(recorded);
    if (!again) FAIL(proto::to_text(again.error()));
    return std::move(*again);
  }

  loop::steady_clock time;
  reporting::finished_run run;
};

}  // namespace chimera::tests
