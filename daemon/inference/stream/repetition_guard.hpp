// Notices a model that says the same over and over.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <boost/unordered/unordered_flat_map.hpp>

namespace chimera::inference {

/// Signs of a runaway: the last bytes repeat with a period of at most 64 bytes, more than 30 times
/// and over at least 400 bytes; or words (of letters or digits, however they are spaced) go round
/// in a circle of any length for the 8th time; or the same 20 words came for the 64th time with
/// whatever between them (a list of one sentence that counts). Rows of a table, ruled lines and
/// lists that differ in what they name pass. Costs a few nanoseconds for each byte; memory for one
/// entry a word, at most 16,384.
class repetition_guard {
 public:
  static constexpr std::size_t period_max = 64;
  static constexpr std::size_t repeats_max = 30;
  static constexpr std::size_t repeated_bytes_min = 400;
  static constexpr std::size_t shingle_words = 20;
  static constexpr std::size_t shingles_max = 64;
  static constexpr std::size_t cycles_max = 7;  ///< after the first time round

  /// Whole UTF-8, in pieces of any size. True: it runs away, from then on for every piece.
  [[nodiscard]] bool push(std::string_view text);

 private:
  struct shingle {
    std::uint32_t count = 0;
    std::uint32_t last = 0;  ///< index of its last word
  };
  void take(unsigned char byte);
  void end_word();
  [[nodiscard]] bool goes_in_circles() const;

  std::string recent_;        ///< the last bytes, bounded
  std::size_t unlooked_ = 0;  ///< of them, since the last look
  std::array<std::uint64_t, shingle_words> words_{};
  std::uint64_t word_ = 0;     ///< hash of the word that is being read
  bool meaningful_ = false;    ///< it has a letter or a digit
  std::uint32_t index_ = 0;    ///< of the next word
  std::uint64_t rolling_ = 0;  ///< over the last words
  std::uint32_t apart_ = 0;    ///< words since the last 20 came before; 0 = they are new
  std::uint32_t cycled_ = 0;   ///< words in a row with the same `apart_`
  boost::unordered_flat_map<std::uint64_t, shingle> seen_;
  bool runaway_ = false;
};

}  // namespace chimera::inference
