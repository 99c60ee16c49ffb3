// Reads every file of a tree into tables and texts, in parallel, in an order that does not depend
// on the threads.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "agents/evidence/facts/dataset.hpp"

namespace chimera::evidence {

/// What became of one file.
struct file_reading {
  std::vector<evidence_table> tables;
  std::string text;  ///< Markdown and txt
  std::string tool_error;
  std::vector<content_time> times;
  std::uint64_t numeric_leaves = 0;
  bool json = false;  ///< parsed as JSON
};

/// Fills the entries of `files` and gives the reading of each, in the same order. Refused content
/// becomes the entry's status and reason. Blocks; joins its threads.
[[nodiscard]] std::vector<file_reading> read_tree(const std::filesystem::path& root,
                                                  inventory& files, const build_options& options);

}  // namespace chimera::evidence
