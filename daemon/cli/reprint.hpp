// A recorded run once more, from the artifacts as they are now.
#pragma once

#include <cstddef>
#include <string>

#include "daemon/cli/finished_run.hpp"
#include "daemon/cli/recording.hpp"
#include "proto/problem.hpp"

namespace chimera::cli {

/// Reads `root`, lets the recorded answers pass through the same steps, checks and renderer, and
/// leaves everything in `recorded.run`. Gives all files of the report but run.json. Errors: as
/// build_dataset, and "replay.missing". Blocks.
[[nodiscard]] proto::result<report_files> reprint(recording& recorded, const std::string& root,
                                                  std::size_t threads);

}  // namespace chimera::cli
