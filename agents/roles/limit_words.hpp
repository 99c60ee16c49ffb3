// An answer held to the length that its persona allows.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace chimera::roles {

struct limited_answer {
  std::string markdown;
  std::size_t words = 0;  ///< that there were
  std::size_t kept = 0;   ///< that are left; the same if nothing was cut
};

/// An answer may be a fifth longer than what it was asked for.
[[nodiscard]] constexpr std::size_t words_allowed(std::size_t words_max) {
  return words_max + words_max / 5;
}

/// `markdown` with at most `most` words: whole sentences, list items, rows and lines of code go,
/// from the end of the part ("### ...") that is the longest then, so that every part keeps its
/// beginning. Only where single sentences are too long are they cut, and end in an ellipsis.
/// Headings of parts stay. Linear.
[[nodiscard]] limited_answer limit_words(std::string_view markdown, std::size_t most);

/// `markdown`, whose end the model did not write, without the half sentence that it ends in; a part
/// of which nothing is left goes with its heading. A text that is nothing else stays, with an
/// ellipsis.
[[nodiscard]] limited_answer drop_half_sentence(std::string_view markdown);

}  // namespace chimera::roles
