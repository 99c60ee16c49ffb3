// A backend that answers what was answered before: the same step gets the same words.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "agents/ports/text_generator.hpp"

namespace chimera::inference {

/// What held for a call, and how long its prompt was made for that.
struct recorded_limits {
  model_limits limits;
  std::uint64_t prompt_bytes = 0;
  bool brief = false;  ///< the prompt was a brief one (roles::material)
};

/// Used on the loop thread. `answers`, `limits` (both by step) and `name` are the recorded ones.
///
/// A prompt that was made to fit comes out as it was: the one that was sent fits and no longer one
/// does. A repair or a revision that was not made then has no room now either.
class replayer final : public text_generator {
 public:
  replayer(std::map<std::string, generation> answers, std::string name,
           std::map<std::string, recorded_limits> limits = {})
      : answers_(std::move(answers)), limits_(std::move(limits)), name_(std::move(name)) {}

  /// An error ("replay.missing") for a step that was not recorded: the artifacts now ask for
  /// something else.
  task<proto::result<generation>> generate(generation_request request,
                                           std::function<void(std::string_view)> on_token) override;
  task<proto::result<model_limits>> limits(generation_request about) override;
  task<proto::result<std::uint64_t>> count_tokens(generation_request request) override;
  [[nodiscard]] std::string describe() const override { return name_; }

 private:
  std::map<std::string, generation> answers_;
  std::map<std::string, recorded_limits> limits_;
  std::string name_;
};

}  // namespace chimera::inference
