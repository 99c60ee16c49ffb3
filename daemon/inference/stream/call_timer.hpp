// How long a call may take and be silent, and what ends it when it takes longer.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "agents/ports/clock.hpp"
#include "agents/ports/task.hpp"
#include "daemon/config/settings.hpp"
#include "proto/problem.hpp"

namespace chimera::inference {

/// The budgets of one call, from the moment it is made. Times are those of `clock::now()`. Budgets
/// of 0 have no end.
class call_timer {
 public:
  /// `who` is the backend as people know it: "ollama at http://...".
  call_timer(config::call_budgets budgets, std::chrono::nanoseconds now, std::string who)
      : budgets_(budgets), began_(now), last_(now), who_(std::move(who)) {}

  /// Text arrived.
  void token(std::chrono::nanoseconds now) {
    if (!first_) first_ = now;
    last_ = now;
  }
  /// The server showed that it works: the wait for the first token or the next begins anew.
  /// (Comments of an SSE stream do not count; thinking does.)
  void sign_of_life(std::chrono::nanoseconds now) { last_ = now; }

  [[nodiscard]] std::chrono::nanoseconds began() const { return began_; }
  /// From the call to the first token; none before it.
  [[nodiscard]] std::optional<std::chrono::nanoseconds> first_token() const;
  /// When one of the budgets is spent if nothing more arrives.
  [[nodiscard]] std::chrono::nanoseconds deadline() const;
  /// A deadline that was seen may be trusted for that long.
  [[nodiscard]] std::chrono::nanoseconds look_again() const;
  /// "backend.stalled" (no first token, or none after the last) or "backend.overtime" (the whole
  /// call), if its time is over at `now`: which budget, and how long it was.
  [[nodiscard]] std::optional<proto::problem> expired(std::chrono::nanoseconds now) const;

 private:
  [[nodiscard]] std::chrono::nanoseconds silence_ends() const;
  [[nodiscard]] std::chrono::nanoseconds call_ends() const;

  config::call_budgets budgets_;
  std::chrono::nanoseconds began_;
  std::chrono::nanoseconds last_;
  std::optional<std::chrono::nanoseconds> first_;
  std::string who_;
};

/// Runs `call` until it ends or its time is over; then it is cancelled and the problem is returned.
/// A token costs nothing here: the deadline is looked at when it was due. Exceptions of `call` are
/// passed on; a cancellation from outside cancels it too, and is thrown as operation_aborted after
/// it has ended. `timer`, `time` and what `call` refers to outlive the returned task.
[[nodiscard]] task<std::optional<proto::problem>> run_within(task<> call, const call_timer* timer,
                                                             const clock* time);

}  // namespace chimera::inference
