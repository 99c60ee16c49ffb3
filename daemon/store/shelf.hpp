// Large artifacts as files: FOLDER/ab/abcdef..., named by their SHA-256 and never changed. A file
// appears whole or not at all. Thread-safe.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "proto/problem.hpp"

namespace chimera::store {

class shelf {
 public:
  explicit shelf(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// Writes, syncs, renames, syncs the folder. Nothing to do if the file is there. From now until
  /// `release` the file is not removed: its row may be on the way. Errors: "store.full",
  /// "store.io", "store.bad-hash" (not 64 lower-case hex digits).
  [[nodiscard]] proto::result<void> put(std::string_view sha256, std::string_view bytes);
  void release(std::string_view sha256);

  /// Where it is or would be.
  [[nodiscard]] std::filesystem::path file_of(std::string_view sha256) const;

  /// Removes files whose rows are gone for good, except those put meanwhile.
  void remove(std::string_view sha256);
  /// At start: removes temporary files and each file that `is_known` does not know.
  void sweep(const std::function<bool(std::string_view sha256)>& is_known);

 private:
  std::filesystem::path folder_;
  std::mutex mutex_;
  std::set<std::string, std::less<>> awaited_;  // put, their row not yet committed
};

/// True for 64 lower-case hex digits.
[[nodiscard]] bool is_sha256(std::string_view text);

}  // namespace chimera::store
