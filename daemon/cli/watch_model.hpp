// What a job looks like to someone who watches it: a fold over the events of its stream.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "daemon/cli/stream_event.hpp"
#include "daemon/cli/terminal_text.hpp"

namespace chimera::cli {

struct queue_place {
  std::size_t position = 0;  ///< 1 = next; 0 = does not wait
  std::optional<double> eta_seconds;
};

struct watched_step {
  std::string name;
  std::string state = "waits";
  std::uint32_t attempt = 0;
  std::uint64_t tokens = 0;        ///< of the attempt
  std::uint64_t usage_tokens = 0;  ///< of it, as its finished calls report them
  std::int64_t started_ms = 0;
  std::int64_t ended_ms = 0;
  std::int64_t first_token_ms = 0;
  std::int64_t last_token_ms = 0;
  queue_place place;
  std::string why;  ///< of a failure, a retry, a step that was skipped
};

/// Pure: events in, lines out. Events that were taken before change nothing, so a stream that is
/// resumed a little early does no harm.
class watch_model {
 public:
  explicit watch_model(std::string job) : job_(std::move(job)) {}

  /// The job as `GET /v1/jobs/{id}` shows it: pipeline, state, place in the queue.
  void look(const nlohmann::json& job);
  /// False: it was known, or says nothing about the job.
  bool take(const stream_event& e);
  /// The daemon's history is another one now: everything begins again.
  void restart();

  [[nodiscard]] const std::string& job() const { return job_; }
  [[nodiscard]] const std::string& state() const { return state_; }
  [[nodiscard]] bool ended() const;
  [[nodiscard]] const std::vector<watched_step>& steps() const { return steps_; }
  [[nodiscard]] const queue_place& place() const { return place_; }
  /// Where to go on: "epoch:seq", "" before the first event.
  [[nodiscard]] std::string cursor() const;

  /// The job, its steps, and at the end the verdict and where the report is. Never more lines than
  /// the screen has, none wider. `now_ms` by the daemon's clock.
  [[nodiscard]] std::vector<std::string> draw(std::int64_t now_ms, const screen& on) const;
  /// What `e`, just taken, says in one plain line; "" for what is no news to a reader of lines.
  [[nodiscard]] std::string say(const stream_event& e) const;
  /// What was proven and how to get the report, or why there is none; nothing before the end.
  [[nodiscard]] std::vector<std::string> ending() const;

 private:
  void take_of_job(const stream_event& e);
  void take_of_step(const stream_event& e);
  watched_step& step(const std::string& name);
  [[nodiscard]] std::string job_line(std::int64_t now_ms) const;
  [[nodiscard]] std::vector<std::string> step_cells(const watched_step& s,
                                                    std::int64_t now_ms) const;

  std::string job_;
  std::string pipeline_;
  std::string state_ = "queued";
  std::string epoch_;
  std::uint64_t seq_ = 0;
  std::int64_t queued_ms_ = 0;
  std::int64_t started_ms_ = 0;
  std::int64_t ended_ms_ = 0;
  queue_place place_;
  std::size_t done_ = 0;
  std::size_t of_ = 0;
  std::string why_;
  nlohmann::json evidence_;
  nlohmann::json sealed_;  ///< data of report.sealed
  std::vector<watched_step> steps_;
};

}  // namespace chimera::cli
