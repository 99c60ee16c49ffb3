// All steps of a job, those that have not begun too: what a person sees of its pipeline.
#pragma once

#include <vector>

#include "daemon/jobs/service.hpp"
#include "proto/job.hpp"
#include "proto/persona.hpp"

namespace chimera::service {

/// `begun` are the steps that the log names. Those of the pipeline that it does not name come too,
/// all in the order of the pipeline: "pending", or "blocked" behind one that failed or was
/// canceled, with the steps they wait for; "canceled" if the job ended without them. A step that
/// runs once a question is one step until the questions are known; if there are none it is left
/// out. Pure.
[[nodiscard]] std::vector<jobs::step_view> outline_steps(const proto::pipeline& p,
                                                         std::vector<jobs::step_view> begun,
                                                         proto::job_state state);

}  // namespace chimera::service
