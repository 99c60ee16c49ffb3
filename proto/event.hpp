// One numbered entry of a job's log: everything shown, streamed, resumed or recovered comes from
// it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace chimera::proto {

/// Names on the wire: the words with their first '_' as '.', "job.queue_moved" and so on
/// (`to_text`).
enum class event_type : std::uint8_t {
  job_queued,
  job_started,
  job_resumed,  ///< the daemon was stopped while it ran, and started again
  job_progress,
  job_canceling,
  job_completed,
  job_failed,
  job_canceled,
  job_retried,  ///< a finished job goes on from a step
  step_ready,
  step_started,
  step_retrying,
  step_attempt_discarded,
  step_completed,
  step_failed,
  step_skipped,
  step_canceled,
  message_started,
  token_delta,
  message_completed,
  llm_usage,
  artifact_created,
  handoff,
  claim_verified,
  claim_refuted,
  claim_unresolved,
  report_sealed,
  evidence_ready,  ///< the dataset was read: hash, counts
  budget_warning
};

/// What a watcher may ask for.
enum class channel : std::uint8_t { lifecycle, tokens, artifacts, claims };

[[nodiscard]] std::string_view to_text(event_type type);
[[nodiscard]] std::optional<event_type> event_type_of(std::string_view text);
[[nodiscard]] channel channel_of(event_type type);
[[nodiscard]] std::string_view to_text(channel c);
[[nodiscard]] std::optional<channel> channel_from(std::string_view text);

/// True for what is on disk before anyone sees it: job.queued, step.completed, report.sealed and
/// the job's end. The others are written unsynced, tokens after they are shown: jobs::event_log.
[[nodiscard]] bool is_durable(event_type type);
/// True for job_completed, job_failed, job_canceled.
[[nodiscard]] bool is_terminal(event_type type);

struct event {
  std::uint64_t seq = 0;        ///< 1, 2, 3 ... within its job
  std::uint64_t first_seq = 0;  ///< less than seq if token events were coalesced into one
  event_type type = event_type::job_progress;
  std::int64_t time_ms = 0;   ///< Unix time, UTC
  std::string step;           ///< "analyse/sweep-gemma"; "" = the job itself
  std::uint32_t attempt = 0;  ///< 1, 2 ... of the step; 0 without a step
  std::string text;           ///< token_delta: the piece of text, UTF-8; "" = it is lost
  std::string data;           ///< others: a JSON object as text; "" = {}

  bool operator==(const event&) const = default;
};

/// True if `next` (the event right after `first`) may be merged into it: token_delta of the same
/// step and attempt, both with text.
[[nodiscard]] bool may_coalesce(const event& first, const event& next);
/// Merges: text appended, seq taken from `next`, time of `first`.
void coalesce(event& first, const event& next);

/// The envelope as one line of JSON without line end, the same on every transport:
/// {"epoch","seq",["first_seq",]"type","time","job",["step","attempt",]"data"}.
[[nodiscard]] std::string to_json(const event& e, std::string_view job, std::string_view epoch);

/// Compact form for the store: a run of events as bytes, and back. `decode` fails (nullopt) on
/// bytes that `encode` did not make.
void encode(const event& e, std::string& out);
[[nodiscard]] std::optional<event> decode(std::string_view& bytes);

}  // namespace chimera::proto
