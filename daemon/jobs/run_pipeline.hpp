// Runs a pipeline: one coroutine a step that is ready, all under one scope, every step with its
// attempts, deadlines and budgets; writes what happens into a journal.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agents/personas/persona_file.hpp"
#include "agents/ports/clock.hpp"
#include "agents/ports/text_generator.hpp"
#include "agents/report/outline.hpp"
#include "agents/roles/role.hpp"
#include "daemon/jobs/journal.hpp"
#include "daemon/jobs/step_record.hpp"
#include "proto/lint.hpp"
#include "proto/persona.hpp"
#include "proto/problem.hpp"

namespace chimera::jobs {

using personas::needs_dataset;

/// Everything pointed to outlives the run. `work` is sound (personas::check_pipeline), and
/// `personas` holds whom it names.
struct pipeline_inputs {
  std::string job;  ///< id, for what goes to the store; "" = not kept
  const proto::pipeline* work = nullptr;
  const std::vector<proto::persona>* personas = nullptr;
  const report::outline* outline = nullptr;         ///< null: a pipeline that needs no dataset
  const std::vector<proto::lint>* lints = nullptr;  ///< of the dataset, for `when`; null: none
  text_generator* generator = nullptr;
  const clock* time = nullptr;

  /// By node, "analyse/sweep-gemma": what an earlier life of the job ended. Not run again.
  const std::map<std::string, finished_node>* finished = nullptr;
  /// By node: attempts that an earlier life began; the next one is numbered after them. They do not
  /// count against the step's attempts: the step did not fail, the process did.
  const std::map<std::string, std::uint32_t>* attempts_before = nullptr;

  std::int32_t priority = 0;                   ///< of the job, where calls wait for a slot
  std::uint64_t random = 0;                    ///< seed of the jitter
  std::string model;                           ///< of the job, for personas that say "default"
  std::map<std::string, std::string> options;  ///< of the job, over those of the personas
  std::uint64_t token_budget = 0;              ///< output tokens of the job; 0 = the pipeline's
  std::uint64_t tokens_spent = 0;              ///< by attempts of earlier lives that were cut
  std::optional<std::chrono::nanoseconds> remaining;  ///< to the deadline of the job; else none
};

struct pipeline_outcome {
  std::vector<roles::artifact> artifacts;  ///< in the order of the plan; none of skipped steps
  std::vector<roles::call_record> calls;   ///< in the order of the plan
  std::vector<step_times> steps;           ///< in the order of the plan; none of skipped steps
};

/// The first step that fails for good fails the run: the others are cancelled and waited for, and
/// its problem is the result. Cancelling the run cancels and joins all steps, their backend calls
/// and timers, then throws operation_aborted. Problems of its own: "deadline.attempt",
/// "deadline.step", "deadline.job", "budget.exceeded".
///
/// Events of one attempt of a step, in this order: step_started, handoff*, then for each call
/// message_started, token_delta*, message_completed, llm_usage; then claim_*, artifact_created,
/// step_completed. An attempt that fails ends with step_retrying (another one follows; before it
/// step_attempt_discarded if tokens were sent) or step_failed. When the run ends early, each step
/// that had not ended is told as step_canceled, with the last attempt that had begun. The last
/// events of a step that ends are given to journal::finish, with the artifact's whole text as
/// content whatever its size. step_started and step_completed carry {"done","of"}: steps ended,
/// steps of the whole plan. `log` outlives the coroutine.
[[nodiscard]] task<proto::result<pipeline_outcome>> run_pipeline(pipeline_inputs inputs,
                                                                 journal* log);

}  // namespace chimera::jobs
