// Everything that can be done with jobs, for the doors (HTTP now, others later). Loop thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agents/ports/task.hpp"
#include "daemon/jobs/histogram.hpp"
#include "daemon/jobs/log_reader.hpp"
#include "daemon/store/store.hpp"
#include "proto/job.hpp"
#include "proto/persona.hpp"
#include "proto/problem.hpp"

namespace chimera::jobs {

/// Where a job waits. Position 1 is next; 0 = it does not wait.
struct queue_place {
  std::size_t position = 0;
  std::optional<double> eta_seconds;  ///< from the durations of recent jobs; none without any
};

struct job_view {
  proto::job job;
  queue_place queue;
};

struct submission {
  job_view view;
  bool replayed = false;  ///< the idempotency key was known: this is the job of then
};

struct submit_options {
  std::string tenant;
  std::string idempotency_key;  ///< "" = none
  std::string fingerprint;      ///< of the request body
};

/// One call of a step's attempt to a backend is in `record` (JSON, see run_pipeline).
struct step_view {
  std::string name;
  std::string persona;
  std::string state;  ///< proto::to_text(step_state), or "blocked": behind one that failed
  std::uint32_t attempt = 0;
  std::int64_t started_ms = 0;
  std::int64_t ended_ms = 0;
  std::uint64_t tokens = 0;                 ///< given out so far by the attempt
  std::string record;                       ///< JSON of a finished step; "" before
  std::vector<std::string> waits_for = {};  ///< steps of the pipeline, for one that has not begun
};

/// What POST /v1/jobs:validate answers: the plan without running it.
struct dry_run {
  struct step {
    std::string name;
    std::string persona;
    std::string model;
    std::vector<std::string> inputs;
    std::string output;
    std::string for_each;
    std::uint64_t prompt_tokens_estimated = 0;  ///< of the instructions; evidence is not read
  };
  std::string pipeline;
  std::vector<step> steps;
};

struct backend_model {
  std::string name;
  std::string digest;                ///< "" = not shown
  std::string quantization;          ///< "" = not shown
  std::uint64_t context_tokens = 0;  ///< 0 = not shown
  std::uint64_t bytes = 0;           ///< 0 = not shown
  std::uint64_t gpu_bytes = 0;       ///< of `bytes`, if resident
  bool resident = false;
};

/// What a backend showed of itself when it was last looked at.
struct backend_look {
  double age_seconds = 0;
  std::optional<proto::problem> problem;  ///< why it cannot be used; then the rest is empty
  std::string server;                     ///< with its version
  std::size_t slots = 0;                  ///< calls that it serves at a time; 0 = it does not say
  std::vector<backend_model> models;
  std::vector<std::string> warnings;
};

struct backend_view {
  std::string name;
  std::string type;
  std::string description;
  std::size_t slots = 0;  ///< calls at a time; 0 = no bound
  std::size_t in_flight = 0;
  std::size_t waiting = 0;
  bool available = true;
  std::string url = {};                   ///< of its server, or the file of its model; "" = none
  std::optional<backend_look> look = {};  ///< none before the first one has ended
};

struct queue_view {
  std::size_t waiting = 0;
  std::size_t running = 0;
  std::size_t running_max = 0;
  std::size_t waiting_max = 0;
  std::map<std::string, std::size_t> waiting_of;  ///< by tenant
  std::map<std::string, std::size_t> running_of;  ///< by tenant
};

struct counters {
  std::map<std::string, std::uint64_t> jobs_ended;  ///< by state
  std::uint64_t jobs_submitted = 0;
  std::uint64_t tokens = 0;
  std::uint64_t commits = 0;
  std::uint64_t syncs = 0;
  std::uint64_t commit_failures = 0;
  double recovery_seconds = 0;
  std::uint64_t steps_running = 0;
  std::map<std::string, std::uint64_t> claims = {};         ///< by verdict
  histogram queue_wait{bounds_of_seconds};                  ///< of jobs
  histogram step_duration{bounds_of_seconds};               ///< of completed steps, their last try
  std::map<std::string, histogram> first_token = {};        ///< seconds, by backend
  std::map<std::string, histogram> tokens_per_second = {};  ///< by backend
};

/// Problem codes: "job.unknown", "job.removed" (retention), "job.active", "job.not-terminal",
/// "job.conflict", "queue.full" (detail names the bound), "draining", "idempotency.mismatch",
/// "request.*" (field = JSON pointer into the request), "dataset.*", "personas.*", "store.*",
/// "artifact.unknown", "report.not-sealed", "report.none", "claims.none".
class service {
 public:
  virtual ~service() = default;

  /// Returns when the job is on disk. A conflict policy is applied under the same turn.
  [[nodiscard]] virtual task<proto::result<submission>> submit(proto::job_request request,
                                                               submit_options how) = 0;
  [[nodiscard]] virtual task<proto::result<dry_run>> validate(proto::job_request request) = 0;
  [[nodiscard]] virtual task<proto::result<job_view>> find(std::string id) = 0;
  [[nodiscard]] virtual task<proto::result<std::vector<job_view>>> list(store::job_filter f) = 0;
  /// Asks for the end; the job may still be canceling. A terminal job is returned as it is.
  [[nodiscard]] virtual task<proto::result<job_view>> cancel(std::string id,
                                                             std::string reason) = 0;
  /// A terminal job goes on: from `step` ("" = from what did not finish).
  [[nodiscard]] virtual task<proto::result<job_view>> retry(std::string id, std::string step) = 0;
  [[nodiscard]] virtual task<proto::result<void>> erase(std::string id) = 0;
  [[nodiscard]] virtual task<proto::result<std::vector<step_view>>> steps(std::string id) = 0;
  [[nodiscard]] virtual task<proto::result<std::vector<proto::artifact>>> artifacts(
      std::string id) = 0;
  [[nodiscard]] virtual task<proto::result<store::store::content>> content(std::string sha256) = 0;
  /// Waits until the job is terminal, `limit` has passed or the service drains; the job as it is
  /// then.
  [[nodiscard]] virtual task<proto::result<job_view>> wait_for_end(
      std::string id, std::chrono::milliseconds limit) = 0;

  [[nodiscard]] virtual event_log& log() = 0;
  [[nodiscard]] virtual queue_view queue() const = 0;
  [[nodiscard]] virtual std::vector<backend_view> backends() const = 0;
  [[nodiscard]] virtual const std::vector<proto::persona>& personas() const = 0;
  [[nodiscard]] virtual const std::vector<proto::pipeline>& pipelines() const = 0;
  /// Reads settings, personas, pipelines and tokens again: validated as a whole, then swapped. A
  /// line for each setting that stays as it was until a restart.
  [[nodiscard]] virtual task<proto::result<std::vector<std::string>>> reload() = 0;
  [[nodiscard]] virtual counters count() const = 0;
  /// Why it is not ready for jobs (draining, a failed store, no backend); nothing if it is.
  [[nodiscard]] virtual std::optional<proto::problem> not_ready() const = 0;
};

}  // namespace chimera::jobs
