// One recorded text as the answer of a model: through the role that it fits, into a whole report.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agents/evidence/facts/dataset.hpp"
#include "agents/report/outline.hpp"

namespace chimera::play {

struct outcome {
  std::uint64_t numbers = 0;    ///< in the text, those that claim nothing aside
  std::uint64_t proven = 0;     ///< printed from facts where the model repairs nothing
  std::uint64_t repaired = 0;   ///< more of them where it repairs what a prompt names with its fact
  std::uint64_t struck = 0;     ///< numbers in struck sentences, after that
  std::uint64_t sentences = 0;  ///< struck
  std::vector<std::string>
      faults;  ///< what must not be: a number left, a strike that is not listed

  outcome& operator+=(const outcome& other);
};

struct tree {
  const evidence::dataset& data;
  const report::outline& plan;
};

/// `role`: collector, analyst or reporter.
[[nodiscard]] outcome play(const tree& over, const std::string& role, const std::string& text);

}  // namespace chimera::play
