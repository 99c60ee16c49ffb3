// Which job runs next: a pure core without clock, threads or I/O.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "proto/problem.hpp"

namespace chimera::service {

struct queue_limits {
  std::size_t running_max = 64;
  std::size_t waiting_max = 10'000;
  std::size_t waiting_of_tenant_max = 1'000;
};

/// Higher priority first, then first come; jobs of one conflict key one at a time. A job is in here
/// from its admission to its end.
class job_queue {
 public:
  explicit job_queue(queue_limits limits) : limits_(limits) {}

  struct entry {
    std::string job;
    std::string tenant;
    std::int32_t priority = 0;
    std::string conflict_key;  ///< "" = none
  };

  /// What waits or runs beyond them goes on doing so.
  void set_limits(queue_limits limits) { limits_ = limits; }
  /// Room for one more of this tenant, or what is full ("queue.full"). Jobs that can run at once,
  /// as far as there are slots, need no place; those on their way in are counted as if they waited.
  [[nodiscard]] proto::result<void> has_room(std::string_view tenant) const;
  /// A job of this tenant is being stored, until `release`: then it is added, or was refused.
  void reserve(const std::string& tenant);
  void release(const std::string& tenant);
  void add(entry e);
  /// The next job that may run; it counts as running from now on.
  [[nodiscard]] std::optional<std::string> take();
  /// A running or waiting job leaves.
  void remove(std::string_view job);

  /// 1 = next; 0 = it does not wait. O(position).
  [[nodiscard]] std::size_t position(std::string_view job) const;
  /// A job of this tenant and conflict key that has not ended: the last one admitted.
  [[nodiscard]] std::optional<std::string> holder_of(std::string_view tenant,
                                                     std::string_view conflict_key) const;
  [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }
  [[nodiscard]] std::size_t running() const { return running_; }
  [[nodiscard]] const queue_limits& limits() const { return limits_; }
  [[nodiscard]] const std::map<std::string, std::size_t>& waiting_of() const { return waiting_of_; }
  [[nodiscard]] const std::map<std::string, std::size_t>& running_of() const { return running_of_; }

 private:
  struct place {
    std::int32_t priority = 0;
    std::uint64_t order = 0;
    std::string job;
    bool operator<(const place& other) const {
      if (priority != other.priority) return priority > other.priority;
      return order < other.order;
    }
  };
  struct known {
    entry what;
    std::uint64_t order = 0;
    bool running = false;
  };
  [[nodiscard]] static std::string key_of(std::string_view tenant, std::string_view conflict_key);
  static void count_down(std::map<std::string, std::size_t>& of, const std::string& tenant);

  queue_limits limits_;
  std::uint64_t next_ = 0;
  std::size_t running_ = 0;
  std::size_t reserved_ = 0;
  std::set<place> waiting_;
  std::map<std::string, known, std::less<>> jobs_;
  std::set<std::string> running_keys_;
  std::map<std::string, std::set<std::uint64_t>> holders_;  ///< key -> orders of its jobs
  std::map<std::uint64_t, std::string> job_of_;             ///< order -> job
  std::map<std::string, std::size_t> reserved_of_;
  std::map<std::string, std::size_t> waiting_of_;
  std::map<std::string, std::size_t> running_of_;
};

}  // namespace chimera::service
