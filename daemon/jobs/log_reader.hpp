// One reader's place in one log: history first, then what comes, without a seam.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "agents/ports/task.hpp"
#include "daemon/jobs/event_log.hpp"
#include "proto/event.hpp"
#include "proto/problem.hpp"

namespace chimera::jobs {

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
  /// In order; each lies before the entries of larger numbers. Between two of them there is an
  /// entry.
  std::vector<log_gap> gaps;
  std::uint64_t reached = 0;  ///< everything up to here was given, filtered or told as a gap
  bool ended = false;         ///< the job has ended and everything was given
};

/// Lives on the loop thread; never holds up the job or another reader. The log outlives it.
class log_reader {
 public:
  struct place {
    std::string job;
    std::string epoch;
    std::uint64_t after = 0;  ///< the last number that the reader has
    event_filter filter;
    bool merge_tokens = true;
  };
  /// `wake` is called (never from within next) when there may be something new.
  log_reader(event_log& log, place where, std::function<void()> wake);
  log_reader(const log_reader&) = delete;
  log_reader& operator=(const log_reader&) = delete;
  ~log_reader();

  /// What is there now, about `bytes_max` of it; nothing if nothing is new. May suspend to read the
  /// store. One call at a time. A reader that keeps up gets every event. One that falls behind what
  /// memory holds gets everything but tokens, and the gaps.
  [[nodiscard]] task<proto::result<reading>> next(std::size_t bytes_max);
  /// True if next() may give something.
  [[nodiscard]] bool pending() const;
  /// True if what is pending are tokens alone: they may wait for more of them.
  [[nodiscard]] bool only_tokens() const;
  [[nodiscard]] std::uint64_t reached() const { return held_ ? held_->from_seq - 1 : reached_; }

 private:
  friend class event_log;
  void read_memory(log_tail& tail, std::size_t bytes_max, reading& out);
  /// `out` is in the frame of next().
  [[nodiscard]] task<proto::result<void>> read_store(std::size_t bytes_max, reading* out);
  void take_page(std::vector<proto::event> page, std::size_t bytes_max, reading& out);
  static void take_gap(const proto::event& e, reading& out);
  void hold_last_gap(reading& out);

  event_log& log_;
  place where_;
  std::function<void()> wake_;
  log_tail* tail_ = nullptr;  ///< while the log is open; cleared by it
  std::uint64_t reached_ = 0;
  std::optional<log_gap> held_;  ///< the end of the last reading: the next may prolong it
  bool caught_up_ = false;       ///< has been at the end of what memory holds
  bool ended_ = false;
};

}  // namespace chimera::jobs
