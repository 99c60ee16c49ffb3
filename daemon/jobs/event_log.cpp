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

}  // namespace

event_log::event_log(store::store& kept, loop::asio::any_io_executor loop,
                     loop::blocking_pool& pool, const clock& time, log_limits limits,
                     completion on_trouble)
    : store_(kept),
      loop_(loop),
      pool_(pool),
      time_(time),
      limits_(limits),
      on_trouble_(std::move(on_trouble)),
      writer_(kept, std::move(loop), on_trouble_) {}

void event_log::begin(store::insert_job job, std::vector<proto::event> events, completion done) {
  const std::string id = job.job.id;
  open(id, job.job.epoch, 0);
  number(*find(id), events);
  const std::size_t count = events.size();
  std::vector<store::change> changes;
  changes.emplace_back(std::move(job));
  changes.emplace_back(store::append_events{id, std::move(events)});
  auto ended = [this, id, count,
                done = std::move(done)](const std::optional<proto::problem>& failure) {
    if (failure)
      tails_.erase(id);
    else
      become_visible(id, count);
    done(failure);
  };
  writer_.add(std::move(changes), true, group_commit::on_failure::refuse, std::move(ended));
}

void event_log::open(const std::string& job, const std::string& epoch, std::uint64_t last_seq) {
  std::unique_ptr<log_tail>& tail = tails_[job];
  if (!tail) tail = std::make_unique<log_tail>(job, epoch, last_seq, limits_.tail_bytes);
  tail->closed = false;
}

void event_log::append(const std::string& job, std::vector<proto::event> events,
                       std::vector<store::change> changes, completion done) {
  log_tail& tail = *find(job);
  turn& now = this_turn();
  number(tail, events);
  now.sync = now.sync || has_durable(events);
  std::ranges::move(changes, std::back_inserter(now.changes));
  if (done) now.done.push_back(std::move(done));
  if (events.empty()) return;
  const auto [known, is_new] = now.append_of.try_emplace(job, now.changes.size());
  if (is_new) {
    now.jobs.push_back(job);
    now.counts.push_back(events.size());
    now.changes.emplace_back(store::append_events{job, std::move(events)});
    return;
  }
  now.counts[static_cast<std::size_t>(std::ranges::find(now.jobs, job) - now.jobs.begin())] +=
      events.size();
  auto& before = std::get<store::append_events>(now.changes[known->second]).events;
  std::ranges::move(events, std::back_inserter(before));
}

void event_log::sync(completion done) {
  turn& now = this_turn();
  now.sync = true;
  now.done.push_back(std::move(done));
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
  for (log_reader* reader : tail->readers) reader->wake_();
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
  if (!turn_) {
    turn_ = std::make_shared<turn>();
    boost::asio::post(loop_, [this] { flush(); });
  }
  return *turn_;
}

void event_log::flush() {
  const std::shared_ptr<turn> ending = std::exchange(turn_, nullptr);
  auto ended = [this, ending](const std::optional<proto::problem>& failure) {
    if (failure) on_trouble_(failure);
    for (std::size_t i = 0; !failure && i < ending->jobs.size(); ++i)
      become_visible(ending->jobs[i], ending->counts[i]);
    for (const completion& done : ending->done) done(failure);
  };
  writer_.add(std::move(ending->changes), ending->sync, group_commit::on_failure::retry,
              std::move(ended));
}

void event_log::become_visible(const std::string& job, std::size_t count) {
  log_tail* tail = find(job);
  if (tail == nullptr) return;
  tail->become_visible(count);
  for (log_reader* reader : tail->readers) reader->wake_();
  drop_if_unused(job);
}

log_tail* event_log::find(const std::string& job) {
  const auto found = tails_.find(job);
  return found == tails_.end() ? nullptr : found->second.get();
}

void event_log::drop_if_unused(const std::string& job) {
  const auto found = tails_.find(job);
  if (found == tails_.end()) return;
  const log_tail& tail = *found->second;
  if (tail.closed && tail.readers.empty() && tail.waiting() == 0) tails_.erase(found);
}

}  // namespace chimera::jobs
