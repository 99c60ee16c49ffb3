#include "daemon/service/job_queue.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace chimera::service {

proto::result<void> job_queue::has_room(std::string_view tenant) const {
  const std::string whose(tenant);
  const auto mine = waiting_of_.find(whose);
  const std::size_t of_tenant = mine == waiting_of_.end() ? 0 : mine->second;
  const auto coming = reserved_of_.find(whose);
  const std::size_t coming_of_tenant = coming == reserved_of_.end() ? 0 : coming->second;
  const std::size_t free = limits_.running_max - std::min(limits_.running_max, running_);
  // With this one, those that find no slot.
  const auto beyond_slots = [free](std::size_t some) {
    return some + 1 - std::min(some + 1, free);
  };
  if (waiting_.size() + beyond_slots(reserved_) > limits_.waiting_max)
    return proto::fail("queue.full", "the queue is full",
                       fmt::format("{} jobs wait, which is the bound; the place would be {}; try "
                                   "again when some have ended",
                                   waiting_.size(), waiting_.size() + 1));
  if (of_tenant + beyond_slots(coming_of_tenant) > limits_.waiting_of_tenant_max)
    return proto::fail("queue.full", fmt::format("the queue of '{}' is full", tenant),
                       fmt::format("{} of its jobs wait, which is the bound for one tenant; the "
                                   "place would be {}; try again when some have ended",
                                   of_tenant, waiting_.size() + 1));
  return {};
}

void job_queue::reserve(const std::string& tenant) {
  ++reserved_;
  ++reserved_of_[tenant];
}

void job_queue::release(const std::string& tenant) {
  --reserved_;
  count_down(reserved_of_, tenant);
}

void job_queue::add(entry e) {
  const std::uint64_t order = next_++;
  waiting_.insert({e.priority, order, e.job});
  ++waiting_of_[e.tenant];
  if (!e.conflict_key.empty()) holders_[key_of(e.tenant, e.conflict_key)].insert(order);
  job_of_[order] = e.job;
  std::string job = e.job;
  jobs_.insert_or_assign(std::move(job), known{std::move(e), order, false});
}

std::optional<std::string> job_queue::take() {
  if (running_ >= limits_.running_max) return std::nullopt;
  for (auto next = waiting_.begin(); next != waiting_.end(); ++next) {
    known& found = jobs_.find(next->job)->second;
    const std::string key = found.what.conflict_key.empty()
                                ? std::string()
                                : key_of(found.what.tenant, found.what.conflict_key);
    if (!key.empty() && !running_keys_.insert(key).second) continue;
    found.running = true;
    ++running_;
    ++running_of_[found.what.tenant];
    count_down(waiting_of_, found.what.tenant);
    std::string job = next->job;
    waiting_.erase(next);
    return job;
  }
  return std::nullopt;
}

void job_queue::remove(std::string_view job) {
  const auto found = jobs_.find(job);
  if (found == jobs_.end()) return;
  const known& left = found->second;
  const std::string key = key_of(left.what.tenant, left.what.conflict_key);
  if (left.running) {
    --running_;
    count_down(running_of_, left.what.tenant);
    running_keys_.erase(key);
  } else {
    waiting_.erase({left.what.priority, left.order, left.what.job});
    count_down(waiting_of_, left.what.tenant);
  }
  if (const auto holders = holders_.find(key); holders != holders_.end()) {
    holders->second.erase(left.order);
    if (holders->second.empty()) holders_.erase(holders);
  }
  job_of_.erase(left.order);
  jobs_.erase(found);
}

std::size_t job_queue::position(std::string_view job) const {
  const auto found = jobs_.find(job);
  if (found == jobs_.end() || found->second.running) return 0;
  const place mine{found->second.what.priority, found->second.order, found->second.what.job};
  const auto before = std::distance(waiting_.begin(), waiting_.find(mine));
  return static_cast<std::size_t>(before) + 1;
}

std::optional<std::string> job_queue::holder_of(std::string_view tenant,
                                                std::string_view conflict_key) const {
  const auto holders = holders_.find(key_of(tenant, conflict_key));
  if (holders == holders_.end()) return std::nullopt;
  return job_of_.find(*holders->second.rbegin())->second;
}

std::string job_queue::key_of(std::string_view tenant, std::string_view conflict_key) {
  return fmt::format("{}\n{}", tenant, conflict_key);
}

void job_queue::count_down(std::map<std::string, std::size_t>& of, const std::string& tenant) {
  const auto found = of.find(tenant);
  if (found != of.end() && --found->second == 0) of.erase(found);
}

}  // namespace chimera::service
