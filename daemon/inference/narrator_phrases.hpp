// The narrator's book of phrases: findings in words. References only, no digit and no number word,
// so that every number in the text is printed by the renderer.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agents/report/outline.hpp"

namespace chimera::inference {

/// What a role is asked for: "collector" gives a list of what the tree holds and what it lacks,
/// "analyst" the answer to the question `title`, "reporter" the parts "### Verdict", "### Key
/// findings", "### Recommendations". Findings are told in the order given; an unknown kind is told
/// by its slots. Empty for no findings. Pure.
[[nodiscard]] std::string put_into_words(std::string_view task, std::string_view title,
                                         const std::vector<report::finding>& findings);

/// What a critic says about `draft`: an objection to the first sentence of its verdict for each
/// error among the headline findings of which the draft names no fact, or that there is none.
[[nodiscard]] std::string object_to(std::string_view draft,
                                    const std::vector<report::finding>& findings);

/// A finding as one clause, without a full stop: "{{f:..}} of {{f:..}} rows failed".
[[nodiscard]] std::string clause_of(const report::finding& f);
/// A finding as sentences.
[[nodiscard]] std::string sentences_of(const report::finding& f);
/// A recommendation as sentences; "" if the kind is none.
[[nodiscard]] std::string advice_of(const report::finding& f);

}  // namespace chimera::inference
