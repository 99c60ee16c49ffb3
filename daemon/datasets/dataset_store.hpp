// Uploaded datasets on disk: DATA/datasets/ds_.../ holds `files` (the tree) and `manifest.json`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/datasets/limits.hpp"
#include "daemon/datasets/manifest.hpp"
#include "proto/problem.hpp"

namespace chimera::datasets {

struct dataset {
  std::string id;
  std::filesystem::path folder;  ///< of the files; they never change
  std::size_t files = 0;
  std::uint64_t bytes = 0;
  bool added = false;  ///< by this call of add(): false if the same content was there before
};

/// Safe to use from several threads, except clean(). All of it blocks. One process per folder.
class dataset_store {
 public:
  /// Makes the folder if it is missing. Error: "dataset.io".
  [[nodiscard]] static proto::result<dataset_store> open(std::filesystem::path folder,
                                                         unpack_limits limits);

  /// Unpacks the file `upload` (it stays) and keeps it under the id of its content, on disk with
  /// power loss included when it returns. The same content again gives the dataset that is there.
  /// Errors: as unpack(), "dataset.empty" if every file lies in a folder that is never entered.
  [[nodiscard]] proto::result<dataset> add(const std::filesystem::path& upload,
                                           std::string_view media_type);

  /// None: no such dataset, or no such id. Error: "dataset.damaged", "dataset.io".
  [[nodiscard]] proto::result<std::optional<dataset>> find(std::string_view id) const;
  [[nodiscard]] proto::result<std::optional<manifest>> describe(std::string_view id) const;
  /// By id; a damaged one is left out (find() names the damage).
  [[nodiscard]] proto::result<std::vector<dataset>> list() const;

  /// False: it was not there. The caller knows that no job reads it.
  [[nodiscard]] proto::result<bool> remove(std::string_view id);

  /// At start, before any other call: removes what an earlier process left half done; how many.
  [[nodiscard]] proto::result<std::size_t> clean();

 private:
  dataset_store(std::filesystem::path folder, unpack_limits limits)
      : folder_(std::move(folder)), limits_(limits) {}
  [[nodiscard]] proto::result<std::filesystem::path> make_incoming() const;
  [[nodiscard]] dataset entry(const manifest& m) const;

  std::filesystem::path folder_;
  unpack_limits limits_;
};

}  // namespace chimera::datasets
