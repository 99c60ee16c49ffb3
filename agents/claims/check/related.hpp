// The comparisons that a sentence gives evidence for.
#pragma once

#include <cstddef>
#include <vector>

#include "agents/claims/check/fact_book.hpp"
#include "agents/claims/check/spoken_text.hpp"

namespace chimera::claims {

/// Two facts that a sentence sets against each other, in the order in which it names them, and what
/// the test said.
struct related_pair {
  const proto::fact* a = nullptr;
  const proto::fact* b = nullptr;
  bool tested = false;
  bool different = false;  ///< Holm-adjusted p < 0.05
  bool equivalent = false;
};

/// Pairs of the references that stand in [start, end) of the spoken text: {{cmp:a,b}}, two facts of
/// one metric and statistic, and the operands of ratios and p values.
[[nodiscard]] std::vector<related_pair> related_in(const spoken_text& spoken, std::size_t start,
                                                   std::size_t end, const fact_book& book);

/// Facts named in [start, end).
[[nodiscard]] std::vector<const proto::fact*> facts_in(const spoken_text& spoken, std::size_t start,
                                                       std::size_t end, const fact_book& book);

}  // namespace chimera::claims
