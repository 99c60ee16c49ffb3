// Coroutines of one thread that wait for each other.
#pragma once

#include <boost/asio/steady_timer.hpp>

#include "daemon/loop/asio.hpp"

namespace chimera::loop {

/// Waiters look at what they wait for, wait, and look again. One thread. Outlives its waiters.
class condition {
 public:
  explicit condition(const asio::any_io_executor& executor)
      : timer_(executor, asio::steady_timer::time_point::max()) {}

  /// Until notify_all(), or the cancellation of the waiting coroutine, which then throws at its
  /// next wait.
  [[nodiscard]] task<> wait() { co_await timer_.async_wait(as_result); }
  void notify_all() { timer_.cancel(); }

 private:
  asio::steady_timer timer_;  ///< never expires; cancelled to wake
};

}  // namespace chimera::loop
