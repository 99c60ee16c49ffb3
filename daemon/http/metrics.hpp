// Counters as Prometheus reads them (text format 0.0.4).
#pragma once

#include <string>

#include "daemon/http/api.hpp"

namespace chimera::http {

inline constexpr std::string_view metrics_type = "text/plain; version=0.0.4; charset=utf-8";

[[nodiscard]] std::string metrics_text(const api& a);

}  // namespace chimera::http
