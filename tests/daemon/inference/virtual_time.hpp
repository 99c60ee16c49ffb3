// Time that passes only when nothing else can happen.
#pragma once

#include <chrono>
#include <map>

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include "agents/ports/clock.hpp"
#include "daemon/loop/asio.hpp"

namespace chimera::inference {

class virtual_time final : public clock {
 public:
  using timer = boost::asio::steady_timer;

  [[nodiscard]] std::chrono::nanoseconds now() const override { return now_; }
  [[nodiscard]] std::chrono::system_clock::time_point today() const override { return {}; }

  [[nodiscard]] task<> sleep(std::chrono::nanoseconds duration) const override {
    timer alarm(co_await boost::asio::this_coro::executor, timer::time_point::max());
    sleepers_.emplace(now_ + duration, &alarm);
    co_await alarm.async_wait(loop::as_result);
    std::erase_if(sleepers_, [&alarm](const auto& entry) { return entry.second == &alarm; });
    const auto state = co_await boost::asio::this_coro::cancellation_state;
    if (state.cancelled() != boost::asio::cancellation_type::none)
      throw boost::system::system_error(boost::asio::error::operation_aborted);
  }

  /// Runs until nothing can happen any more, or until that time.
  void run(boost::asio::io_context& context,
           std::chrono::nanoseconds until = std::chrono::nanoseconds::max()) {
    while (true) {
      context.restart();
      context.poll();
      if (sleepers_.empty() || sleepers_.begin()->first > until) break;
      now_ = sleepers_.begin()->first;
      sleepers_.begin()->second->cancel();
      sleepers_.erase(sleepers_.begin());
    }
    if (until != std::chrono::nanoseconds::max()) now_ = std::max(now_, until);
  }

 private:
  using queue = std::multimap<std::chrono::nanoseconds, timer*>;

  std::chrono::nanoseconds now_{0};
  mutable queue sleepers_;
};

}  // namespace chimera::inference
