// The owner of coroutines: whatever runs beside its starter is started by a scope and joined.
#pragma once

#include <cstddef>
#include <exception>
#include <list>

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>

#include "daemon/loop/asio.hpp"

namespace chimera::loop {

/// Runs children on one executor and waits for the last of them. Every member is called on that
/// executor, which runs on one thread. Declared after what its children use.
class scope {
 public:
  explicit scope(asio::any_io_executor executor);
  scope(const scope&) = delete;
  scope& operator=(const scope&) = delete;
  /// Ends the program if a child still runs: its references would dangle.
  ~scope();

  /// Starts `child`, which owns its parameters. An exception of it is kept as first_error().
  void start(task<> child);

  /// Asks each child to stop where it waits. May be repeated; children started later run on.
  void cancel();

  /// Completes when no child runs. If the waiting coroutine is cancelled meanwhile, the children
  /// are cancelled, the wait goes on, and the result is true: the caller then ends too, because its
  /// own cancellation has been used up. Never throws; but a coroutine that may be cancelled before
  /// it gets here must first await throw_if_cancelled(false), or the co_await itself throws.
  [[nodiscard]] task<bool> join();

  [[nodiscard]] std::size_t size() const { return children_.size(); }
  [[nodiscard]] const std::exception_ptr& first_error() const { return first_error_; }

 private:
  using child_list = std::list<asio::cancellation_signal>;
  void finish(child_list::iterator child, const std::exception_ptr& error);

  asio::any_io_executor executor_;
  asio::steady_timer emptied_;  ///< never expires; cancelled when the last child ends
  child_list children_;
  std::exception_ptr first_error_;
};

}  // namespace chimera::loop
