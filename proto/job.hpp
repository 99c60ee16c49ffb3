// A job and its states.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/problem.hpp"

namespace chimera::proto {

enum class job_state : std::uint8_t {
  queued,
  running,
  input_required,
  canceling,
  completed,
  failed,
  canceled,
  rejected
};
[[nodiscard]] std::string_view to_text(job_state s);
[[nodiscard]] std::optional<job_state> job_state_of(std::string_view text);
[[nodiscard]] bool is_terminal(job_state s);
/// The one table of allowed transitions; a terminal job may only go back to queued (retry).
[[nodiscard]] bool may_follow(job_state from, job_state to);

enum class step_state : std::uint8_t {
  pending,
  ready,
  running,
  retrying,
  completed,
  failed,
  skipped,
  canceled
};
[[nodiscard]] std::string_view to_text(step_state s);

/// What was asked for: the body of POST /v1/jobs, checked.
struct job_request {
  std::string pipeline;  ///< name
  std::string path;      ///< folder under an allowed root, as asked; or
  std::string dataset;   ///< id of an uploaded dataset; both empty: a pipeline without dataset
  std::string backend;   ///< "" = the default
  std::string model;     ///< "" = the default
  std::map<std::string, std::string> options;  ///< generation options over those of the personas
  std::map<std::string, std::string> labels;
  std::int32_t priority = 0;
  std::string conflict_key;             ///< "" = none
  std::string on_conflict = "enqueue";  ///< enqueue, reject or cancel_previous
  std::uint64_t token_budget = 0;       ///< output tokens of the whole job; 0 = none
  double seconds_budget = 0;            ///< from start to end; 0 = none
};

struct job {
  std::string id;  ///< "job_" + ULID
  std::string epoch;
  std::string tenant;
  job_state state = job_state::queued;
  job_request request;
  std::string definition;  ///< JSON: pipeline and personas as they were when it was submitted
  std::int64_t created_ms = 0;
  std::int64_t started_ms = 0;   ///< 0 = not yet
  std::int64_t ended_ms = 0;     ///< 0 = not yet
  std::uint64_t last_seq = 0;    ///< of its log
  std::optional<problem> error;  ///< of a failed job
  std::string evidence_sha256;   ///< "" until the dataset was read
};

struct artifact {
  std::string job;
  std::string step;    ///< "" = made by the job (the report's files)
  std::string name;    ///< "inventory", "report.md", "figures/a.svg"
  std::string sha256;  ///< hex
  std::string media_type;
  std::uint64_t bytes = 0;
};

/// "job_" + ULID of this time and these 80 random bits: sorts by time.
[[nodiscard]] std::string make_id(std::string_view prefix, std::int64_t time_ms,
                                  std::uint64_t random_high, std::uint16_t random_low);
/// True for prefix + 26 characters of Crockford's base 32.
[[nodiscard]] bool is_id(std::string_view text, std::string_view prefix);
/// "2026-11-23T10:00:00.123Z" of Unix milliseconds.
[[nodiscard]] std::string to_rfc3339(std::int64_t time_ms);

}  // namespace chimera::proto
