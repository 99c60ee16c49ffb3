// What the service stands on; the serve command puts it together.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "agents/evidence/source/scan.hpp"
#include "agents/ports/clock.hpp"
#include "agents/ports/text_generator.hpp"
#include "daemon/jobs/service.hpp"
#include "daemon/library/library.hpp"
#include "daemon/loop/blocking_pool.hpp"
#include "daemon/service/job_queue.hpp"
#include "daemon/store/store.hpp"
#include "proto/job.hpp"
#include "proto/problem.hpp"

namespace chimera::service {

/// Everything outlives the service.
struct surroundings {
  store::store& kept;
  loop::blocking_pool& compute;  ///< evidence and reports: one thread for each at a time
  loop::blocking_pool& files;    ///< short calls: store reads, paths
  const clock& time;

  /// The folder that a request names, resolved and allowed. Blocks; called in `files`.
  std::function<proto::result<std::filesystem::path>(const proto::job_request&)> locate;
  /// Reads everything from disk again, as jobs::service says; calls job_service::adopt().
  std::function<task<proto::result<std::vector<std::string>>>()> reload;
  /// The backend of that name ("" = the default), or nothing.
  std::function<std::shared_ptr<text_generator>(std::string_view)> backend;
  std::function<std::vector<jobs::backend_view>()> backends;
  /// What a request calls a backend, by its own name ("" = the default).
  std::function<std::string(std::string_view)> backend_name;
  /// For people who run it: what went wrong that no client is told.
  std::function<void(const std::string&)> report;
};

struct service_settings {
  queue_limits queue;
  jobs::log_limits log;
  std::string default_model;
  std::size_t threads = 1;  ///< of one reading of evidence
  evidence::scan_limits evidence;
  store::retention retention;  ///< older_than_ms is an age here; 0 = no bound
  std::chrono::seconds prune_every{60};
  bool tail_may_be_lost = false;  ///< power may have failed since the store was last open
};

}  // namespace chimera::service
