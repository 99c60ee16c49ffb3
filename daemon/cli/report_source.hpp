// A report that a command was given: a folder, or a job of a daemon whose files are fetched.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "daemon/cli/server.hpp"
#include "proto/problem.hpp"

namespace chimera::cli {

/// The folder of a report that `path` names: itself, or that of its report.md. Nothing for others.
[[nodiscard]] std::optional<std::filesystem::path> folder_of_report(
    const std::filesystem::path& path);

/// A folder of this process, removed with the object. Blocks.
class scratch_folder {
 public:
  [[nodiscard]] static proto::result<scratch_folder> make();
  scratch_folder(scratch_folder&& other) noexcept;
  scratch_folder& operator=(scratch_folder&&) = delete;
  ~scratch_folder();
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  explicit scratch_folder(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

/// Fetches the wanted files of a job's report into `folder`. The job may be the beginning of an id.
/// `at` outlives the coroutine.
[[nodiscard]] task<proto::result<void>> fetch_into(
    server* at, std::string job, std::filesystem::path folder,
    std::function<bool(const std::string& name)> wants);

}  // namespace chimera::cli
