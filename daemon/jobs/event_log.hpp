// The log of every job: append, and follow from any place. All watching is reading here.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "agents/ports/clock.hpp"
#include "daemon/jobs/group_commit.hpp"
#include "daemon/jobs/log_tail.hpp"
#include "daemon/loop/blocking_pool.hpp"
#include "daemon/store/store.hpp"
#include "proto/event.hpp"
#include "proto/problem.hpp"

namespace chimera::jobs {

/// Bounds of the part of a log that is kept in memory while its job runs or is watched.
struct log_limits {
  std::size_t tail_bytes = 1U << 20U;    ///< of one job
  std::size_t page_bytes = 256U << 10U;  ///< one read of the store
  /// Tokens alone are stored together after this time, or when there are `tokens_together` of them.
  std::chrono::milliseconds tokens_wait{200};
  std::size_t tokens_together = 1024;
};

/// Loop thread. What is appended in one turn of the loop is one transaction, together with tokens
/// of turns before. A token is shown at once, another event when it is in the store, a durable one
/// when it is on disk. Store, pool and clock outlive it.
class event_log {
 public:
  using completion = group_commit::completion;

  event_log(store::store& kept, loop::asio::any_io_executor loop, loop::blocking_pool& pool,
            const clock& time, log_limits limits, completion on_trouble);
  event_log(const event_log&) = delete;
  event_log& operator=(const event_log&) = delete;
  /// Stores what waits.
  ~event_log();

  /// A job whose first events are these: refused as a whole if the store cannot take it.
  void begin(store::insert_job job, std::vector<proto::event> events, completion done);
  /// A job of the store that goes on, from its last number. `skipped`: see log_tail.
  void open(const std::string& job, const std::string& epoch, std::uint64_t last_seq,
            std::uint64_t skipped = 0);
  /// Numbers and dates the events and appends them together with `changes`, which may be anything
  /// of this job. `done` (may be empty) is called when all of it is visible.
  void append(const std::string& job, std::vector<proto::event> events,
              std::vector<store::change> changes = {}, completion done = {});
  /// `done` when everything appended so far is on disk.
  void sync(completion done);
  /// Changes that are no event, synced.
  [[nodiscard]] task<proto::result<void>> write(std::vector<store::change> changes);
  /// Nothing more will be appended: the log leaves memory with its last reader.
  void close(const std::string& job);

  [[nodiscard]] bool is_open(const std::string& job) const;
  /// The last visible number and the epoch of an open log.
  [[nodiscard]] std::uint64_t visible(const std::string& job) const;
  [[nodiscard]] std::uint64_t gaps_told() const { return gaps_told_; }
  [[nodiscard]] const group_commit& writer() const { return writer_; }

 private:
  friend class log_reader;
  /// Joins the readers of an open log, or nothing.
  void attach(log_reader& reader);
  void detach(log_reader& reader);
  struct place {
    std::size_t change = 0;  ///< index in turn::changes
    std::size_t job = 0;     ///< index in turn::jobs
  };
  struct turn {
    std::vector<store::change> changes;
    std::vector<std::string> jobs;  ///< whose events become stored
    std::vector<completion> done;
    std::unordered_map<std::string, place> place_of;  ///< of jobs
    std::vector<std::uint64_t> reached;               ///< the last number of jobs[i]
    std::size_t events = 0;
    bool sync = false;
    bool posted = false;  ///< its end is on its way
    bool timed = false;   ///< the timer ends it
  };
  void number(log_tail& tail, std::vector<proto::event>& events);
  [[nodiscard]] turn& this_turn();
  void take_into_turn(const std::string& job, std::vector<proto::event> events);
  void end_turn_soon();
  void end_turn_later();
  void flush();
  void show_soon(log_tail& tail);
  void become_stored(const std::string& job, std::uint64_t seq);
  static void wake(const log_tail& tail);
  [[nodiscard]] log_tail* find(const std::string& job);
  void drop_if_unused(const std::string& job);
  void forget(const std::string& job);

  store::store& store_;
  loop::asio::any_io_executor loop_;
  loop::blocking_pool& pool_;
  const clock& time_;
  log_limits limits_;
  std::unordered_map<std::string, std::unique_ptr<log_tail>> tails_;
  std::shared_ptr<turn> turn_;
  std::shared_ptr<boost::asio::steady_timer> turn_end_;  ///< while tokens wait for more of them
  std::vector<log_tail*> showing_;                       ///< with tokens to show, each once
  std::uint64_t gaps_told_ = 0;
  completion on_trouble_;
  group_commit writer_;
};

}  // namespace chimera::jobs
