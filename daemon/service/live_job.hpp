// A job that has not ended, as the service holds it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agents/personas/pipeline_json.hpp"
#include "daemon/jobs/event_log.hpp"
#include "daemon/jobs/journal.hpp"
#include "daemon/loop/condition.hpp"
#include "daemon/loop/scope.hpp"
#include "daemon/service/meters.hpp"
#include "daemon/service/step_fold.hpp"
#include "proto/job.hpp"

namespace chimera::service {

/// From its admission (or recovery) until its last event is on disk. Loop thread.
class live_job final : public jobs::journal {
 public:
  live_job(proto::job what, jobs::event_log& log, loop::asio::any_io_executor loop)
      : job(std::move(what)), run(loop), changed(loop), log_(log), loop_(std::move(loop)) {}

  void append(proto::event e) override;
  void finish(store::finish_step step, std::vector<proto::event> events,
              std::vector<store::put_artifact> made) override;
  [[nodiscard]] task<proto::result<void>> synced() override;

  /// Events of the job itself together with its row as it is now. `done` (may be empty) when they
  /// are visible.
  void record(std::vector<proto::event> events, std::vector<store::change> changes = {},
              jobs::event_log::completion done = {});
  /// Its row.
  [[nodiscard]] store::update_job row() const;

  proto::job job;
  /// What its definition says, if it was admitted by this process; else it is read from there.
  std::optional<personas::definition> agents;
  step_fold steps;
  std::string cancel_reason;
  meters* counts = nullptr;  ///< of the service; outlives it
  std::string backend;       ///< by name, once it runs
  bool cancel_asked = false;
  bool settled = false;     ///< its end is on disk
  bool suspended = false;   ///< stopped because the daemon stops: it goes on after the next start
  loop::scope run;          ///< its coroutine, under which all of its steps are
  loop::condition changed;  ///< notified when it ends

 private:
  void see(const proto::event& e);

  jobs::event_log& log_;
  loop::asio::any_io_executor loop_;
};

}  // namespace chimera::service
