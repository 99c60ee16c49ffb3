// An upload becomes a folder, or nothing at all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

#include "daemon/datasets/limits.hpp"
#include "daemon/datasets/manifest.hpp"
#include "proto/problem.hpp"

namespace chimera::datasets {

struct unpacked {
  std::size_t files = 0;
  std::uint64_t bytes = 0;
  std::vector<dataset_file> listing;  ///< in the order of the upload, hashed on the way
};

/// Unpacks the file `upload` into `target`, which must not exist while its parent must. What the
/// upload is, is told by its content (tar and zip; tar also in gzip, xz or zstd), except for the
/// media type "multipart/form-data; boundary=...": each part with a filename is a file, a '/' in it
/// makes folders.
///
/// One bad entry refuses the whole upload, and nothing of it stays: names as in clean_name; links,
/// hard links, devices, FIFOs; names that come twice; encrypted entries; cut or damaged archives;
/// anything over `limits`. Empty folders are made, modes and owners and times are not taken over.
/// Nothing is synced: who keeps the folder does that once.
///
/// Errors: "dataset.not-an-archive", "dataset.archive-too-large", "dataset.damaged",
/// "dataset.encrypted", "dataset.link", "dataset.special-file", "dataset.form" and those of
/// tree_writer. Blocks; may run on several threads for different targets.
[[nodiscard]] proto::result<unpacked> unpack(const std::filesystem::path& upload,
                                             std::string_view media_type,
                                             const std::filesystem::path& target,
                                             const unpack_limits& limits);

}  // namespace chimera::datasets
