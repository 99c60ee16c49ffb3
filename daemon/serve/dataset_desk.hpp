// Uploaded datasets and folders behind the door that HTTP knows.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "agents/ports/clock.hpp"
#include "daemon/http/dataset_door.hpp"
#include "daemon/jobs/service.hpp"
#include "daemon/loop/blocking_pool.hpp"
#include "daemon/serve/data_places.hpp"

namespace chimera::serve {

/// Lives on the loop thread; everything given outlives it.
class dataset_desk final : public http::dataset_door {
 public:
  struct surroundings {
    const current_places& places;
    loop::blocking_pool& files;
    jobs::service& jobs;
  };
  explicit dataset_desk(surroundings around) : around_(around) {}

  task<proto::result<http::dataset_view>> upload(std::filesystem::path body,
                                                 std::string content_type,
                                                 std::string tenant) override;
  task<proto::result<http::dataset_view>> add_path(std::string path, std::string tenant) override;
  task<proto::result<std::vector<http::dataset_view>>> list() override;
  task<proto::result<http::dataset_view>> find(std::string id) override;
  /// Refused ("dataset.in-use") while a job that has not ended reads it.
  task<proto::result<void>> erase(std::string id) override;

 private:
  surroundings around_;
};

}  // namespace chimera::serve
