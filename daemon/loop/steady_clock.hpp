// The real clock. Everything else gets time as an argument.
#pragma once

#include "agents/ports/clock.hpp"

namespace chimera::loop {

/// now() and today() are thread-safe.
class steady_clock final : public clock {
 public:
  [[nodiscard]] std::chrono::nanoseconds now() const override;
  [[nodiscard]] std::chrono::system_clock::time_point today() const override;
  /// Not thread-safe: a timer of the loop that it is awaited on.
  [[nodiscard]] task<> sleep(std::chrono::nanoseconds duration) const override;
};

}  // namespace chimera::loop
