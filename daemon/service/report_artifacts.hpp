// The files of a report as artifacts of its job.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "daemon/reporting/finished_run.hpp"
#include "daemon/store/store.hpp"
#include "proto/problem.hpp"

namespace chimera::service {

/// "text/markdown; charset=utf-8" for "report.md" and so on, by the end of the name.
[[nodiscard]] std::string media_type_of(std::string_view name);

/// Hashes each file; large ones are put on the shelf at once, small ones go with the transaction.
/// Blocks.
[[nodiscard]] proto::result<std::vector<store::put_artifact>> to_artifacts(
    store::store& kept, const std::string& job, reporting::report_files files);

}  // namespace chimera::service
