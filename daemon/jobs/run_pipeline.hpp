// Runs a pipeline in this process: one coroutine a step that is ready, all under one scope.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "agents/ports/clock.hpp"
#include "agents/ports/text_generator.hpp"
#include "agents/report/outline.hpp"
#include "agents/roles/role.hpp"
#include "proto/persona.hpp"
#include "proto/problem.hpp"

namespace chimera::jobs {

/// Everything outlives the run. `work` is sound, and `personas` holds whom it names.
struct pipeline_inputs {
  const proto::pipeline* work = nullptr;
  const std::vector<proto::persona>* personas = nullptr;
  const report::outline* outline = nullptr;
  text_generator* generator = nullptr;
  const clock* time = nullptr;
};

/// What happened, for progress. Called on the loop thread.
struct step_event {
  enum class type { started, token, finished, failed };
  type what = type::started;
  std::string_view step;   ///< "analyse/sweep-gemma"
  std::string_view token;  ///< if `what` is token
  std::size_t done = 0;    ///< steps finished
  std::size_t of = 0;      ///< steps of the whole plan
};

/// Nanoseconds since the run began.
struct step_times {
  std::string step;
  std::string persona;
  std::int64_t started_ns = 0;
  std::int64_t ended_ns = 0;
};

struct pipeline_outcome {
  std::vector<roles::artifact> artifacts;  ///< in the order of the plan
  std::vector<roles::call_record> calls;   ///< in the order of the plan
  std::vector<step_times> steps;           ///< in the order of the plan
};

/// The first step that fails fails the run: the others are cancelled and waited for, and its
/// problem is the result. Cancelling the run cancels and joins all steps, then throws
/// operation_aborted.
[[nodiscard]] task<proto::result<pipeline_outcome>> run_pipeline(
    pipeline_inputs inputs, std::function<void(const step_event&)> on_event);

}  // namespace chimera::jobs
