// What jobs, their logs and their artifacts are kept in. An interface, so that a server of its own
// can keep them later; nothing above it assumes one process or one file.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "proto/event.hpp"
#include "proto/job.hpp"
#include "proto/problem.hpp"

namespace chimera::store {

/// A job that begins. `idempotency_key` is the caller's, within the tenant; "" = none.
struct insert_job {
  proto::job job;
  std::string idempotency_key;
  std::string fingerprint;  ///< of the request: the same key with another one is refused above
};

/// Events of one job, in order, without a gap from what is stored.
struct append_events {
  std::string job;
  std::vector<proto::event> events;
};

/// What changed of a job row. The row is a fold over its events, kept so that lists are quick.
struct update_job {
  std::string job;
  proto::job_state state = proto::job_state::queued;
  std::int64_t started_ms = 0;
  std::int64_t ended_ms = 0;
  std::optional<proto::problem> error;
  std::string evidence_sha256;
  std::string epoch;
};

/// A step that finished: what a run needs in order to go on without it.
struct finish_step {
  std::string job;
  std::string step;  ///< "analyse/sweep-gemma"
  std::uint32_t attempt = 1;
  std::string state;   ///< "completed", "skipped", "failed", "canceled"
  std::string record;  ///< JSON: calls with prompts, answers, usage, checks; times; problem
};
/// Takes back the finished steps named (retry from a step).
struct reopen_steps {
  std::string job;
  std::vector<std::string> steps;
};

/// An artifact and its bytes, or nothing if they were put on the shelf before; the store puts large
/// ones there itself.
struct put_artifact {
  proto::artifact artifact;
  std::string content;  ///< "" if on the shelf
  bool on_shelf = false;
};

struct delete_job {
  std::string job;
};

using change = std::variant<insert_job, append_events, update_job, finish_step, reopen_steps,
                            put_artifact, delete_job>;

/// One transaction: all of it or nothing.
struct batch {
  std::vector<change> changes;
  bool sync = false;  ///< on disk, power loss included, when commit returns
};

struct idempotent_job {
  std::string job;
  std::string fingerprint;
};

struct stored_step {
  std::string step;
  std::uint32_t attempt = 1;
  std::string state;
  std::string record;
};

struct job_filter {
  std::vector<proto::job_state> states;  ///< empty = all
  std::string tenant;                    ///< "" = all
  std::string pipeline;                  ///< "" = all
  std::string label;                     ///< "key" or "key=value"; "" = all
  std::int64_t created_after_ms = 0;
  std::string before;  ///< id: only older ones (newest first); "" = from the newest
  std::size_t limit = 50;
};

struct retention {
  std::int64_t older_than_ms = 0;  ///< finished before this time; 0 = no bound by age
  std::uint64_t bytes_max = 0;     ///< of the whole store; the oldest finished go first; 0 = none
};

/// Reads may be called from several threads at a time; commit from one. All of it blocks. Errors:
/// "store.full" (no space), "store.read-only", "store.io" (the cause named); after a failed commit
/// nothing of the batch is there and the next commit may be tried.
class store {
 public:
  virtual ~store() = default;

  /// After a failure a batch without changes tries whether the store can be written again.
  [[nodiscard]] virtual proto::result<void> commit(const batch& b) = 0;

  [[nodiscard]] virtual proto::result<std::optional<proto::job>> find_job(std::string_view id) = 0;
  [[nodiscard]] virtual proto::result<std::vector<proto::job>> list_jobs(const job_filter& f) = 0;
  /// Jobs that are not terminal, oldest first: what a start drives on.
  [[nodiscard]] virtual proto::result<std::vector<proto::job>> unfinished_jobs() = 0;
  [[nodiscard]] virtual proto::result<std::optional<idempotent_job>> find_idempotent(
      std::string_view tenant, std::string_view key) = 0;
  /// Events with seq > after, in order, until about `bytes_max` are read (at least one event).
  [[nodiscard]] virtual proto::result<std::vector<proto::event>> read_events(
      std::string_view job, std::uint64_t after, std::size_t bytes_max) = 0;
  [[nodiscard]] virtual proto::result<std::vector<stored_step>> read_steps(
      std::string_view job) = 0;
  [[nodiscard]] virtual proto::result<std::vector<proto::artifact>> list_artifacts(
      std::string_view job) = 0;

  /// Where the bytes of an artifact are.
  struct content {
    std::string bytes;  ///< if kept inside
    std::string file;   ///< else: a file that does not change
    std::uint64_t size = 0;
    std::string media_type;
  };
  [[nodiscard]] virtual proto::result<std::optional<content>> find_content(
      std::string_view sha256) = 0;
  /// Puts a large artifact on the shelf (temporary name, synced, renamed); idempotent by its hash.
  [[nodiscard]] virtual proto::result<void> put_on_shelf(std::string_view sha256,
                                                         std::string_view bytes) = 0;

  /// Removes finished jobs beyond the bounds, at most `at_most` of them; what was removed.
  [[nodiscard]] virtual proto::result<std::vector<std::string>> prune(const retention& r,
                                                                      std::size_t at_most) = 0;
  /// True for an id that was here and was pruned or deleted.
  [[nodiscard]] virtual proto::result<bool> was_removed(std::string_view job) = 0;

  struct totals {
    std::uint64_t jobs = 0;
    std::uint64_t bytes = 0;
  };
  [[nodiscard]] virtual proto::result<totals> count() = 0;
};

/// Artifacts of at most this many bytes are kept inside the store, in the step's transaction.
inline constexpr std::uint64_t inline_bytes_max = 64U << 10U;

}  // namespace chimera::store
