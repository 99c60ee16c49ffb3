#include "daemon/inference/gate_policy.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace chimera::inference {
namespace {

// The weight of the latest call: after ten calls of another length the old ones are nearly gone.
constexpr double newest = 0.2;

}  // namespace

gate_policy::answer gate_policy::ask(std::int32_t priority) {
  if (has_slot()) {
    running_.insert(++last_);
    return {verdict::granted, last_};
  }
  if (queue_.size() >= limits_.waiting_max) return {};
  const place where{-std::int64_t{priority}, ++last_};
  queue_.insert(where);
  places_.emplace(last_, where);
  return {verdict::waiting, last_};
}

std::vector<gate_policy::ticket> gate_policy::leave(ticket id) {
  if (const auto waits = places_.find(id); waits != places_.end()) {
    queue_.erase(waits->second);
    places_.erase(waits);
    return {};
  }
  if (running_.erase(id) == 0) return {};
  return grant();
}

std::vector<gate_policy::ticket> gate_policy::set_limits(gate_limits limits) {
  limits_ = limits;
  return grant();
}

std::vector<gate_policy::ticket> gate_policy::grant() {
  std::vector<ticket> granted;
  while (!queue_.empty() && has_slot()) {
    const ticket next = queue_.begin()->id;
    queue_.erase(queue_.begin());
    places_.erase(next);
    running_.insert(next);
    granted.push_back(next);
  }
  return granted;
}

void gate_policy::learn(double seconds) {
  if (!std::isfinite(seconds) || seconds < 0) return;
  seconds_ = seconds_ ? *seconds_ + newest * (seconds - *seconds_) : seconds;
}

std::size_t gate_policy::position(ticket id) const {
  const auto waits = places_.find(id);
  if (waits == places_.end()) return 0;
  const auto at = queue_.find(waits->second);
  return static_cast<std::size_t>(std::distance(queue_.begin(), at)) + 1;
}

std::optional<double> gate_policy::estimate(std::size_t position) const {
  if (position == 0) return 0.0;
  if (!seconds_) return std::nullopt;
  const std::size_t slots = std::max<std::size_t>(limits_.slots, 1);
  // A slot becomes free every `seconds / slots`, on average.
  return *seconds_ * static_cast<double>(position) / static_cast<double>(slots);
}

std::vector<gate_policy::ticket> gate_policy::in_order() const {
  std::vector<ticket> all;
  all.reserve(queue_.size());
  for (const place& p : queue_) all.push_back(p.id);
  return all;
}

}  // namespace chimera::inference
