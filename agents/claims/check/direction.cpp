#include "agents/claims/check/direction.hpp"

#include <algorithm>
#include <array>

#include "agents/claims/letters.hpp"

namespace chimera::claims {
namespace {

struct entry {
  std::string_view phrase;
  stance what;
};
constexpr std::array entries = {
    entry{"faster", stance::better},
    entry{"quicker", stance::better},
    entry{"better", stance::better},
    entry{"outperforms", stance::better},
    entry{"outperform", stance::better},
    entry{"outperformed", stance::better},
    entry{"beats", stance::better},
    entry{"superior", stance::better},
    entry{"improvement", stance::better},
    entry{"improves", stance::better},
    entry{"improved", stance::better},
    entry{"speedup", stance::better},
    entry{"speed-up", stance::better},
    entry{"gain", stance::better},
    entry{"takes less time", stance::better},
    entry{"wins", stance::better},
    entry{"slower", stance::worse},
    entry{"worse", stance::worse},
    entry{"inferior", stance::worse},
    entry{"slowdown", stance::worse},
    entry{"regression", stance::worse},
    entry{"degrades", stance::worse},
    entry{"degraded", stance::worse},
    entry{"degradation", stance::worse},
    entry{"underperforms", stance::worse},
    entry{"lags", stance::worse},
    entry{"higher", stance::larger},
    entry{"larger", stance::larger},
    entry{"greater", stance::larger},
    entry{"more", stance::larger},
    entry{"longer", stance::larger},
    entry{"increase", stance::larger},
    entry{"increases", stance::larger},
    entry{"increased", stance::larger},
    entry{"exceeds", stance::larger},
    entry{"raises", stance::larger},
    entry{"raised", stance::larger},
    entry{"rises", stance::larger},
    entry{"rose", stance::larger},
    entry{"grows", stance::larger},
    entry{"grew", stance::larger},
    entry{"lower", stance::smaller},
    entry{"smaller", stance::smaller},
    entry{"less", stance::smaller},
    entry{"fewer", stance::smaller},
    entry{"shorter", stance::smaller},
    entry{"reduction", stance::smaller},
    entry{"reduces", stance::smaller},
    entry{"reduced", stance::smaller},
    entry{"decrease", stance::smaller},
    entry{"decreases", stance::smaller},
    entry{"decreased", stance::smaller},
    entry{"drop", stance::smaller},
    entry{"drops", stance::smaller},
    entry{"dropped", stance::smaller},
    entry{"lowers", stance::smaller},
    entry{"lowered", stance::smaller},
    entry{"falls", stance::smaller},
    entry{"fell", stance::smaller},
    entry{"cuts", stance::smaller},
    entry{"saves", stance::smaller},
    entry{"fastest", stance::best},
    entry{"best", stance::best},
    entry{"quickest", stance::best},
    entry{"optimal", stance::best},
    entry{"top", stance::best},
    entry{"slowest", stance::worst},
    entry{"worst", stance::worst},
    entry{"highest", stance::largest},
    entry{"largest", stance::largest},
    entry{"lowest", stance::smallest},
    entry{"smallest", stance::smallest},
    entry{"significant", stance::significant},
    entry{"significantly", stance::significant},
    entry{"consistently", stance::always},
    entry{"always", stance::always},
    entry{"every time", stance::always},
    entry{"in every case", stance::always},
    entry{"stable", stance::stable},
    entry{"consistent", stance::stable},
    entry{"stability", stance::stable},
    entry{"similar", stance::similar},
    entry{"comparable", stance::similar},
    entry{"negligible", stance::similar},
    entry{"identical", stance::similar},
    entry{"because", stance::causal},
    entry{"due to", stance::causal},
    entry{"caused by", stance::causal},
    entry{"causes", stance::causal},
    entry{"caused", stance::causal},
    entry{"leads to", stance::causal},
    entry{"results in", stance::causal},
    entry{"thanks to", stance::causal},
    entry{"enables", stance::causal},
    entry{"driven by", stance::causal},
};
constexpr std::array negations = {"not", "no", "never", "without", "neither", "cannot", "isn't"};
constexpr std::size_t negation_reach = 3;  // words

bool matches(const std::vector<word>& words, std::size_t at, std::string_view phrase,
             std::size_t& length) {
  std::size_t i = at;
  while (!phrase.empty()) {
    const std::size_t blank = std::min(phrase.find(' '), phrase.size());
    if (i >= words.size() || words[i].text != phrase.substr(0, blank)) return false;
    phrase.remove_prefix(std::min(blank + 1, phrase.size()));
    ++i;
  }
  length = i - at;
  return true;
}

bool hedges_number(std::string_view text, const std::vector<word>& words, std::size_t at) {
  if (at + 1 >= words.size() || words[at + 1].text != "than") return false;
  const std::size_t next = text.find_first_not_of(" ~*_", words[at + 1].end);
  if (next == std::string_view::npos) return false;
  return ascii_digit(text[next]) || text.substr(next).starts_with("{{f:");
}

bool negated(const std::vector<word>& words, std::size_t at) {
  for (std::size_t back = 1; back <= std::min(negation_reach, at); ++back)
    if (std::ranges::find(negations, words[at - back].text) != negations.end()) return true;
  return false;
}

}  // namespace

std::vector<stance_word> stances_of(std::string_view text, const std::vector<word>& words) {
  std::vector<stance_word> found;
  for (std::size_t i = 0; i < words.size(); ++i)
    for (const entry& e : entries) {
      std::size_t length = 0;
      if (e.phrase.front() != words[i].text.front() || !matches(words, i, e.phrase, length))
        continue;
      // "Results in a.csv" is a heading.
      if (i == 0 && e.phrase == "results in") break;
      const bool sized = e.what == stance::larger || e.what == stance::smaller;
      if (!(sized && hedges_number(text, words, i)))
        found.push_back({e.what, negated(words, i), words[i].start, words[i + length - 1].end});
      i += length - 1;
      break;
    }
  return found;
}

spoken_direction direction_near(std::string_view text, const spoken_sentence& s, std::size_t start,
                                std::size_t end) {
  constexpr std::size_t reach = 48;  // bytes on either side; further words speak of something else
  spoken_direction said;
  std::size_t nearest = reach + 1;
  for (const stance_word& w : stances_of(text, s.words)) {
    // "throughput improvement" may be the name of what is measured.
    const bool named = std::ranges::any_of(s.mentions, [&](const mention& m) {
      return m.kind == cue_kind::metric && m.start <= w.start && w.end <= m.end;
    });
    if (named) continue;
    const std::size_t away = w.start >= end ? w.start - end : (w.end <= start ? start - w.end : 0);
    if (away >= nearest) continue;
    const int sign = w.negated ? -1 : 1;
    switch (w.what) {
      case stance::better:
        said = {sign, 0};
        break;
      case stance::worse:
        said = {-sign, 0};
        break;
      case stance::larger:
        said = {0, sign};
        break;
      case stance::smaller:
        said = {0, -sign};
        break;
      default:
        continue;
    }
    nearest = away;
  }
  return said;
}

}  // namespace chimera::claims
