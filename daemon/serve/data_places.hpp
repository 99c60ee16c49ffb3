// Where datasets are: the folders that may be read, and the uploads.
#pragma once

#include <memory>
#include <mutex>
#include <utility>

#include "daemon/datasets/allowed_roots.hpp"
#include "daemon/datasets/dataset_store.hpp"

namespace chimera::serve {

struct data_places {
  datasets::allowed_roots roots;
  datasets::dataset_store uploads;
};

/// The places as they are now; any thread. Whoever works with them keeps the pointer meanwhile.
class current_places {
 public:
  explicit current_places(data_places first)
      : now_(std::make_shared<data_places>(std::move(first))) {}

  [[nodiscard]] std::shared_ptr<data_places> now() const {
    const std::lock_guard lock(mutex_);
    return now_;
  }
  void change(data_places next) {
    auto made = std::make_shared<data_places>(std::move(next));
    const std::lock_guard lock(mutex_);
    now_ = std::move(made);
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<data_places> now_;
};

}  // namespace chimera::serve
