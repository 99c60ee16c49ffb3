// Ids that follow a request: X-Request-Id and the trace of a traceparent (W3C Trace Context).
#pragma once

#include <string>

#include "daemon/http/auth.hpp"
#include "daemon/http/server/message.hpp"

namespace chimera::http {

/// The caller's X-Request-Id if it is 1 to 128 plain characters, else a new one.
[[nodiscard]] std::string request_id_of(const request& asked, const random_source& random);
/// The 32 hex digits of a sound traceparent, "" without.
[[nodiscard]] std::string trace_id_of(const request& asked);

}  // namespace chimera::http
