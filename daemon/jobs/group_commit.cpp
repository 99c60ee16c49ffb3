#include "daemon/jobs/group_commit.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <memory>
#include <utility>

#include <boost/asio/post.hpp>

namespace chimera::jobs {
namespace {

constexpr std::chrono::milliseconds pause_after_failure{200};

// What another try may mend.
bool is_of_the_disk(const proto::problem& p) {
  return p.code == "store.full" || p.code == "store.read-only" || p.code == "store.io";
}

}  // namespace

group_commit::group_commit(store::store& kept, loop::asio::any_io_executor loop,
                           completion on_trouble)
    : store_(kept),
      loop_(std::move(loop)),
      on_trouble_(std::move(on_trouble)),
      thread_([this] { write_until_stopped(); }) {}

group_commit::~group_commit() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  filled_.notify_one();
  thread_.join();
}

void group_commit::add(std::vector<store::change> changes, bool sync, on_failure policy,
                       completion done) {
  auto alive = boost::asio::prefer(loop_, boost::asio::execution::outstanding_work.tracked);
  bool was_empty = false;
  {
    const std::lock_guard lock(mutex_);
    was_empty = waiting_.empty();
    waiting_.push_back({std::move(changes), sync, policy, std::move(done), std::move(alive)});
  }
  if (was_empty) filled_.notify_one();
}

void group_commit::write_until_stopped() {
  for (;;) {
    entries taken = take();
    if (taken.empty()) return;
    entries rest = write(std::move(taken));
    if (!rest.empty()) put_back(std::move(rest));
  }
}

group_commit::entries group_commit::take() {
  std::unique_lock lock(mutex_);
  filled_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
  return std::exchange(waiting_, {});
}

group_commit::entries group_commit::write(entries taken) {
  const bool sync = std::ranges::any_of(taken, &entry::sync);
  const proto::result<void> written = commit(taken, 0, taken.size());
  if (written) {
    tell_trouble(std::nullopt);
    tell(std::move(taken), std::nullopt, true, sync);
    return {};
  }
  if (is_of_the_disk(written.error())) {
    tell_trouble(written.error());
    const auto refused = std::ranges::stable_partition(
        taken, [](const entry& one) { return one.policy == on_failure::retry; });
    entries back(std::make_move_iterator(refused.begin()), std::make_move_iterator(refused.end()));
    taken.erase(refused.begin(), refused.end());
    tell(std::move(back), written.error(), false, false);
    return taken;
  }
  if (taken.size() == 1) {
    tell(std::move(taken), written.error(), false, false);
    return {};
  }
  // One of them is unsound: each for itself, so that the others stand.
  entries rest;
  for (entry& one : taken) {
    entries alone;
    alone.push_back(std::move(one));
    std::ranges::move(write(std::move(alone)), std::back_inserter(rest));
  }
  return rest;
}

proto::result<void> group_commit::commit(entries& taken, std::size_t from, std::size_t to) {
  store::batch all;
  for (std::size_t i = from; i < to; ++i) {
    all.sync = all.sync || taken[i].sync;
    std::ranges::move(taken[i].changes, std::back_inserter(all.changes));
  }
  proto::result<void> written = store_.commit(all);
  if (written) return written;
  auto change = all.changes.begin();
  for (std::size_t i = from; i < to; ++i)
    for (store::change& one : taken[i].changes) one = std::move(*change++);
  return written;
}

void group_commit::tell(entries ended, std::optional<proto::problem> failure, bool committed,
                        bool synced) {
  if (ended.empty()) return;
  auto shared = std::make_shared<entries>(std::move(ended));
  auto on_loop = [this, shared, failure = std::move(failure), committed, synced] {
    if (committed) ++commits_;
    if (synced) ++syncs_;
    for (entry& one : *shared) one.done(failure);
  };
  boost::asio::post(loop_, std::move(on_loop));
}

void group_commit::tell_trouble(std::optional<proto::problem> failure) {
  if (!failure && !in_trouble_) return;
  in_trouble_ = failure.has_value();
  auto on_loop = [this, failure = std::move(failure)] {
    if (failure) ++failures_;
    on_trouble_(failure);
  };
  boost::asio::post(loop_, std::move(on_loop));
}

void group_commit::put_back(entries rest) {
  std::unique_lock lock(mutex_);
  // Nobody waits for an answer any more: the next start finds the jobs as they were.
  if (stopping_) {
    waiting_.clear();
    return;
  }
  filled_.wait_for(lock, pause_after_failure, [this] { return stopping_; });
  std::ranges::move(waiting_, std::back_inserter(rest));
  waiting_ = std::move(rest);
}

}  // namespace chimera::jobs
