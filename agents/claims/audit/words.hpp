// The words of names and phrases, so that "gemma3:270m" and "Gemma3 (270m)" meet. Pure,
// thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agents/claims/letters.hpp"

namespace chimera::claims::auditing {

/// Lower-case words of letters, digits and points between digits: "Llama3.1:8b-q4_0" gives
/// llama3.1, 8b, q4, 0. Bytes above ASCII are letters.
[[nodiscard]] std::vector<std::string> words_in(std::string_view text);
/// The same words joined with '_': how labels are compared.
[[nodiscard]] std::string as_label(std::string_view text);
/// Words that tell what a text is about: without articles, prepositions and words of one letter.
[[nodiscard]] std::vector<std::string> content_words(std::string_view text);

/// True if `word` is one of `words`, or one is the beginning (four letters or more) of the other:
/// "param" and "parameter", "fail" and "failure".
[[nodiscard]] bool has_kin(const std::vector<std::string>& words, std::string_view word);
[[nodiscard]] bool has_word(const std::vector<std::string>& words, std::string_view word);
/// True if every word of `some` is one of `all`; false for none.
[[nodiscard]] bool all_among(const std::vector<std::string>& some,
                             const std::vector<std::string>& all);

/// Without blanks, emphasis and code marks at both ends.
[[nodiscard]] std::string_view bare(std::string_view text);

}  // namespace chimera::claims::auditing
