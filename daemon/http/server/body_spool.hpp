// A request body on disk while its handler works with it. Blocking: call on a thread of the pool.
#pragma once

#include <filesystem>
#include <string_view>

#include "proto/problem.hpp"

namespace chimera::http {

/// A temporary file that is removed with its owner, unless somebody moved it away before.
class body_spool {
 public:
  /// Creates "body-XXXXXX" (mode 0600) in `folder`.
  [[nodiscard]] static proto::result<body_spool> create(const std::filesystem::path& folder);
  body_spool(body_spool&& other) noexcept;
  body_spool& operator=(body_spool&& other) noexcept;
  ~body_spool();

  [[nodiscard]] proto::result<void> append(std::string_view bytes);
  /// After the last append; nothing is kept open.
  [[nodiscard]] proto::result<void> finish();
  void remove();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  body_spool(int file, std::filesystem::path path) : file_(file), path_(std::move(path)) {}

  int file_ = -1;
  std::filesystem::path path_;
};

/// An open file that is read in pieces.
class file_reader {
 public:
  [[nodiscard]] static proto::result<file_reader> open(const std::filesystem::path& path);
  file_reader(file_reader&& other) noexcept;
  file_reader& operator=(file_reader&& other) noexcept;
  ~file_reader();

  /// Exactly `bytes` bytes from `offset` on; a file that ends before is a problem.
  [[nodiscard]] proto::result<void> read(std::uint64_t offset, char* into, std::size_t bytes);
  [[nodiscard]] std::uint64_t size() const { return size_; }

 private:
  file_reader(int file, std::uint64_t size, std::filesystem::path path)
      : file_(file), size_(size), path_(std::move(path)) {}

  int file_ = -1;
  std::uint64_t size_ = 0;
  std::filesystem::path path_;
};

}  // namespace chimera::http
