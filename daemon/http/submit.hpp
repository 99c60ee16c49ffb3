// Submitting a job, the same behind POST /v1/jobs and the WebSocket command.
#pragma once

#include <expected>
#include <string>

#include "daemon/http/api.hpp"
#include "daemon/http/request_body.hpp"

namespace chimera::http {

/// `a` outlives the coroutine. `key`: the caller's idempotency key, "" = none; kept apart by
/// principal.
[[nodiscard]] task<std::expected<jobs::submission, refusal>> submit_job(api* a, sorted_json body,
                                                                        std::string key,
                                                                        identity who);

}  // namespace chimera::http
