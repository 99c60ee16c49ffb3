// Threads for what blocks or computes long (the file system, statistics), so that the loop thread
// never waits.
#pragma once

#include <cstddef>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include "daemon/loop/asio.hpp"

namespace chimera::loop {

/// Outlives every coroutine that waits for it. The destructor waits for the work under way.
class blocking_pool {
 public:
  explicit blocking_pool(std::size_t threads) : threads_(threads) {}

  /// Runs `work` on a thread of the pool and resumes on the caller's executor with its result or
  /// its exception. Blocking work cannot be interrupted: a cancellation that comes meanwhile takes
  /// effect at the caller's next wait, after the result was handed over.
  template <class Work>
  [[nodiscard]] task<std::invoke_result_t<Work&>> run(Work work) {
    std::optional<std::invoke_result_t<Work&>> result;
    std::exception_ptr error;
    auto job = [&result, &error, &work] {
      try {
        result.emplace(work());
      } catch (...) {
        error = std::current_exception();
      }
    };
    co_await hop(std::move(job));
    if (error) std::rethrow_exception(error);
    co_return std::move(result).value();
  }

 private:
  template <class Job>
  task<> hop(Job job) {
    return asio::async_initiate<const asio::use_awaitable_t<>&, void()>(
        [this](auto handler, Job work) {
          auto home = asio::make_work_guard(asio::get_associated_executor(handler));
          asio::post(threads_, [handler = std::move(handler), work = std::move(work),
                                home = std::move(home)]() mutable {
            work();
            auto back = home.get_executor();
            asio::post(back, std::move(handler));
          });
        },
        asio::use_awaitable, std::move(job));
  }

  asio::thread_pool threads_;
};

}  // namespace chimera::loop
