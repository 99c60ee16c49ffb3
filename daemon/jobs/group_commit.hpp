// One thread that writes: takes everything that gathered, one transaction, one sync, then says so.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "daemon/loop/asio.hpp"
#include "daemon/store/store.hpp"
#include "proto/problem.hpp"

namespace chimera::jobs {

/// add() on the loop thread; `done` and `on_trouble` are called there too, in the order of the
/// calls. The store outlives it, and the loop's context both. The destructor writes what was added.
class group_commit {
 public:
  using completion = std::function<void(const std::optional<proto::problem>&)>;

  /// `on_trouble` hears of a store that cannot be written, and (nothing) when it can again.
  group_commit(store::store& kept, loop::asio::any_io_executor loop, completion on_trouble);
  group_commit(const group_commit&) = delete;
  group_commit& operator=(const group_commit&) = delete;
  ~group_commit();

  enum class on_failure : std::uint8_t {
    retry,  ///< kept, in order, and tried again until the store can be written
    refuse  ///< given back at once with the problem
  };
  /// All changes of one call are in one transaction. `sync`: on disk before `done`. A disk that is
  /// full or fails holds everything back; a change that the store refuses as unsound fails its call
  /// alone.
  void add(std::vector<store::change> changes, bool sync, on_failure policy, completion done);

  [[nodiscard]] std::uint64_t commits() const { return commits_; }
  [[nodiscard]] std::uint64_t syncs() const { return syncs_; }
  [[nodiscard]] std::uint64_t failures() const { return failures_; }

 private:
  struct entry {
    std::vector<store::change> changes;
    bool sync = false;
    on_failure policy = on_failure::retry;
    completion done;
    loop::asio::any_io_executor alive;  ///< keeps the loop running until `done` was called
  };
  using entries = std::vector<entry>;

  void write_until_stopped();
  [[nodiscard]] entries take();
  /// What must be tried again.
  [[nodiscard]] entries write(entries taken);
  [[nodiscard]] proto::result<void> commit(entries& taken, std::size_t from, std::size_t to);
  void tell(entries ended, std::optional<proto::problem> failure, bool committed, bool synced);
  void tell_trouble(std::optional<proto::problem> failure);
  /// Keeps what failed before what came since, and lets some time pass.
  void put_back(entries rest);

  store::store& store_;
  loop::asio::any_io_executor loop_;
  completion on_trouble_;
  std::uint64_t commits_ = 0;   ///< loop thread
  std::uint64_t syncs_ = 0;     ///< loop thread
  std::uint64_t failures_ = 0;  ///< loop thread
  bool in_trouble_ = false;     ///< writing thread
  std::mutex mutex_;
  std::condition_variable filled_;
  entries waiting_;        ///< under mutex_
  bool stopping_ = false;  ///< under mutex_
  std::jthread thread_;
};

}  // namespace chimera::jobs
