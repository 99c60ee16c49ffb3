// One thread that writes: takes everything that gathered, one transaction, one sync, then says so.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/executor_work_guard.hpp>

#include "daemon/loop/asio.hpp"
#include "daemon/store/store.hpp"
#include "proto/problem.hpp"

namespace chimera::jobs {

/// add() on the loop thread; `done` is called there too, in the order of the calls. The store
/// outlives it. The destructor writes what was added and waits.
class group_commit {
 public:
  using completion = std::function<void(const std::optional<proto::problem>&)>;

  group_commit(store::store& kept, loop::asio::any_io_executor loop);
  group_commit(const group_commit&) = delete;
  group_commit& operator=(const group_commit&) = delete;
  ~group_commit();

  /// All changes of one call are in one transaction. `sync`: on disk before `done`. After a failure
  /// every later call fails with the same problem until it was told to all that waited: order is
  /// never broken by a hole.
  void add(std::vector<store::change> changes, bool sync, completion done);

  [[nodiscard]] std::uint64_t commits() const { return commits_; }
  [[nodiscard]] std::uint64_t syncs() const { return syncs_; }

 private:
  struct entry {
    std::vector<store::change> changes;
    bool sync = false;
    completion done;
  };
  void write_until_stopped();
  void finish(std::vector<entry> written, const std::optional<proto::problem>& failure);

  store::store& store_;
  loop::asio::any_io_executor loop_;
  std::uint64_t commits_ = 0;  ///< loop thread
  std::uint64_t syncs_ = 0;    ///< loop thread
  std::mutex mutex_;
  std::condition_variable filled_;
  std::vector<entry> waiting_;  ///< under mutex_
  bool stopping_ = false;       ///< under mutex_
  std::thread thread_;
};

}  // namespace chimera::jobs
