// The words of a text with their places, lower case: what phrases are looked up by.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace chimera::claims {

struct word {
  std::string text;  ///< ASCII letters in lower case, no punctuation around it
  std::size_t start = 0;
  std::size_t end = 0;
};

/// Words of `text`: runs of anything but blanks, '=', ',', ';', brackets, quotes, '*', '|' and
/// backticks; full stops, colons, slashes and hyphens within a word belong to it ("q4_0",
/// "llama3.1:8b", "tok/s"), at its ends they do not. References ("{{...}}") are no words. Linear.
[[nodiscard]] std::vector<word> words_of(std::string_view text);

/// A stretch of text, in bytes.
struct sentence {
  std::size_t start = 0;
  std::size_t end = 0;
  std::size_t heading = 0;  ///< index of the heading above it among the sentences; npos if none
  bool is_heading = false;
  static constexpr std::size_t npos = static_cast<std::size_t>(-1);
};

/// Sentences of Markdown: headings, list items, table rows and paragraphs split at '.', '!', '?'
/// before a blank, not behind "vs", "approx", "e.g" and the like. Fenced code is left out. Linear.
[[nodiscard]] std::vector<sentence> sentences_of(std::string_view markdown);

}  // namespace chimera::claims
