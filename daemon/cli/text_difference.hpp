// Where two texts that should be the same differ.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace chimera::cli {

struct text_difference {
  std::uint64_t line = 0;   ///< of the text that was found, 1-based
  std::uint64_t start = 0;  ///< bytes within that line
  std::uint64_t end = 0;
  std::string found;
  std::string expected;
};

/// The words that differ, line by line, at most `most` of them. Where lines were added or taken
/// away the lines between the first and the last difference are one entry. Linear.
[[nodiscard]] std::vector<text_difference> differences(std::string_view found,
                                                       std::string_view expected, std::size_t most);

}  // namespace chimera::cli
