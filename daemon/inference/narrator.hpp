// The built-in narrator: answers the prompts of the roles without a model, from the findings in
// them alone. What it writes is the floor that every model is compared with.
#pragma once

#include "agents/ports/clock.hpp"
#include "daemon/inference/backend.hpp"

namespace chimera::inference {

/// Deterministic: the same prompt gives the same text. Lives on the loop thread; gives way to other
/// work every few words, where it can be cancelled. Usage counts words as tokens; durations are
/// wall time. Options and model of a request have no effect on it.
class narrator final : public backend {
 public:
  /// `time` outlives the narrator.
  explicit narrator(const clock& time) : time_(time) {}

  /// Error "narrator.prompt" for a prompt that names no task.
  [[nodiscard]] task<proto::result<generation>> generate(
      generation_request request, std::function<void(std::string_view)> on_token) override;
  [[nodiscard]] std::string describe() const override { return "narrator (built in)"; }

 private:
  const clock& time_;
};

}  // namespace chimera::inference
