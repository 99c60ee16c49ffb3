// A recorded run once more, from the artifacts as they are now.
#pragma once

#include <cstddef>
#include <string>

#include "daemon/reporting/finished_run.hpp"
#include "daemon/reporting/recording.hpp"
#include "proto/problem.hpp"

namespace chimera::cli {

/// Reads the artifacts under `root` into `recorded.run`: dataset and outline as they are now.
/// Errors: as build_dataset. Blocks.
[[nodiscard]] proto::result<void> reread(reporting::recording& recorded, const std::string& root,
                                         std::size_t threads);

/// Lets the recorded answers pass through the same steps, checks and renderer. Gives all files of
/// the report but run.json. Error: "replay.missing" where the artifacts, as they are now, ask for
/// more than was recorded. Blocks.
[[nodiscard]] proto::result<reporting::report_files> reprint(reporting::recording& recorded);

}  // namespace chimera::cli
