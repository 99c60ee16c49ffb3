// chimera verify: a report, or any Markdown, held to the artifacts. No daemon, no model.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "daemon/cli/exit_code.hpp"

namespace chimera::cli {

struct verify_options {
  std::vector<std::string> paths;    ///< report folders (or their report.md), or Markdown files
  std::optional<std::string> root;   ///< folder of the artifacts
  std::optional<std::string> sarif;  ///< file
  bool json = false;
  bool strict = false;
  bool all = false;
  std::size_t threads = 0;  ///< 0 = one a core
};

/// A report: reads the artifacts again, recomputes all facts, prints the report anew from them and
/// from what the agents had written, and compares every byte; then looks each number of report.md
/// up once more. A document: gives each of its numbers a verdict against the tree.
/// `done` if all is proven; `verification_failed` if the evidence changed or a text says otherwise
/// (a document: contradicts the data; with `strict` also: has no key in it).
[[nodiscard]] exit_code verify(const verify_options& options);

}  // namespace chimera::cli
