// The log of every job: append, and follow from any place. All watching is reading here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "agents/ports/clock.hpp"
#include "daemon/jobs/group_commit.hpp"
#include "daemon/loop/blocking_pool.hpp"
#include "daemon/store/store.hpp"
#include "proto/event.hpp"
#include "proto/problem.hpp"

namespace chimera::jobs {

using shared_text = std::shared_ptr<const std::string>;

/// An event that may be shown: it is in the store.
struct log_entry {
  proto::event event;
  shared_text json;  ///< proto::to_json of it, made when first asked for, shared by all readers
};

/// Bounds of the part of a log that is kept in memory while its job runs or is watched.
struct log_limits {
  std::size_t tail_bytes = 1U << 20U;    ///< of one job
  std::size_t page_bytes = 256U << 10U;  ///< one read of the store
};

class event_log;

/// Which events a reader wants. Empty lists want all.
struct event_filter {
  std::vector<proto::channel> channels;
  std::vector<std::string> steps;  ///< "analyse" also means "analyse/..."; "" = events of the job
  std::vector<std::string> types;
  [[nodiscard]] bool wants(const proto::event& e) const;
};

/// Tokens that a live reader was too slow for; the history still has them.
struct log_gap {
  std::uint64_t from_seq = 0;
  std::uint64_t to_seq = 0;
};

struct reading {
  std::vector<log_entry> entries;  ///< in order; token events merged where they follow each other
  std::vector<log_gap> gaps;       ///< each lies before the entry after it
  std::uint64_t reached = 0;       ///< everything up to here was given, filtered or told as a gap
  bool ended = false;              ///< the job has ended and everything was given
};

/// One reader's place in one log: history first, then what comes, without a seam. Lives on the loop
/// thread; never holds up the job or another reader. The log outlives it.
class log_reader {
 public:
  struct place {
    std::string job;
    std::uint64_t after = 0;  ///< the last number that the reader has
    event_filter filter;
    bool follow_end = true;  ///< false: history up to now only
  };
  /// `wake` is called (never from within next) when there is something new.
  log_reader(event_log& log, place where, std::function<void()> wake);
  log_reader(const log_reader&) = delete;
  log_reader& operator=(const log_reader&) = delete;
  ~log_reader();

  /// What is there now, about `bytes_max` of it; nothing if nothing is new. May suspend to read the
  /// store. One call at a time. A reader that keeps up gets every event. One that falls behind what
  /// memory holds gets everything but tokens, and the gaps.
  [[nodiscard]] task<proto::result<reading>> next(std::size_t bytes_max);
  /// True if next() would give something.
  [[nodiscard]] bool pending() const;
  [[nodiscard]] std::uint64_t reached() const { return reached_; }

 private:
  friend class event_log;
  event_log& log_;
  place where_;
  std::function<void()> wake_;
  std::uint64_t reached_ = 0;
  bool live_ = false;  ///< has caught up with memory once
  bool ended_ = false;
};

}  // namespace chimera::jobs
