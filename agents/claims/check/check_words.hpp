// Words held to the facts: comparatives, superlatives, "significant", "consistently", causes; and
// references that stand in the wrong sentence.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "agents/claims/check/fact_book.hpp"
#include "agents/claims/check/spoken_text.hpp"
#include "proto/claim.hpp"

namespace chimera::claims {

/// What is wrong with a stretch of a text.
struct text_issue {
  std::size_t start = 0;  ///< in the text that was checked
  std::size_t end = 0;
  std::string rule;     ///< "comparative", "superlative", "significance", "cause", "binding", ...
  std::string message;  ///< for people and for a repair prompt
  proto::verdict judgement = proto::verdict::unsupported;  ///< or contradicted
  std::string text = {};  ///< a number as it stands; "" for others: see `message`
  std::string fact = {};  ///< id of the fact that refutes it
};

/// A comparative needs two facts of its sentence whose test found a difference in that direction; a
/// superlative a fact that is the extreme of all its kind; "significant" a test; "consistently" is
/// never proven by facts of groups; "stable" needs a coefficient of variation of at most 5 %;
/// "similar" an equivalence; a cause may be named only in a paragraph that begins with
/// "Interpretation:". A reference must not contradict the metric, statistic, group or file that its
/// sentence names for it. Linear. Thread-safe.
/// Words inside names, and inside one of the texts `given` (what the program itself wrote for the
/// writer to use, such as the title of a lint) are not the writer's and pass. So do comparatives
/// beside one of the places `proven` (by place): changes that were computed from both sides.
[[nodiscard]] std::vector<text_issue> check_words(const spoken_text& spoken, const fact_book& book,
                                                  std::span<const std::string> given,
                                                  std::span<const text_span> proven = {});

}  // namespace chimera::claims
