// Datasets as the doors see them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "agents/ports/task.hpp"
#include "proto/problem.hpp"

namespace chimera::http {

struct dataset_view {
  std::string id;
  std::string tenant;
  std::string source;  ///< "upload", or the folder it was registered from
  std::int64_t created_ms = 0;
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  std::string sha256;  ///< of its manifest
  struct file {
    std::string path;
    std::uint64_t bytes = 0;
    std::string sha256;
  };
  std::vector<file> tree;  ///< filled by find only
};

/// Problem codes: "dataset.unknown", "dataset.too-large", "dataset.in-use", "dataset.*" (422),
/// "roots.*" (422).
class dataset_door {
 public:
  virtual ~dataset_door() = default;
  /// Unpacks an uploaded archive. `content_type` as the request said it, with its parameters.
  [[nodiscard]] virtual task<proto::result<dataset_view>> upload(std::filesystem::path body,
                                                                 std::string content_type,
                                                                 std::string tenant) = 0;
  /// Registers a folder under an allowed root.
  [[nodiscard]] virtual task<proto::result<dataset_view>> add_path(std::string path,
                                                                   std::string tenant) = 0;
  [[nodiscard]] virtual task<proto::result<std::vector<dataset_view>>> list() = 0;
  [[nodiscard]] virtual task<proto::result<dataset_view>> find(std::string id) = 0;
  [[nodiscard]] virtual task<proto::result<void>> erase(std::string id) = 0;
};

}  // namespace chimera::http
