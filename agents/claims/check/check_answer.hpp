// What a model wrote, held to the facts: numbers, words, references. The pure core of checking,
// replacing, repairing and striking.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agents/claims/check/check_words.hpp"
#include "agents/claims/check/fact_book.hpp"
#include "agents/claims/check/match.hpp"
#include "agents/claims/check/spoken_text.hpp"

namespace chimera::claims {

/// A bare number that was replaced by a reference to the one fact that it is.
struct replaced_number {
  std::string text;  ///< as the model wrote it, with its unit
  std::string fact;  ///< id
};

struct checked_answer {
  std::string markdown;  ///< with replacements, not struck
  std::vector<replaced_number> replaced;
  std::vector<text_issue> issues;  ///< by place; spans in `markdown`
};

/// Checks `markdown`. A bare number whose key resolves to exactly one fact that it agrees with is
/// replaced by a reference; each other bare number, broken reference, wrong word and misplaced
/// reference is an issue of its sentence. `given`: see check_words. Linear. Thread-safe.
[[nodiscard]] checked_answer check_answer(std::string_view markdown, const fact_book& book,
                                          const name_lookup& names,
                                          std::span<const std::string> given = {});

/// At most this many prompts ask a model to repair an answer.
inline constexpr std::size_t repairs_max = 2;

/// The prompt that names each issue's sentence and what is wrong with it. `answer` is what the
/// model wrote last, `prompt` what it was asked first.
[[nodiscard]] std::string repair_prompt(std::string_view prompt, const checked_answer& answer);

/// `answer.markdown` with a strike mark ("{{strike}}") at the start of every sentence that has an
/// issue: the renderer strikes those sentences, visibly.
[[nodiscard]] std::string with_strikes(const checked_answer& answer);

}  // namespace chimera::claims
