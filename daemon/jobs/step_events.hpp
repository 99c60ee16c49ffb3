// The events of a run's steps, put together and handed to its journal.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "agents/ports/text_generator.hpp"
#include "daemon/jobs/journal.hpp"
#include "daemon/jobs/step_record.hpp"
#include "proto/event.hpp"
#include "proto/problem.hpp"

namespace chimera::jobs {

/// One attempt of one step.
struct attempt_id {
  std::string step;
  std::uint32_t attempt = 1;
};

/// Steps that ended, of all of the plan.
struct steps_done {
  std::size_t done = 0;
  std::size_t of = 0;
};

/// Used on the loop thread. The journal outlives it.
class step_events {
 public:
  step_events(journal& log, std::string job) : log_(log), job_(std::move(job)) {}

  void ready(const attempt_id& id);
  void started(const attempt_id& id, const std::string& persona, steps_done so_far);
  /// `from` made `source`, which this attempt takes.
  void handoff(const attempt_id& to, const std::string& from, const roles::artifact& source);
  void message_started(const attempt_id& id, const generation_request& request);
  void token(const attempt_id& id, std::string_view text);
  void message_completed(const attempt_id& id, const std::string& call, const generation& answer);
  void retrying(const attempt_id& id, const proto::problem& why, std::int64_t delay_ns);
  void discarded(const attempt_id& id, std::string_view reason);
  void failed(const attempt_id& id, const proto::problem& why);
  void canceled(const attempt_id& id);
  /// `step` = "" for the budget of the run.
  void budget_warning(const std::string& step, std::string_view unit, double spent, double budget);
  /// What the check found in the answer that became the artifact: an event a claim.
  void claims(const attempt_id& id, const claims::checked_answer& checked);

  void completed(const attempt_id& id, const finished_node& n, const std::string& artifact,
                 steps_done so_far);
  void skipped(const attempt_id& id, const finished_node& n, std::string_view reason);

 private:
  /// `data`: a JSON object, or "".
  void append(proto::event_type type, const attempt_id& id, std::string data);

  journal& log_;
  std::string job_;
};

}  // namespace chimera::jobs
