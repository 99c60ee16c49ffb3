// From a directory to the bytes of its files. The only place of this floor that touches the disk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "agents/evidence/source/inventory.hpp"
#include "proto/problem.hpp"

namespace chimera::evidence {

struct scan_limits {
  std::size_t files = 100'000;
  std::size_t depth = 64;  ///< folders below the root
  std::uint64_t total_bytes = 16ULL << 30U;
  std::uint64_t file_bytes = 1ULL << 30U;  ///< beyond it a file is refused by name
};

/// Lists the tree, in byte order of the paths. Symbolic links are resolved; one that leads out of
/// the root, dangles or closes a circle is listed as `outside`. Errors: root missing or no
/// directory, a limit exceeded (naming limit, found and the way out). Blocks.
[[nodiscard]] proto::result<inventory> list_tree(const std::filesystem::path& root,
                                                 const scan_limits& limits);

/// The content of one file as UTF-8, and what was found on the way.
struct loaded_file {
  std::string text;  ///< UTF-8, no byte order mark; empty unless the status is `read`
};

/// Reads `entry` (from list_tree), fills sha256, encoding, line_ends, status, reason and repairs.
/// A file that changes while it is read becomes `unreadable` with that reason. Only files of the
/// types csv, tsv, json, jsonl, ndjson, md, markdown, txt are decoded; others are hashed, judged
/// binary or ignored. Never throws; blocks; may run for several entries at the same time.
[[nodiscard]] loaded_file load_file(const std::filesystem::path& root, file_entry& entry,
                                    const scan_limits& limits);

}  // namespace chimera::evidence
