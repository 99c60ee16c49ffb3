// What a dataset consists of, and the identity that follows from it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agents/evidence/source/scan.hpp"
#include "proto/problem.hpp"

namespace chimera::datasets {

struct dataset_file {
  std::string path;  ///< relative, '/' separators
  std::uint64_t bytes = 0;
  std::string sha256 = {};  ///< 64 hex digits; "" if a file of a path dataset could not be read
  bool operator==(const dataset_file&) const = default;
};

/// Identity and content, sorted by path in byte order. Files in folders that no reader of a dataset
/// enters (".git" and the like) are left out, links too: what they lead to is listed itself.
struct manifest {
  std::string id;
  std::vector<dataset_file> files;
  [[nodiscard]] std::uint64_t bytes() const;
  bool operator==(const manifest&) const = default;
};

/// "ds_" and the first 32 hex digits of the SHA-256 over "path NUL sha256 NUL bytes LF" of every
/// file in order. No path holds a NUL, so no two lists give the same text. "" if hashing failed.
[[nodiscard]] std::string identity_of(std::span<const dataset_file> sorted);

/// "ds_" and 32 lower-case hex digits, nothing else: safe as a file name.
[[nodiscard]] bool is_dataset_id(std::string_view text);

/// Sorts, leaves out what is not counted, gives the id.
[[nodiscard]] manifest make_manifest(std::vector<dataset_file> files);

/// The same for a folder that a path names: hashes every regular file. Errors: as list_tree, and
/// "dataset.empty". Blocks for as long as the reading takes.
[[nodiscard]] proto::result<manifest> describe_folder(const std::filesystem::path& folder,
                                                      const evidence::scan_limits& limits);

/// {"id", "bytes", "files": [{"path", "bytes", "sha256"}]}; the text read back gives the same.
/// Errors of reading: "dataset.damaged" (no such JSON, or the id is not that of the files).
[[nodiscard]] std::string to_json(const manifest& m);
[[nodiscard]] proto::result<manifest> manifest_from_json(std::string_view text);

}  // namespace chimera::datasets
