// Datasets as the doors see them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "agents/ports/task.hpp"
#include "daemon/datasets/allowed_roots.hpp"
#include "daemon/datasets/dataset_store.hpp"
#include "daemon/loop/blocking_pool.hpp"
#include "proto/problem.hpp"

namespace chimera::http {

struct dataset_view {
  std::string id;
  std::string source;  ///< "upload", or the folder that was looked at
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  bool added = false;                       ///< kept by this call
  std::vector<datasets::dataset_file> tree;  ///< of one dataset, not of lists
};

/// Problem codes: "dataset.unknown", "dataset.*".
class dataset_door {
 public:
  virtual ~dataset_door() = default;
  /// Keeps an uploaded archive. `content_type` as the request said it, with its parameters.
  [[nodiscard]] virtual task<proto::result<dataset_view>> upload(std::filesystem::path body,
                                                                 std::string content_type) = 0;
  /// What a job would read in a folder under an allowed root; nothing is kept.
  [[nodiscard]] virtual task<proto::result<dataset_view>> look_at(std::string path) = 0;
  [[nodiscard]] virtual task<proto::result<std::vector<dataset_view>>> list() = 0;
  [[nodiscard]] virtual task<proto::result<dataset_view>> find(std::string id) = 0;
  [[nodiscard]] virtual task<proto::result<void>> erase(std::string id) = 0;
};

/// The datasets on disk, used on the threads of the pool. All that is given outlives it.
class stored_datasets final : public dataset_door {
 public:
  stored_datasets(datasets::dataset_store& kept, const datasets::allowed_roots& roots,
                  loop::blocking_pool& pool)
      : kept_(kept), roots_(roots), pool_(pool) {}

  task<proto::result<dataset_view>> upload(std::filesystem::path body,
                                           std::string content_type) override;
  task<proto::result<dataset_view>> look_at(std::string path) override;
  task<proto::result<std::vector<dataset_view>>> list() override;
  task<proto::result<dataset_view>> find(std::string id) override;
  task<proto::result<void>> erase(std::string id) override;

 private:
  datasets::dataset_store& kept_;
  const datasets::allowed_roots& roots_;
  loop::blocking_pool& pool_;
};

}  // namespace chimera::http
