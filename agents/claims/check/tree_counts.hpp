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
  /// none. Of several the one with the most words. Linear in the words.
  [[nodiscard]] std::size_t find(const std::vector<word>& sentence, double value) const;

 private:
  struct entry {
    std::size_t fact = 0;
    std::size_t words = 0;
    double value = 0;
  };
  std::vector<entry> entries_;
  std::unordered_map<std::string, std::vector<std::uint32_t>> by_word_;
};

}  // namespace chimera::claims
