// Counts over the tree ("77 failed rows of CSV files") by the words that name them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "agents/claims/check/words.hpp"
#include "proto/fact.hpp"

namespace chimera::claims {

/// Built once; then thread-safe.
class tree_counts {
 public:
  explicit tree_counts(std::span<const proto::fact> facts);

  /// The position of a count of `value` all of whose words stand in the sentence, npos if there is
  /// none; of several the one with the most words. If the word behind the number (which ends at
  /// `end`) is one that is counted, it is one of the count's. Linear in the words.
  [[nodiscard]] std::size_t find(const std::vector<word>& sentence, std::size_t end,
                                 double value) const;

  /// The count that a number in [start, end) of `text` must be: all of its words stand in the
  /// sentence, one of them behind the number or the number behind a colon, and no other count has
  /// as many words. npos if there is none.
  [[nodiscard]] std::size_t meant(const std::vector<word>& sentence, std::size_t start,
                                  std::size_t end, std::string_view text) const;

 private:
  struct entry {
    std::size_t fact = 0;
    std::size_t words = 0;
    double value = 0;
  };
  /// Entries all of whose words stand in the sentence, and that have the counted word behind `end`.
  [[nodiscard]] std::vector<const entry*> covered(const std::vector<word>& sentence,
                                                  std::size_t end) const;

  std::vector<entry> entries_;
  std::unordered_map<std::string, std::vector<std::uint32_t>> by_word_;
};

}  // namespace chimera::claims
