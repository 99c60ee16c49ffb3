// A backend with a bounded number of calls at a time and a bounded queue before it.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/steady_timer.hpp>

#include "agents/ports/clock.hpp"
#include "daemon/inference/backend.hpp"
#include "daemon/inference/gate_policy.hpp"
#include "daemon/loop/asio.hpp"

namespace chimera::inference {

/// A call that waits for a slot, or has just got one.
struct waiting_call {
  std::string job;
  std::string step;
  std::int32_t priority = 0;
  std::size_t position = 0;  ///< 1 = next; 0 = it goes on now
  std::optional<double> eta_seconds;
  std::chrono::nanoseconds waited{0};
};

/// Lives on the loop thread and outlives its calls. However a call ends (with an answer, an error,
/// an exception, cancelled, its coroutine destroyed), its slot goes to the next one, or its place
/// in the queue is gone: calls under way and slots in use are always the same number.
class gate final : public text_generator {
 public:
  /// `time` outlives the gate. Limits without slots become those that the backend shows when it is
  /// looked at, before the first call. `model` is of requests that name none; "" = leave it open.
  gate(std::unique_ptr<backend> inner, gate_limits limits, const clock& time,
       std::string model = {});

  /// Waits for a slot, then calls the backend. Errors: those of the backend; "backend.queue-full".
  [[nodiscard]] task<proto::result<generation>> generate(
      generation_request request, std::function<void(std::string_view)> on_token) override;
  /// As the backend; take no slot.
  [[nodiscard]] task<proto::result<model_limits>> limits(generation_request about) override;
  [[nodiscard]] task<proto::result<std::uint64_t>> count_tokens(
      generation_request request) override;
  /// Looks at the backend and keeps what it shows of its slots.
  [[nodiscard]] task<proto::result<backend_view>> look();
  [[nodiscard]] std::string describe() const override { return inner_->describe(); }

  /// Told when a call begins to wait, when it goes on, and at most every `moves_apart` where all
  /// others stand now. Called on the loop thread; must not call the gate.
  static constexpr std::chrono::milliseconds moves_apart{250};
  void observe(std::function<void(const waiting_call&)> observer) {
    observer_ = std::move(observer);
  }

  void set_limits(gate_limits limits);
  [[nodiscard]] const gate_limits& bounds() const { return policy_.limits(); }
  [[nodiscard]] std::size_t in_flight() const { return policy_.in_use(); }
  [[nodiscard]] std::size_t waiting() const { return policy_.waiting(); }
  /// All that wait, the next first.
  [[nodiscard]] std::vector<waiting_call> queue() const;
  /// False while the last call that ended could not reach the backend.
  [[nodiscard]] bool available() const { return available_; }

 private:
  struct waiter {
    loop::asio::steady_timer granted;  ///< never expires; cancelled when the slot is there
    std::string job;
    std::string step;
    std::int32_t priority = 0;
    std::chrono::nanoseconds since{0};
  };
  class pass;
  task<> wait(gate_policy::ticket id, waiter self);
  void release(gate_policy::ticket id);
  void let_in(const std::vector<gate_policy::ticket>& granted);
  void tell_moves();
  [[nodiscard]] waiting_call view(const waiter& w, std::size_t position) const;

  std::unique_ptr<backend> inner_;
  gate_policy policy_;
  const clock& time_;
  std::string model_;
  std::function<void(const waiting_call&)> observer_;
  std::map<gate_policy::ticket, waiter*> waiters_;  ///< each lives in its coroutine
  std::optional<std::chrono::nanoseconds> moves_told_;
  bool available_ = true;
  bool looked_ = false;
  std::size_t shown_slots_ = 0;
};

}  // namespace chimera::inference
