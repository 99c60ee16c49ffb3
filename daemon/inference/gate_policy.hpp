// Who may call a backend now and who waits: pure decisions, without time and coroutines.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace chimera::inference {

struct gate_limits {
  std::size_t slots = 0;           ///< calls at a time; 0 = no bound
  std::size_t waiting_max = 1000;  ///< calls that may wait

  bool operator==(const gate_limits&) const = default;
};

/// Higher priority goes first; among equals who came first. A slot that becomes free belongs to the
/// next call at once, so nobody who comes later can take it.
class gate_policy {
 public:
  using ticket = std::uint64_t;
  enum class verdict : std::uint8_t { granted, waiting, full };
  struct answer {
    verdict what = verdict::full;
    ticket id = 0;  ///< not used if full
  };

  explicit gate_policy(gate_limits limits) : limits_(limits) {}

  [[nodiscard]] answer ask(std::int32_t priority);
  /// Gives back a slot, or leaves the queue; an unknown ticket changes nothing. The calls that may
  /// go on now.
  [[nodiscard]] std::vector<ticket> leave(ticket id);
  /// Running calls keep their slots when there are fewer now. The calls that may go on now.
  [[nodiscard]] std::vector<ticket> set_limits(gate_limits limits);

  /// A call took this long: what later estimates follow.
  void learn(double seconds);

  [[nodiscard]] bool is_granted(ticket id) const { return running_.contains(id); }
  /// 1 = the next; 0 = does not wait.
  [[nodiscard]] std::size_t position(ticket id) const;
  /// Seconds until the call at `position` gets a slot; nothing before a call has ended.
  [[nodiscard]] std::optional<double> estimate(std::size_t position) const;
  /// All that wait, the next first.
  [[nodiscard]] std::vector<ticket> in_order() const;

  [[nodiscard]] std::size_t in_use() const { return running_.size(); }
  [[nodiscard]] std::size_t waiting() const { return queue_.size(); }
  [[nodiscard]] const gate_limits& limits() const { return limits_; }

 private:
  struct place {
    std::int64_t order = 0;  ///< the priority, negated: a set gives the least first
    ticket id = 0;           ///< counts up

    auto operator<=>(const place&) const = default;
  };
  [[nodiscard]] bool has_slot() const {
    return limits_.slots == 0 || running_.size() < limits_.slots;
  }
  [[nodiscard]] std::vector<ticket> grant();

  gate_limits limits_;
  ticket last_ = 0;
  std::set<ticket> running_;
  std::set<place> queue_;
  std::map<ticket, place> places_;  ///< of those that wait
  std::optional<double> seconds_;   ///< of a call, recent ones weigh more
};

}  // namespace chimera::inference
