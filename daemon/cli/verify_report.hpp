// Checks a report folder against the artifacts.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

#include "daemon/cli/verify_finding.hpp"
#include "daemon/reporting/recording.hpp"
#include "proto/problem.hpp"

namespace chimera::cli {

/// Reads the artifacts under `root` (by default the folder that the report names), recomputes all
/// facts, prints the report again and compares. Findings: files of the tree that changed, facts
/// whose value changed, every span of a text that is not what the evidence prints, every number of
/// report.md that no claim covers. Errors: a folder that is no report, a root that cannot be read.
[[nodiscard]] proto::result<verified_text> verify_report(const std::filesystem::path& folder,
                                                         const std::optional<std::string>& root,
                                                         std::size_t threads);

/// The comparison alone. `recorded` was read again (see reread); `expected`: the files that reprint
/// gave, or facts.jsonl alone if the evidence is not what it was.
[[nodiscard]] verified_text compare_report(const std::filesystem::path& folder,
                                           const reporting::recording& recorded,
                                           const reporting::report_files& expected);

}  // namespace chimera::cli
