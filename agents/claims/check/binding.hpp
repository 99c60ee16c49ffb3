// References in the wrong sentence: what the words around one say against its fact's key.
#pragma once

#include <string>
#include <vector>

#include "agents/claims/check/fact_book.hpp"
#include "agents/claims/check/scope.hpp"
#include "agents/claims/check/spoken_text.hpp"

namespace chimera::claims {

/// One message for each reference of `s` whose fact is of another metric, statistic, group, kind of
/// rows or file than its place in the sentence says. What the sentence leaves unsaid or ambiguous
/// contradicts nothing.
[[nodiscard]] std::vector<std::string> misbindings(const spoken_text& spoken,
                                                   const spoken_sentence& s,
                                                   const spoken_sentence* heading,
                                                   const fact_book& book);

}  // namespace chimera::claims
