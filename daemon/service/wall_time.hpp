// Dates of a clock.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "agents/ports/clock.hpp"
#include "proto/job.hpp"

namespace chimera::service {

/// Unix time in milliseconds.
[[nodiscard]] inline std::int64_t unix_ms(const clock& time) {
  const auto since = time.today().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
}

/// "2026-11-24", UTC.
[[nodiscard]] inline std::string utc_day(const clock& time) {
  return proto::to_rfc3339(unix_ms(time)).substr(0, 10);
}

}  // namespace chimera::service
