// chimera diff: what changed between two reports.
#pragma once

#include <string>

#include "daemon/cli/difference.hpp"
#include "daemon/cli/exit_code.hpp"
#include "daemon/cli/server.hpp"

namespace chimera::cli {

struct diff_options {
  server_options at;   ///< for jobs of a daemon
  std::string before;  ///< folder of a report, its report.md, or a job
  std::string after;
  bool all = false;  ///< list every change of the text, not the first ones
};

/// 0: the same. 1: something differs. 4: they were made from different files.
[[nodiscard]] exit_code diff(const diff_options& options);

/// For people: a heading a kind, a line a change; at most `most` of each kind, 0 = all.
[[nodiscard]] std::string difference_text(const report_difference& d, std::size_t most);
/// Everything, as one document.
[[nodiscard]] ordered_json difference_json(const report_difference& d);

}  // namespace chimera::cli
