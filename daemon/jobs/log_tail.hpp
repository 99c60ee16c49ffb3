// The end of one job's log, in memory: what its readers are shown while the job runs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "proto/event.hpp"

namespace chimera::jobs {

using shared_text = std::shared_ptr<const std::string>;

/// Tokens of one job that may be shown before they are in the store, at most.
inline constexpr std::uint64_t tokens_ahead_max = 4096;

/// An event that may be shown: it is in the store, or a token that soon will be.
struct log_entry {
  proto::event event;
  shared_text json;  ///< proto::to_json of it, shared by all readers
};

class log_reader;

/// Pure: no clock, no store. Loop thread. What waits becomes visible in order: a token when all
/// before it is visible, any other event when it is stored.
class log_tail {
 public:
  /// `skipped` numbers after `last_seq` may have been shown and are not stored: the first event
  /// stands for them too.
  log_tail(std::string job, std::string epoch, std::uint64_t last_seq, std::uint64_t skipped,
           std::size_t bytes_max)
      : job_(std::move(job)),
        epoch_(std::move(epoch)),
        bytes_max_(bytes_max),
        visible_(last_seq),
        stored_(last_seq),
        last_(last_seq),
        skipped_(skipped) {}

  /// Gives the next number to `e` and keeps it until it becomes visible.
  void add(proto::event& e);
  /// Tokens that wait for nothing else become visible; true if there were any.
  bool show_tokens();
  /// All up to this number is in the store, and visible.
  void become_stored(std::uint64_t seq);

  /// The visible event of this number, which the tail holds.
  [[nodiscard]] const proto::event& at(std::uint64_t seq) const;
  /// The line of one event, or of token events merged up to `to`: made once, shared.
  [[nodiscard]] shared_text json(std::uint64_t from, std::uint64_t to, const proto::event& merged);

  [[nodiscard]] std::uint64_t first() const { return visible_ + 1 - entries_.size(); }
  [[nodiscard]] std::uint64_t visible() const { return visible_; }
  /// The newest visible event that is no token; 0 if there was none.
  [[nodiscard]] std::uint64_t last_lasting() const { return last_lasting_; }
  [[nodiscard]] std::uint64_t last() const { return last_; }
  [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }
  /// True if all of it is visible and stored.
  [[nodiscard]] bool settled() const { return waiting_.empty() && stored_ == last_; }
  [[nodiscard]] const std::string& job() const { return job_; }
  [[nodiscard]] const std::string& epoch() const { return epoch_; }

  std::vector<log_reader*> readers;
  bool closed = false;

 private:
  void show_next();
  void drop_oldest();
  struct merged_line {
    std::uint64_t from = 0;
    std::uint64_t to = 0;
    shared_text json;
  };
  std::string job_;
  std::string epoch_;
  std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  std::uint64_t visible_;
  std::uint64_t stored_;
  std::uint64_t last_lasting_ = 0;
  std::uint64_t last_;
  std::uint64_t skipped_;
  std::deque<proto::event> waiting_;
  std::deque<log_entry> entries_;
  std::deque<merged_line> merged_;  ///< the last few: readers of one pace share them
};

}  // namespace chimera::jobs
