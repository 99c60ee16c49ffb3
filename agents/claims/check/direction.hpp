// Words that say which of two is better, larger, or beyond doubt.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "agents/claims/check/scope.hpp"

namespace chimera::claims {

/// What kind of statement a word makes.
enum class stance : std::uint8_t {
  better,       ///< "faster", "outperforms": the first is better
  worse,        ///< "slower"
  larger,       ///< "higher", "more", "increase"
  smaller,      ///< "lower", "less", "reduction"
  best,         ///< "fastest", "best", "top": better than all others
  worst,        ///< "slowest", "worst"
  largest,      ///< "highest", "largest"
  smallest,     ///< "lowest", "smallest"
  significant,  ///< "significant", "significantly"
  always,       ///< "consistently", "always", "in every case"
  stable,       ///< "stable", "consistent"
  similar,      ///< "similar", "comparable", "negligible"
  causal        ///< "because", "due to", "causes"
};

struct stance_word {
  stance what = stance::better;
  bool negated = false;  ///< "not faster", "no significant"
  std::size_t start = 0;
  std::size_t end = 0;
};

/// The words of `words` that take a stance, by place. "fewer than", "more than" and "less than"
/// before a number hedge it and are left out.
[[nodiscard]] std::vector<stance_word> stances_of(std::string_view text,
                                                  const std::vector<word>& words);

/// The direction that a change near [start, end) is said to have: +1, -1 or 0.
struct spoken_direction {
  int better = 0;
  int larger = 0;
};
[[nodiscard]] spoken_direction direction_near(std::string_view text, const spoken_sentence& s,
                                              std::size_t start, std::size_t end);

}  // namespace chimera::claims
