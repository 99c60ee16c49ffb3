#include "daemon/inference/stream/call_timer.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include "daemon/loop/scope.hpp"

namespace chimera::inference {

namespace asio = loop::asio;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

namespace {

nanoseconds after(nanoseconds from, milliseconds budget) {
  return budget.count() == 0 ? nanoseconds::max() : from + budget;
}

std::string seconds_text(nanoseconds length) {
  return fmt::format("{:.4g} s", std::chrono::duration<double>(length).count());
}

// The call and its watchman; whoever ends first ends the other.
struct watched {
  watched(asio::any_io_executor executor, const call_timer& when, const clock& now)
      : timer(when), time(now), parts(std::move(executor)) {}

  task<> run(task<> call) {
    try {
      co_await std::move(call);
    } catch (...) {
      error = std::current_exception();
    }
    ended = true;
    parts.cancel();
  }

  task<> watch() {
    while (!ended) {
      expired = timer.expired(time.now());
      if (expired) break;
      co_await time.sleep(std::min(timer.deadline() - time.now(), timer.look_again()));
    }
    if (expired) parts.cancel();
  }

  const call_timer& timer;
  const clock& time;
  std::optional<proto::problem> expired;
  std::exception_ptr error;
  bool ended = false;
  loop::scope parts;
};

}  // namespace

std::optional<nanoseconds> call_timer::first_token() const {
  if (!first_) return std::nullopt;
  return *first_ - began_;
}

nanoseconds call_timer::silence_ends() const {
  return after(last_, first_ ? budgets_.between_tokens : budgets_.first_token);
}

nanoseconds call_timer::call_ends() const { return after(began_, budgets_.total); }

nanoseconds call_timer::look_again() const {
  // The first token may bring the deadline forward, but not nearer than this.
  constexpr nanoseconds longest = std::chrono::hours(24);
  if (first_ || budgets_.between_tokens.count() == 0) return longest;
  return std::min<nanoseconds>(longest, budgets_.between_tokens);
}

nanoseconds call_timer::deadline() const { return std::min(silence_ends(), call_ends()); }

std::optional<proto::problem> call_timer::expired(nanoseconds now) const {
  if (now < deadline()) return std::nullopt;
  proto::problem p;
  const bool whole = call_ends() <= silence_ends();
  if (whole) {
    p.code = "backend.overtime";
    p.title =
        fmt::format("the answer of {} took longer than {}", who_, seconds_text(budgets_.total));
    p.field = "budgets.total";
  } else if (first_) {
    p.code = "backend.stalled";
    p.title = fmt::format("{} was silent for {} in the middle of its answer", who_,
                          seconds_text(budgets_.between_tokens));
    p.field = "budgets.between_tokens";
  } else {
    p.code = "backend.stalled";
    p.title = fmt::format("{} did not begin to answer within {}", who_,
                          seconds_text(budgets_.first_token));
    p.field = "budgets.first_token";
  }
  p.detail = fmt::format("raise {} of the backend if that is its pace", p.field);
  return p;
}

task<std::optional<proto::problem>> run_within(task<> call, const call_timer* timer,
                                               const clock* time) {
  co_await asio::this_coro::throw_if_cancelled(true);
  watched both(co_await asio::this_coro::executor, *timer, *time);
  both.parts.start(both.run(std::move(call)));
  if (!both.ended) both.parts.start(both.watch());
  // It may have been cancelled while its parts began: they must be joined all the same.
  co_await asio::this_coro::throw_if_cancelled(false);
  const bool cancelled = co_await both.parts.join();
  co_await asio::this_coro::throw_if_cancelled(true);
  if (cancelled) throw boost::system::system_error(asio::error::operation_aborted);
  if (both.expired) co_return both.expired;
  if (both.error) std::rethrow_exception(both.error);
  co_return std::nullopt;
}

}  // namespace chimera::inference
