// A backend that answers what was answered before: the same step gets the same words.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "agents/ports/text_generator.hpp"

namespace chimera::inference {

/// Used on the loop thread. `answers` (by step) and `name` are the recorded ones.
class replayer final : public text_generator {
 public:
  replayer(std::map<std::string, generation> answers, std::string name)
      : answers_(std::move(answers)), name_(std::move(name)) {}

  /// An error ("replay.missing") for a step that was not recorded: the artifacts now ask for
  /// something else.
  task<proto::result<generation>> generate(generation_request request,
                                           std::function<void(std::string_view)> on_token) override;
  [[nodiscard]] std::string describe() const override { return name_; }

 private:
  std::map<std::string, generation> answers_;
  std::string name_;
};

}  // namespace chimera::inference
