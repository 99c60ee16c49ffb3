// Which of a sentence's phrases of one kind belongs to which of its numbers.
#pragma once

#include <string_view>
#include <vector>

#include "agents/claims/check/scope.hpp"

namespace chimera::claims {

struct assignment {
  std::vector<const mention*> of_number;  ///< null: none belongs to it
  std::vector<bool> ambiguous;
};

/// `among`: mentions of `s` of one kind that exclude each other, by place, not empty; `numbers` are
/// not empty. See keys_of.
[[nodiscard]] assignment assign_phrases(std::string_view text, const spoken_sentence& s,
                                        const std::vector<placed_number>& numbers,
                                        const std::vector<const mention*>& among);

}  // namespace chimera::claims
