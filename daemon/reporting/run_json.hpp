// The summary of a run: everything that differs between two runs on the same tree stands here.
#pragma once

#include <string>

#include "daemon/reporting/finished_run.hpp"

namespace chimera::reporting {

/// What run.json seals a file with.
struct sealed_file {
  std::size_t bytes = 0;
  std::string sha256;
};
[[nodiscard]] sealed_file seal(std::string_view content);

/// run.json: pipeline, options, timings of steps and calls, versions, the facts of the run, and the
/// sha256 of each of `files`, and of facts.jsonl, which may be written already. A fact of the run
/// with the pointer /a/b has its value at /a/b.
[[nodiscard]] std::string run_json(const finished_run& run, const report_files& files,
                                   const sealed_file& facts);

/// The one document that `--json` prints: where the report is, what it counts, its verdict.
[[nodiscard]] std::string summary_json(const finished_run& run, const std::string& folder);

}  // namespace chimera::reporting
