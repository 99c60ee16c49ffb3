// One job from its start to its end: evidence, pipeline, report, each event in its log.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/jobs/run_pipeline.hpp"
#include "daemon/reporting/finished_run.hpp"
#include "daemon/service/live_job.hpp"
#include "daemon/service/surroundings.hpp"
#include "proto/persona.hpp"
#include "proto/problem.hpp"

namespace chimera::service {

/// What an earlier life of the job left behind.
struct earlier_life {
  std::map<std::string, jobs::finished_node> finished;  ///< by step
  std::map<std::string, std::uint32_t> attempts;        ///< begun so far, by step
};

/// Lives on the loop thread, in the frame of the coroutine that awaits work(); `live` and
/// `around` outlive it.
class job_run {
 public:
  job_run(live_job& live, const surroundings& around, const service_settings& settings)
      : live_(live), around_(around), settings_(settings) {}

  /// Ends with the job's last event handed to its log, or without one if the daemon stops.
  /// Cancelling throws operation_aborted and leaves the last event to the caller.
  [[nodiscard]] task<> work();

 private:
  [[nodiscard]] task<proto::result<void>> run_to_end();
  [[nodiscard]] proto::result<void> read_definition();
  [[nodiscard]] task<proto::result<earlier_life>> look_back();
  [[nodiscard]] task<proto::result<void>> read_evidence();
  [[nodiscard]] task<proto::result<void>> write(earlier_life before);
  [[nodiscard]] task<proto::result<void>> print();
  /// Of the job's time budget.
  [[nodiscard]] std::chrono::nanoseconds remaining() const;
  void end(std::optional<proto::problem> failure);

  live_job& live_;
  const surroundings& around_;
  const service_settings& settings_;
  std::shared_ptr<text_generator> generator_;
  std::unique_ptr<reporting::finished_run> run_;
  std::vector<store::change> results_;     ///< of the end: artifacts of the report
  std::vector<proto::event> last_events_;  ///< before the job's last one
};

}  // namespace chimera::service
