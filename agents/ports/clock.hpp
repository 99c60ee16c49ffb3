// Time as an argument: the real clock in the daemon, a virtual one in tests.
#pragma once

#include <chrono>

#include "agents/ports/task.hpp"

namespace chimera {

class clock {
 public:
  virtual ~clock() = default;
  /// Monotonic, for durations.
  [[nodiscard]] virtual std::chrono::nanoseconds now() const = 0;
  /// Wall time, for dates; seconds resolution is enough.
  [[nodiscard]] virtual std::chrono::system_clock::time_point today() const = 0;
  /// Waits. Called on the loop thread; cancelling it throws operation_aborted.
  [[nodiscard]] virtual task<> sleep(std::chrono::nanoseconds duration) const = 0;
};

}  // namespace chimera
