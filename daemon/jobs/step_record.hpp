// What is kept of a step that ended, so that a job can go on without running it again.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "agents/roles/role.hpp"
#include "daemon/store/store.hpp"
#include "proto/problem.hpp"

namespace chimera::jobs {

/// Nanoseconds since the run began.
struct step_times {
  std::string step;
  std::string persona;
  std::int64_t started_ns = 0;
  std::int64_t ended_ns = 0;
};

struct finished_node {
  std::string state;  ///< "completed" or "skipped"
  std::uint32_t attempt = 1;
  std::string markdown;  ///< of the artifact; "" if skipped
  std::vector<roles::call_record> calls;
  step_times times;
};

/// The record of a step as JSON text: {"markdown","times","calls":[{"step","persona","request",
/// "answer","checked","fit","notes"}]}. What a text holds that is no UTF-8 is replaced.
[[nodiscard]] std::string write_record(const finished_node& n);

/// Usage as write_record and run.json write it; throws nlohmann's exception for a field that lacks.
[[nodiscard]] generation_usage usage_from(const nlohmann::json& j);

/// What a backend showed of itself with an answer: options in effect, model, its digest, server.
/// Nothing of an older record. Throws nlohmann's exception for a field of another type.
void take_shown(const nlohmann::json& j, generation& answer);

/// Back from the store; state and attempt are those of the row. An error ("record.unsound") names
/// the step and what is wrong.
[[nodiscard]] proto::result<finished_node> read_record(const store::stored_step& stored);

}  // namespace chimera::jobs
