#include "daemon/loop/scope.hpp"

#include <iterator>
#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

namespace chimera::loop {
namespace {

// Asio before 1.30.2 loses the completion handler, and throws out of run(), when a coroutine ends
// cancelled without having suspended. A fresh cancellation state before the end keeps it.
task<> contain(task<> child) {
  std::exception_ptr error;
  try {
    co_await std::move(child);
  } catch (...) {
    error = std::current_exception();
  }
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  if (error) std::rethrow_exception(error);
}

}  // namespace

scope::scope(asio::any_io_executor executor)
    : executor_(std::move(executor)), emptied_(executor_, asio::steady_timer::time_point::max()) {}

scope::~scope() {
  if (!children_.empty()) std::terminate();
}

void scope::start(task<> child) {
  const auto self = children_.emplace(children_.end());
  auto ended = [this, self](const std::exception_ptr& error) { finish(self, error); };
  asio::co_spawn(executor_, contain(std::move(child)),
                 asio::bind_cancellation_slot(self->slot(), std::move(ended)));
}

void scope::cancel() {
  for (auto child = children_.begin(); child != children_.end();) {
    // A child may end inside emit and take its node of the list with it.
    const auto next = std::next(child);
    child->emit(asio::cancellation_type::all);
    child = next;
  }
}

task<bool> scope::join() {
  const bool throwing = co_await asio::this_coro::throw_if_cancelled();
  co_await asio::this_coro::throw_if_cancelled(false);
  const auto cancelled = [](const asio::cancellation_state& state) {
    return state.cancelled() != asio::cancellation_type::none;
  };
  bool stopped = cancelled(co_await asio::this_coro::cancellation_state);
  if (stopped) cancel();
  while (!children_.empty()) {
    // Ends when the last child ends, or on our own cancellation.
    co_await emptied_.async_wait(as_result);
    emptied_.expires_at(asio::steady_timer::time_point::max());
    if (stopped || !cancelled(co_await asio::this_coro::cancellation_state)) continue;
    stopped = true;
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    cancel();
  }
  if (stopped)
    co_await asio::this_coro::reset_cancellation_state(asio::enable_terminal_cancellation());
  co_await asio::this_coro::throw_if_cancelled(throwing);
  co_return stopped;
}

void scope::finish(child_list::iterator child, const std::exception_ptr& error) {
  if (error && !first_error_) first_error_ = error;
  children_.erase(child);
  if (children_.empty()) emptied_.cancel();
}

}  // namespace chimera::loop
