// A world with its own time and its own dice, for tests of coroutines. Whatever could run next in
// the real program, the dice choose; time stands still while anything can run, then jumps to the
// next sleeper. The same seed gives the same run, to the last handler.
//
//   world w(seed);
//   loop::scope job(w.get_executor());
//   job.start(something(&w));          // takes a clock
//   REQUIRE(w.run(100'000));           // false: it did not come to rest, a livelock
//   CHECK(w.sleepers() == 0);          // no timer was left behind
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <random>
#include <utility>
#include <vector>

#include <boost/asio/execution.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/system/error_code.hpp>

#include "agents/ports/clock.hpp"

namespace chimera::test {

/// One thread. Everything that was started in it has ended before it is destroyed.
class world final : public clock {
 public:
  class executor;

  explicit world(std::uint64_t seed) : dice_(seed) {}
  world(const world&) = delete;
  world& operator=(const world&) = delete;
  ~world() override = default;

  [[nodiscard]] executor get_executor();

  [[nodiscard]] std::chrono::nanoseconds now() const override { return now_; }
  [[nodiscard]] std::chrono::system_clock::time_point today() const override;
  [[nodiscard]] task<> sleep(std::chrono::nanoseconds duration) const override;

  /// 0 to below - 1. Of the same dice that choose what runs next.
  [[nodiscard]] std::uint64_t roll(std::uint64_t below) { return dice_() % below; }

  /// Runs until nothing can happen any more. False: `steps_max` handlers were not enough.
  [[nodiscard]] bool run(std::uint64_t steps_max);

  [[nodiscard]] std::uint64_t steps() const { return steps_; }
  /// Of every choice that was made: two runs with one trace took the same way.
  [[nodiscard]] std::uint64_t trace() const { return trace_; }
  [[nodiscard]] std::size_t sleepers() const { return sleepers_.size(); }

 private:
  using handler = std::move_only_function<void()>;
  using waker = std::move_only_function<void(const boost::system::error_code&)>;
  /// When, and the order among those of one time.
  using wake_key = std::pair<std::chrono::nanoseconds, std::uint64_t>;

  void add(handler h) { ready_.push_back(std::move(h)); }
  void run_one();
  void wake(const wake_key& key, const boost::system::error_code& why);

  boost::asio::io_context io_{1};  ///< holds the services of Asio's own timers; never waited for
  std::mt19937_64 dice_;
  std::vector<handler> ready_;
  /// sleep() is const, as every clock's: it changes nothing that a caller could see.
  mutable std::map<wake_key, waker> sleepers_;
  mutable std::uint64_t order_ = 0;
  std::chrono::nanoseconds now_{0};
  std::uint64_t steps_ = 0;
  std::uint64_t trace_ = 0xcbf29ce484222325ULL;
  bool running_ = false;
};

/// What Asio asks of an executor. dispatch() runs at once, as on the thread of an io_context;
/// post() waits for the dice.
class world::executor {
 public:
  explicit executor(world& w, bool may_run_at_once) noexcept
      : world_(&w), may_run_at_once_(may_run_at_once) {}

  [[nodiscard]] boost::asio::execution_context& query(
      boost::asio::execution::context_t /*what*/) const noexcept {
    return world_->io_;
  }
  [[nodiscard]] boost::asio::execution::blocking_t query(
      boost::asio::execution::blocking_t /*what*/) const noexcept {
    if (may_run_at_once_) return boost::asio::execution::blocking.possibly;
    return boost::asio::execution::blocking.never;
  }
  [[nodiscard]] executor require(
      boost::asio::execution::blocking_t::never_t /*how*/) const noexcept {
    return executor(*world_, false);
  }
  [[nodiscard]] executor require(
      boost::asio::execution::blocking_t::possibly_t /*how*/) const noexcept {
    return executor(*world_, true);
  }
  template <class Function>
  void execute(Function f) const {
    if (may_run_at_once_ && world_->running_)
      f();
    else
      world_->add(std::move(f));
  }

  friend bool operator==(const executor& a, const executor& b) noexcept {
    return a.world_ == b.world_ && a.may_run_at_once_ == b.may_run_at_once_;
  }
  friend bool operator!=(const executor& a, const executor& b) noexcept { return !(a == b); }

 private:
  world* world_;
  bool may_run_at_once_;
};

inline world::executor world::get_executor() { return executor(*this, true); }

}  // namespace chimera::test
