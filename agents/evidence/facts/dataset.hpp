// A dataset: everything that is computed from a tree. Built once, then only read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "agents/evidence/columns/evidence_table.hpp"
#include "agents/evidence/facts/comparison.hpp"
#include "agents/evidence/source/inventory.hpp"
#include "agents/evidence/source/scan.hpp"
#include "agents/evidence/tables/readers.hpp"
#include "proto/fact.hpp"
#include "proto/lint.hpp"
#include "proto/problem.hpp"

namespace chimera::evidence {

/// A text file that is no table: what lints and the audit look at.
struct prose {
  std::string file;
  std::string text;
};

/// A file that holds no data but the message of a tool that failed.
struct tool_error {
  std::string file;
  std::string message;
};

struct dataset {
  inventory files;
  std::vector<evidence_table> tables;   ///< by file, then position in the file
  std::vector<prose> texts;             ///< Markdown and txt, by file
  std::vector<tool_error> tool_errors;  ///< by file
  std::uint64_t json_files_parsed = 0;
  std::uint64_t numeric_leaves = 0;  ///< numbers in JSON documents
  std::vector<comparison> comparisons;
  std::vector<proto::lint> lints;  ///< errors first, then by rule
  std::vector<proto::fact> facts;  ///< by file, locator, filter, aggregation
  /// hash_of_id(id) -> index in facts
  boost::unordered_flat_map<std::uint64_t, std::size_t> fact_index;

  [[nodiscard]] const proto::fact* find(std::string_view id) const;
};

struct build_options {
  scan_limits scan;
  table_limits tables;
  std::size_t threads = 2;
  /// Called now and then from any thread with what is being done ("reading", files done, of all).
  std::function<void(std::string_view stage, std::size_t done, std::size_t of)> progress;
};

/// Scans, decodes, reads, examines, compares, lints and computes facts. The result depends on the
/// bytes and relative paths of the tree only. Errors: as list_tree; a single bad file is no error
/// but an inventory entry with its reason. Blocks; uses `threads` threads of its own and joins
/// them.
[[nodiscard]] proto::result<dataset> build_dataset(const std::filesystem::path& root,
                                                   const build_options& options);

}  // namespace chimera::evidence
