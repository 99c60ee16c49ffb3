#include "daemon/jobs/event_log.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <boost/asio/post.hpp>

#include "daemon/jobs/commit_wait.hpp"
#include "daemon/jobs/log_reader.hpp"

namespace chimera::jobs {
namespace {

std::int64_t unix_ms(const clock& time) {
  const auto since = time.today().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
}

bool has_durable(const std::vector<proto::event>& events) {
  return std::ranges::any_of(events,
                             [](const proto::event& e) { return proto::is_durable(e.type); });
}

bool only_tokens(const std::vector<proto::event>& events) {
  return std::ranges::all_of(
      events, [](const proto::event& e) { return e.type == proto::event_type::token_delta; });
}

}  // namespace

event_log::event_log(store::store& kept, loop::asio::any_io_executor loop,
                     loop::blocking_pool& pool, const clock& time, log_limits limits,
                     completion on_trouble)
    : store_(kept),
      loop_(loop),
      pool_(pool),
      time_(time),
      limits_(limits),
      turn_end_(std::make_shared<boost::asio::steady_timer>(loop)),
      on_trouble_(std::move(on_trouble)),
      writer_(kept, std::move(loop), on_trouble_) {}

event_log::~event_log() {
  if (turn_) flush();
}

void event_log::begin(store::insert_job job, std::vector<proto::event> events, completion done) {
  const std::string id = job.job.id;
  open(id, job.job.epoch, 0);
  number(*find(id), events);
  const std::uint64_t last = find(id)->last();
  std::vector<store::change> changes;
  changes.emplace_back(std::move(job));
  changes.emplace_back(store::append_events{id, std::move(events)});
  auto ended = [this, id, last,
                done = std::move(done)](const std::optional<proto::problem>& failure) {
    if (failure)
      forget(id);
    else
      become_stored(id, last);
    done(failure);
  };
  writer_.add(std::move(changes), true, group_commit::on_failure::refuse, std::move(ended));
}

void event_log::open(const std::string& job, const std::string& epoch, std::uint64_t last_seq,
                     std::uint64_t skipped) {
  std::unique_ptr<log_tail>& tail = tails_[job];
  if (!tail) tail = std::make_unique<log_tail>(job, epoch, last_seq, skipped, limits_.tail_bytes);
  tail->closed = false;
}

void event_log::append(const std::string& job, std::vector<proto::event> events,
                       std::vector<store::change> changes, completion done) {
  log_tail& tail = *find(job);
  turn& now = this_turn();
  number(tail, events);
  const bool may_wait = only_tokens(events) && !events.empty() && changes.empty() && !done;
  now.sync = now.sync || has_durable(events);
  now.events += events.size();
  std::ranges::move(changes, std::back_inserter(now.changes));
  if (done) now.done.push_back(std::move(done));
  if (!events.empty()) take_into_turn(job, std::move(events));
  if (!may_wait || now.events >= limits_.tokens_together)
    end_turn_soon();
  else
    end_turn_later();
  if (may_wait) show_soon(tail);
}

void event_log::take_into_turn(const std::string& job, std::vector<proto::event> events) {
  turn& now = *turn_;
  const auto [known, is_new] = now.place_of.try_emplace(job, now.changes.size(), now.jobs.size());
  if (is_new) {
    now.jobs.push_back(job);
    now.reached.push_back(events.back().seq);
    now.changes.emplace_back(store::append_events{job, std::move(events)});
    return;
  }
  now.reached[known->second.job] = events.back().seq;
  auto& before = std::get<store::append_events>(now.changes[known->second.change]).events;
  std::ranges::move(events, std::back_inserter(before));
}

void event_log::sync(completion done) {
  turn& now = this_turn();
  now.sync = true;
  now.done.push_back(std::move(done));
  end_turn_soon();
}

task<proto::result<void>> event_log::write(std::vector<store::change> changes) {
  const commit_wait stored(loop_);
  writer_.add(std::move(changes), true, group_commit::on_failure::refuse, stored.done());
  co_return co_await stored.result();
}

void event_log::close(const std::string& job) {
  log_tail* tail = find(job);
  if (tail == nullptr) return;
  tail->closed = true;
  wake(*tail);
  drop_if_unused(job);
}

bool event_log::is_open(const std::string& job) const { return tails_.contains(job); }

std::uint64_t event_log::visible(const std::string& job) const {
  const auto found = tails_.find(job);
  return found == tails_.end() ? 0 : found->second->visible();
}

void event_log::attach(log_reader& reader) {
  reader.tail_ = find(reader.where_.job);
  if (reader.tail_ != nullptr) reader.tail_->readers.push_back(&reader);
}

void event_log::detach(log_reader& reader) {
  if (reader.tail_ == nullptr) return;
  std::erase(reader.tail_->readers, &reader);
  drop_if_unused(reader.where_.job);
}

void event_log::number(log_tail& tail, std::vector<proto::event>& events) {
  const std::int64_t now_ms = unix_ms(time_);
  for (proto::event& e : events) {
    e.time_ms = now_ms;
    tail.add(e);
  }
}

event_log::turn& event_log::this_turn() {
  if (!turn_) turn_ = std::make_shared<turn>();
  return *turn_;
}

void event_log::end_turn_soon() {
  if (std::exchange(turn_->posted, true)) return;
  boost::asio::post(loop_, [this] { flush(); });
}

// The timer ends with the log: a handler that is already on its way then finds none.
void event_log::end_turn_later() {
  if (turn_->posted || std::exchange(turn_->timed, true)) return;
  turn_end_->expires_after(limits_.tokens_wait);
  auto on_time = [this, kept = std::weak_ptr(turn_end_),
                  waits = std::weak_ptr(turn_)](const boost::system::error_code& stopped) {
    if (!stopped && !kept.expired() && turn_ && waits.lock() == turn_) end_turn_soon();
  };
  turn_end_->async_wait(std::move(on_time));
}

void event_log::flush() {
  const std::shared_ptr<turn> ending = std::exchange(turn_, nullptr);
  if (ending->timed) turn_end_->cancel();
  auto ended = [this, ending](const std::optional<proto::problem>& failure) {
    if (failure) on_trouble_(failure);
    for (std::size_t i = 0; !failure && i < ending->jobs.size(); ++i)
      become_stored(ending->jobs[i], ending->reached[i]);
    for (const completion& done : ending->done) done(failure);
  };
  writer_.add(std::move(ending->changes), ending->sync, group_commit::on_failure::retry,
              std::move(ended));
}

void event_log::show_soon(log_tail& tail) {
  if (std::ranges::find(showing_, &tail) != showing_.end()) return;
  showing_.push_back(&tail);
  if (showing_.size() > 1) return;
  boost::asio::post(loop_, [this] {
    for (log_tail* shown : std::exchange(showing_, {}))
      if (shown->show_tokens()) wake(*shown);
  });
}

void event_log::become_stored(const std::string& job, std::uint64_t seq) {
  log_tail* tail = find(job);
  if (tail == nullptr) return;
  const std::uint64_t before = tail->visible();
  tail->become_stored(seq);
  if (tail->visible() != before || tail->closed) wake(*tail);
  drop_if_unused(job);
}

void event_log::wake(const log_tail& tail) {
  for (log_reader* reader : tail.readers) reader->wake_();
}

log_tail* event_log::find(const std::string& job) {
  const auto found = tails_.find(job);
  return found == tails_.end() ? nullptr : found->second.get();
}

void event_log::drop_if_unused(const std::string& job) {
  const auto found = tails_.find(job);
  if (found == tails_.end()) return;
  const log_tail& tail = *found->second;
  if (tail.closed && tail.readers.empty() && tail.settled()) forget(job);
}

void event_log::forget(const std::string& job) {
  std::erase(showing_, find(job));
  tails_.erase(job);
}

}  // namespace chimera::jobs
