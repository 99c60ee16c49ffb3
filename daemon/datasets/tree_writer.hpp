// Writes the entries of an upload below one folder, and nothing outside of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "agents/evidence/source/sha256.hpp"
#include "agents/evidence/source/whole_file.hpp"
#include "daemon/datasets/disk.hpp"
#include "daemon/datasets/limits.hpp"
#include "daemon/datasets/manifest.hpp"
#include "proto/problem.hpp"

namespace chimera::datasets {

/// Makes the folder; it goes again with the writer unless finish() succeeded. Files get mode 0600,
/// folders 0700, whatever the upload says. Names are judged by clean_name; limits are kept:
/// "dataset.too-many-files", "dataset.file-too-large", "dataset.too-large", "dataset.ratio".
/// A name that comes twice, or as file and as folder: "dataset.duplicate" (a folder may be named
/// again). Disk: "dataset.disk-full", "dataset.io". One thread; blocks.
class tree_writer {
 public:
  /// `target` must not exist, its parent must. `packed_bytes` is the size of the upload.
  [[nodiscard]] static proto::result<tree_writer> create(const std::filesystem::path& target,
                                                         const unpack_limits& limits,
                                                         std::uint64_t packed_bytes);

  [[nodiscard]] proto::result<void> add_folder(std::string_view name);
  [[nodiscard]] proto::result<void> begin_file(std::string_view name);
  [[nodiscard]] proto::result<void> write(std::string_view bytes);
  [[nodiscard]] proto::result<void> end_file();
  /// Keeps the folder. Error: "dataset.empty" if no file came.
  [[nodiscard]] proto::result<std::vector<dataset_file>> finish();

  [[nodiscard]] std::uint64_t bytes() const { return total_; }

 private:
  tree_writer(temporary_folder folder, evidence::descriptor root, const unpack_limits& limits,
              std::uint64_t packed_bytes);
  [[nodiscard]] proto::result<void> make_folders(std::string_view path, std::string_view entry);
  [[nodiscard]] proto::result<void> enter_parent(std::string_view folder, std::string_view entry);
  [[nodiscard]] proto::result<void> check_growth(std::uint64_t more) const;

  temporary_folder folder_;
  evidence::descriptor root_;
  unpack_limits limits_;
  std::uint64_t packed_bytes_ = 0;
  std::unordered_map<std::string, bool> taken_;  ///< path -> is a folder
  std::size_t folders_ = 0;
  std::vector<dataset_file> files_;
  std::uint64_t total_ = 0;
  evidence::descriptor parent_;  ///< the folder that parent_path_ names
  std::string parent_path_;
  evidence::descriptor file_;
  std::unique_ptr<evidence::sha256_stream> hash_;
};

}  // namespace chimera::datasets
