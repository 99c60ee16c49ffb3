// One attempt of a step: its calls to the backend, told to the journal and charged to the budgets,
// and its deadline. Ends when the last of both has ended.
#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <string_view>

#include "agents/ports/clock.hpp"
#include "agents/ports/text_generator.hpp"
#include "agents/roles/role.hpp"
#include "daemon/jobs/plan.hpp"
#include "daemon/jobs/step_events.hpp"
#include "daemon/loop/scope.hpp"

namespace chimera::jobs {

/// Lives in the frame of the step's coroutine, on the loop thread; everything referred to outlives
/// it.
class step_attempt final : public text_generator {
 public:
  struct surroundings {
    plan& decides;
    step_events& told;
    text_generator& backend;
    const clock& time;
    std::int64_t began_ns;  ///< of the run, on that clock
    std::string job;        ///< for the backend's gate
    std::int32_t priority = 0;
  };
  step_attempt(surroundings around, std::size_t node, attempt_id id,
               loop::asio::any_io_executor executor)
      : around_(around), node_(node), id_(std::move(id)), parts_(std::move(executor)) {}

  /// Runs the role. Cancelling cancels and joins its calls and its timer, then throws
  /// operation_aborted.
  [[nodiscard]] task<proto::result<roles::role_output>> run(proto::persona who,
                                                            roles::role_input input);
  [[nodiscard]] bool sent_tokens() const { return tokens_sent_ > 0; }

  task<proto::result<generation>> generate(generation_request request,
                                           std::function<void(std::string_view)> on_token) override;
  task<proto::result<model_limits>> limits(generation_request about) override {
    return around_.backend.limits(std::move(about));
  }
  task<proto::result<std::uint64_t>> count_tokens(generation_request request) override {
    return around_.backend.count_tokens(std::move(request));
  }
  [[nodiscard]] std::string describe() const override { return around_.backend.describe(); }

 private:
  [[nodiscard]] task<> write(proto::persona who, roles::role_input input);
  [[nodiscard]] task<> watch_deadline(plan::deadline limit);
  void charge(std::uint64_t tokens);
  void stop(proto::problem why);

  surroundings around_;
  std::size_t node_;
  attempt_id id_;
  std::uint64_t tokens_sent_ = 0;
  std::optional<proto::problem> stopped_;  ///< by a deadline or a budget
  std::optional<proto::result<roles::role_output>> output_;
  std::exception_ptr error_;
  loop::scope parts_;
};

}  // namespace chimera::jobs
