// A sentence about facts, in parts, so that a mutation knows what it changes and whether the result
// is wrong.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "proto/fact.hpp"

namespace chimera::bench {

/// The same sequence on every machine: the standard distributions are not.
class dice {
 public:
  explicit dice(std::uint64_t seed) : engine_(seed) {}
  /// 0 .. n-1; n > 0.
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(engine_() % n); }
  bool one_in(std::size_t n) { return below(n) == 0; }
  template <typename List>
  const auto& pick(const List& list) {
    return list[below(list.size())];
  }

 private:
  std::mt19937_64 engine_;
};

enum class role : std::uint8_t {
  plain,
  number,       ///< digits or number words of a value
  unit,         ///< of the number before it
  statistic,    ///< "median"
  metric,       ///< "TTFT"
  group,        ///< "q4_0"
  file,         ///< "runs/a.csv"
  direction,    ///< "faster", "higher", "reduces"
  superlative,  ///< "highest", "fastest"
};

struct part {
  std::string text;
  role what = role::plain;
  std::size_t value = 0;  ///< of numbers and their units: index into `values`
};

enum class value_kind : std::uint8_t { fact, percent, times, count, date };

enum class hedging : std::uint8_t { none, about, nearly, over };

/// A number that the sentence tells.
struct told_value {
  value_kind what = value_kind::fact;
  const proto::fact* fact = nullptr;  ///< the value; of a change its first side
  const proto::fact* base = nullptr;  ///< of a change
  double truth = 0;                   ///< in the unit shown
  double also = 0;                    ///< a second correct reading ("20 % faster" of a time)
  double shown = 0;
  double step = 1;  ///< one unit in the last place shown
  int places = 0;
  hedging weakened = hedging::none;
};

/// What kind of sentence it is.
enum class shape : std::uint8_t {
  one,
  groups,
  statistics,
  range,
  metrics,
  percent,
  times,
  count,
  date,
  extreme,
  comparative,
};

struct series;

struct told_sentence {
  shape made = shape::one;
  const series* a = nullptr;  ///< what it is told of
  const series* b = nullptr;
  std::string agg;
  std::string other_agg;
  std::vector<part> parts;
  std::vector<told_value> values;

  [[nodiscard]] std::string text() const {
    std::string out;
    for (const part& p : parts) out += p.text;
    return out;
  }
};

/// True if `v` shown as `shown` with `step` would still be true.
[[nodiscard]] bool still_true(const told_value& v, double shown, double step);
/// True if `shown` with `step` is a correct rounding of `truth`, or within what the hedge allows:
/// the rule by which equivalent mutants are dropped, apart from the checker's own.
[[nodiscard]] bool still_true(double shown, double step, hedging weakened, double truth);

}  // namespace chimera::bench
