#include "support/world.hpp"

#include <memory>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace chimera::test {

namespace asio = boost::asio;
using boost::system::error_code;

std::chrono::system_clock::time_point world::today() const {
  return std::chrono::system_clock::time_point(
      std::chrono::duration_cast<std::chrono::system_clock::duration>(now_));
}

task<> world::sleep(std::chrono::nanoseconds duration) const {
  auto* self = const_cast<world*>(this);
  const wake_key key(now_ + std::max(duration, std::chrono::nanoseconds(0)), order_++);
  auto begin = [self, key](auto wake_up) {
    auto slot = asio::get_associated_cancellation_slot(wake_up);
    auto home = asio::get_associated_executor(wake_up);
    auto woken = [home, wake_up = std::move(wake_up)](const error_code& why) mutable {
      asio::post(home, [wake_up = std::move(wake_up), why]() mutable { std::move(wake_up)(why); });
    };
    self->sleepers_.emplace(key, std::move(woken));
    if (slot.is_connected())
      slot.assign([self, key](asio::cancellation_type /*how*/) {
        self->wake(key, asio::error::operation_aborted);
      });
  };
  co_await asio::async_initiate<const asio::use_awaitable_t<>&, void(error_code)>(
      std::move(begin), asio::use_awaitable);
}

void world::wake(const wake_key& key, const error_code& why) {
  const auto found = sleepers_.find(key);
  if (found == sleepers_.end()) return;
  waker woken = std::move(found->second);
  sleepers_.erase(found);
  woken(why);
}

void world::run_one() {
  const std::uint64_t pick = roll(ready_.size());
  trace_ = (trace_ ^ (pick + 1 + ready_.size() * 131)) * 0x100000001b3ULL;
  std::swap(ready_[pick], ready_.back());
  handler next = std::move(ready_.back());
  ready_.pop_back();
  next();
}

bool world::run(std::uint64_t steps_max) {
  const auto stop = [](bool* running) { *running = false; };
  running_ = true;
  const std::unique_ptr<bool, decltype(stop)> guard(&running_, stop);
  for (; steps_ < steps_max; ++steps_) {
    io_.restart();
    io_.poll();
    if (!ready_.empty()) {
      run_one();
    } else if (!sleepers_.empty()) {
      const wake_key next = sleepers_.begin()->first;
      now_ = next.first;
      wake(next, {});
    } else {
      return true;
    }
  }
  return false;
}

}  // namespace chimera::test
