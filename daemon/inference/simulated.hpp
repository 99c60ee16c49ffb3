// A stand-in for a GPU server: speed, waiting times and faults as settings say, words of no
// meaning.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>

#include "agents/ports/clock.hpp"
#include "daemon/config/settings.hpp"
#include "daemon/inference/backend.hpp"

namespace chimera::inference {

/// Deterministic: seed and request decide the text, and with how often the same was asked before,
/// the fault. So a call that failed may succeed when it is made again. The text is words without
/// digits, one a token. Of the options only num_predict has an effect. Lives on the loop thread;
/// gives way to other work before each token.
class simulated final : public backend {
 public:
  /// `time` outlives it.
  simulated(config::simulation how, const clock& time) : how_(how), time_(time) {}

  /// Errors: "backend.unavailable" at once, "backend.empty" instead of the first token,
  /// "backend.cut" after some tokens, "backend.stalled" after some tokens and a long silence.
  [[nodiscard]] task<proto::result<generation>> generate(
      generation_request request, std::function<void(std::string_view)> on_token) override;
  [[nodiscard]] std::string describe() const override;

  enum class fault : std::uint8_t { none, unavailable, empty, cut, stalled };
  struct fate {
    fault what = fault::none;
    std::uint32_t tokens = 0;  ///< of the answer, or before the fault
    std::uint64_t words = 0;   ///< what the text is made from
    bool shortened = false;    ///< by num_predict
  };

 private:
  [[nodiscard]] fate decide(const generation_request& request);
  task<> speak(fate what, std::chrono::nanoseconds start, std::chrono::nanoseconds first,
               std::function<void(std::string_view)> on_token, generation* answer);
  task<> sleep_until(std::chrono::nanoseconds when);

  config::simulation how_;
  const clock& time_;
  std::unordered_map<std::uint64_t, std::uint32_t> asked_;  ///< bounded; requests by hash
};

}  // namespace chimera::inference
