// A coroutine that waits for its changes to be stored.
#pragma once

#include <memory>
#include <optional>

#include "daemon/jobs/group_commit.hpp"
#include "daemon/loop/condition.hpp"
#include "proto/problem.hpp"

namespace chimera::jobs {

/// Hand done() to whoever stores, then co_await result(). One thread. A wait that is cancelled
/// leaves; what was asked for is stored all the same.
class commit_wait {
 public:
  explicit commit_wait(const loop::asio::any_io_executor& loop)
      : state_(std::make_shared<state>(loop::condition(loop), std::nullopt)) {}

  [[nodiscard]] group_commit::completion done() const {
    return [kept = state_](const std::optional<proto::problem>& failure) {
      if (failure)
        kept->result = std::unexpected(*failure);
      else
        kept->result = proto::result<void>{};
      kept->told.notify_all();
    };
  }

  [[nodiscard]] task<proto::result<void>> result() const {
    const std::shared_ptr<state> kept = state_;
    while (!kept->result) co_await kept->told.wait();
    co_return *kept->result;
  }

 private:
  struct state {
    loop::condition told;
    std::optional<proto::result<void>> result;
  };
  std::shared_ptr<state> state_;
};

}  // namespace chimera::jobs
