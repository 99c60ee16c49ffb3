// What each number of a sentence is said to be: the metric, statistic, groups and file around it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "agents/claims/check/fact_book.hpp"
#include "agents/claims/check/words.hpp"
#include "agents/claims/number_scanner.hpp"

namespace chimera::claims {

/// One phrase and everything that it may mean.
struct mention {
  cue_kind kind = cue_kind::metric;  ///< group stands for groups and files: what it is about
  std::vector<std::uint32_t> ids;    ///< metrics, statistics, rows or group values
  std::vector<std::uint32_t> files;
  std::size_t start = 0;
  std::size_t end = 0;
};

/// What a number's place in its sentence says about it. Every part may be unsaid (empty).
struct spoken_key {
  std::vector<std::uint32_t> metrics;
  std::vector<std::uint32_t> statistics;
  std::vector<mention> subjects;  ///< all of them must hold: {tag q4_0, prompt X}
  std::uint32_t rows = 0;
  bool ambiguous = false;  ///< several things could be meant
  bool stored = false;     ///< the statistic is part of the metric's name: "mean_time_ms"
};

/// A sentence with what it names.
struct spoken_sentence {
  std::size_t start = 0;
  std::size_t end = 0;
  std::vector<word> words;        ///< places in the whole text
  std::vector<mention> mentions;  ///< by place; none if `crowded`
  bool crowded = false;           ///< names more than mentions_max things: resolves nothing
};

/// A sentence with more phrases, or more numbers and references, is not resolved: what is dealt out
/// takes time by their product.
inline constexpr std::size_t mentions_max = 256;

[[nodiscard]] spoken_sentence read_sentence(std::string_view text, const sentence& s,
                                            const fact_book& book);

/// A number with the unit that belongs to it.
struct placed_number {
  std::size_t start = 0;
  std::size_t end = 0;       ///< of the digits and what sticks to them
  std::size_t unit_end = 0;  ///< of the unit behind it
  std::string unit;
  bool change = false;  ///< a percent change or a ratio: about two groups, not one
};

/// The keys of `numbers` (by place, all of one sentence). `heading` gives what the sentence leaves
/// unsaid; it may be null. The only phrase of its kind belongs to all numbers behind it, and to
/// those before if a preposition ties it or no number follows; as many phrases as numbers belong to
/// them in order ("q4_0 and q8_0 reach 76.9 and 46.6"); else a phrase belongs to the number behind
/// it or to the one before that it is tied to, and what is left is ambiguous.
[[nodiscard]] std::vector<spoken_key> keys_of(std::string_view text, const spoken_sentence& s,
                                              const std::vector<placed_number>& numbers,
                                              const spoken_sentence* heading,
                                              const fact_book& book);

/// True if `a` and `b` are values of one column, or two files.
[[nodiscard]] bool exclude_each_other(const mention& a, const mention& b, const fact_book& book);

}  // namespace chimera::claims
