// Failures of the disk as problems, and folders that must not stay behind.
#pragma once

#include <filesystem>
#include <string_view>
#include <utility>

#include "proto/problem.hpp"

namespace chimera::datasets {

/// "dataset.disk-full" for ENOSPC and EDQUOT, "dataset.io" for the rest; `doing` names the thing:
/// "writing runs/a.csv".
[[nodiscard]] std::unexpected<proto::problem> disk_failure(std::string_view doing, int error);

/// Removes the folder and what is in it unless it was kept.
class temporary_folder {
 public:
  explicit temporary_folder(std::filesystem::path path) : path_(std::move(path)) {}
  temporary_folder(temporary_folder&& other) noexcept
      : path_(std::exchange(other.path_, std::filesystem::path())) {}
  temporary_folder& operator=(temporary_folder&&) = delete;
  ~temporary_folder();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  void keep() { path_.clear(); }

 private:
  std::filesystem::path path_;
};

/// All of the file system that holds `folder` on disk, power loss included.
[[nodiscard]] proto::result<void> sync_all(const std::filesystem::path& folder);
/// The names in `folder` on disk.
[[nodiscard]] proto::result<void> sync_names(const std::filesystem::path& folder);

}  // namespace chimera::datasets
