// The folder a daemon owns: DATA/lock, store.sqlite3, shelf/, datasets/, spool/. One daemon at a
// time; how the last one went is known.
#pragma once

#include <filesystem>
#include <string>

#include "proto/problem.hpp"

namespace chimera::store {

class data_folder {
 public:
  /// Makes the folder (0700) with its parents and takes its lock until destruction. Errors:
  /// "data.locked" (names the folder and the process that holds it), "data.unusable".
  [[nodiscard]] static proto::result<data_folder> open(std::filesystem::path path);

  data_folder(data_folder&& other) noexcept;
  data_folder& operator=(data_folder&&) = delete;
  ~data_folder();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::filesystem::path database() const { return path_ / "store.sqlite3"; }
  [[nodiscard]] std::filesystem::path shelf() const { return path_ / "shelf"; }
  [[nodiscard]] std::filesystem::path datasets() const { return path_ / "datasets"; }
  [[nodiscard]] std::filesystem::path spool() const { return path_ / "spool"; }

  /// True if the last daemon said `stopped` (or there was none).
  [[nodiscard]] bool was_stopped_cleanly() const { return clean_; }
  /// True if the machine went down under the last daemon: what was written after the last synced
  /// commit may be gone. Never after a mere crash of the process.
  [[nodiscard]] bool tail_may_be_lost() const { return !clean_ && rebooted_; }

  /// To be called last, after the store was closed: the next start finds a clean stop.
  [[nodiscard]] proto::result<void> stopped();

 private:
  data_folder(std::filesystem::path path, int lock) : path_(std::move(path)), lock_(lock) {}
  [[nodiscard]] proto::result<void> note(const char* state);

  std::filesystem::path path_;
  int lock_ = -1;
  bool clean_ = true;
  bool rebooted_ = false;
};

}  // namespace chimera::store
