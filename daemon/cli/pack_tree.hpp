// A folder as one tar file, for a daemon that cannot see the folder.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "proto/problem.hpp"

namespace chimera::cli {

/// Owns a temporary file, which goes with it.
class packed_tree {
 public:
  /// Regular files below `folder`, by name; links and special files are left out, as the daemon
  /// would refuse them. Errors: no such folder, a file that cannot be read, no room.
  [[nodiscard]] static proto::result<packed_tree> pack(const std::filesystem::path& folder);
  packed_tree(packed_tree&& other) noexcept;
  packed_tree& operator=(packed_tree&&) = delete;
  ~packed_tree();

  [[nodiscard]] const std::filesystem::path& file() const { return file_; }
  [[nodiscard]] std::uint64_t files() const { return files_; }
  [[nodiscard]] std::uint64_t left_out() const { return left_out_; }

 private:
  explicit packed_tree(std::filesystem::path file) : file_(std::move(file)) {}

  std::filesystem::path file_;
  std::uint64_t files_ = 0;
  std::uint64_t left_out_ = 0;
};

}  // namespace chimera::cli
