// The real clock. Everything else gets time as an argument.
#pragma once

#include "agents/ports/clock.hpp"

namespace chimera::loop {

/// Thread-safe.
class steady_clock final : public clock {
 public:
  [[nodiscard]] std::chrono::nanoseconds now() const override;
  [[nodiscard]] std::chrono::system_clock::time_point today() const override;
};

}  // namespace chimera::loop
