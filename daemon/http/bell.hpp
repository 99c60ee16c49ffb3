// Waiting for "something happened" or a time, in a coroutine of the loop.
#pragma once

#include <chrono>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "daemon/loop/asio.hpp"

namespace chimera::http {

/// One waiter at a time. Rings between two waits are kept. Loop thread.
class bell {
 public:
  explicit bell(const loop::asio::any_io_executor& executor) : timer_(executor) {}

  void ring() {
    rung_ = true;
    timer_.cancel();
  }
  /// True if it rang, false if `limit` passed first.
  [[nodiscard]] task<bool> wait(std::chrono::milliseconds limit) {
    if (!rung_) {
      timer_.expires_after(limit);
      co_await timer_.async_wait(loop::as_result);
    }
    const bool rang = rung_;
    rung_ = false;
    co_return rang;
  }

 private:
  loop::asio::steady_timer timer_;
  bool rung_ = false;
};

}  // namespace chimera::http
