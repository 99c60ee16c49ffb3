#include "agents/claims/number_words.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace chimera::claims {
namespace {

constexpr std::array words = {std::pair{std::string_view("billion"), 1e9},
                              std::pair{std::string_view("billions"), 1e9},
                              std::pair{std::string_view("double"), 2.0},
                              std::pair{std::string_view("doubled"), 2.0},
                              std::pair{std::string_view("doubles"), 2.0},
                              std::pair{std::string_view("doubling"), 2.0},
                              std::pair{std::string_view("dozen"), 12.0},
                              std::pair{std::string_view("dozens"), 12.0},
                              std::pair{std::string_view("eight"), 8.0},
                              std::pair{std::string_view("eighteen"), 18.0},
                              std::pair{std::string_view("eighty"), 80.0},
                              std::pair{std::string_view("eleven"), 11.0},
                              std::pair{std::string_view("fifteen"), 15.0},
                              std::pair{std::string_view("fifty"), 50.0},
                              std::pair{std::string_view("five"), 5.0},
                              std::pair{std::string_view("fivefold"), 5.0},
                              std::pair{std::string_view("forty"), 40.0},
                              std::pair{std::string_view("four"), 4.0},
                              std::pair{std::string_view("fourfold"), 4.0},
                              std::pair{std::string_view("fourteen"), 14.0},
                              std::pair{std::string_view("half"), 0.5},
                              std::pair{std::string_view("halve"), 0.5},
                              std::pair{std::string_view("halved"), 0.5},
                              std::pair{std::string_view("halves"), 0.5},
                              std::pair{std::string_view("halving"), 0.5},
                              std::pair{std::string_view("hundred"), 100.0},
                              std::pair{std::string_view("hundredfold"), 100.0},
                              std::pair{std::string_view("hundreds"), 100.0},
                              std::pair{std::string_view("million"), 1e6},
                              std::pair{std::string_view("millions"), 1e6},
                              std::pair{std::string_view("nine"), 9.0},
                              std::pair{std::string_view("nineteen"), 19.0},
                              std::pair{std::string_view("ninety"), 90.0},
                              std::pair{std::string_view("one"), 1.0},
                              std::pair{std::string_view("quadruple"), 4.0},
                              std::pair{std::string_view("quadrupled"), 4.0},
                              std::pair{std::string_view("quarter"), 0.25},
                              std::pair{std::string_view("quarters"), 0.25},
                              std::pair{std::string_view("quintuple"), 5.0},
                              std::pair{std::string_view("seven"), 7.0},
                              std::pair{std::string_view("seventeen"), 17.0},
                              std::pair{std::string_view("seventy"), 70.0},
                              std::pair{std::string_view("six"), 6.0},
                              std::pair{std::string_view("sixteen"), 16.0},
                              std::pair{std::string_view("sixty"), 60.0},
                              std::pair{std::string_view("ten"), 10.0},
                              std::pair{std::string_view("tenfold"), 10.0},
                              std::pair{std::string_view("tens"), 10.0},
                              std::pair{std::string_view("thirteen"), 13.0},
                              std::pair{std::string_view("thirty"), 30.0},
                              std::pair{std::string_view("thousand"), 1e3},
                              std::pair{std::string_view("thousands"), 1e3},
                              std::pair{std::string_view("three"), 3.0},
                              std::pair{std::string_view("threefold"), 3.0},
                              std::pair{std::string_view("thrice"), 3.0},
                              std::pair{std::string_view("trebled"), 3.0},
                              std::pair{std::string_view("trillion"), 1e12},
                              std::pair{std::string_view("triple"), 3.0},
                              std::pair{std::string_view("tripled"), 3.0},
                              std::pair{std::string_view("triples"), 3.0},
                              std::pair{std::string_view("twelve"), 12.0},
                              std::pair{std::string_view("twenty"), 20.0},
                              std::pair{std::string_view("twice"), 2.0},
                              std::pair{std::string_view("two"), 2.0},
                              std::pair{std::string_view("twofold"), 2.0},
                              std::pair{std::string_view("zero"), 0.0}};
static_assert(std::ranges::is_sorted(words));

}  // namespace

std::optional<double> number_word(std::string_view word) {
  const auto found =
      std::ranges::lower_bound(words, word, {}, &std::pair<std::string_view, double>::first);
  if (found == words.end() || found->first != word) return std::nullopt;
  return found->second;
}

std::optional<double> fraction_word(std::string_view word) {
  if (word.ends_with('s')) word.remove_suffix(1);
  constexpr std::array parts = {
      std::pair{std::string_view("third"), 3.0},  std::pair{std::string_view("quarter"), 4.0},
      std::pair{std::string_view("fourth"), 4.0}, std::pair{std::string_view("fifth"), 5.0},
      std::pair{std::string_view("sixth"), 6.0},  std::pair{std::string_view("eighth"), 8.0},
      std::pair{std::string_view("tenth"), 10.0}, std::pair{std::string_view("hundredth"), 100.0}};
  for (const auto& [name, value] : parts)
    if (name == word) return value;
  return std::nullopt;
}

}  // namespace chimera::claims
