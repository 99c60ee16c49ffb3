// Planted errors: the mutation classes M1 to M18.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "claims/told_sentence.hpp"
#include "claims/world.hpp"
#include "claims/writer.hpp"

namespace chimera::bench {

struct mutation_class {
  std::string_view name;
  std::string_view what;
  double gate_reference;  ///< least recall; 0 = none
  double gate_keyed;
};
inline constexpr std::array<mutation_class, 18> mutation_classes = {{
    {"M1", "digit", 1, 0.99},
    {"M2", "digits swapped", 1, 0.99},
    {"M3", "times 10", 1, 0.99},
    {"M4", "unit", 1, 0.99},
    {"M5", "statistic", 0.99, 0.99},
    {"M6", "group or file", 0.99, 0.99},
    {"M7", "direction word", 0.99, 0.99},
    {"M8", "value of another run", 1, 1},
    {"M9", "last place", 1, 1},
    {"M10", "invented p99", 1, 1},
    {"M11", "count off by one", 1, 1},
    {"M12", "date", 1, 1},
    {"M13", "% for percentage points", 0.99, 0.99},
    {"M14", "base of a change", 0.99, 0.99},
    {"M15", "failures as zeros", 1, 1},
    {"M16", "superlative", 0.99, 0.99},
    {"M17", "true value, wrong place", 0.90, 0.90},
    {"M18", "number word", 0.99, 0.99},
}};

class mutator {
 public:
  mutator(const world& w, writer& words, dice& random, bool references)
      : world_(w), words_(words), random_(random), references_(references) {}

  /// `s` with one error of class `index`; nothing where the class does not apply or the result
  /// would still be true.
  [[nodiscard]] std::optional<std::string> mutate(std::size_t index, told_sentence s);

 private:
  using changed = std::optional<told_sentence>;
  changed digits(std::size_t index, told_sentence s);
  changed unit(told_sentence s);
  changed statistic(told_sentence s);
  changed group(told_sentence s);
  changed direction(told_sentence s);
  changed other_value(told_sentence s, bool anywhere);
  changed tail(told_sentence s);
  changed count(told_sentence s);
  changed date(told_sentence s);
  changed points(told_sentence s);
  changed base(told_sentence s);
  changed zeros(told_sentence s);
  changed superlative(told_sentence s);
  changed word(told_sentence s);

  // The position of a number part that tells a value of `kinds`, made bare if it is a reference.
  std::optional<std::size_t> bare_number(told_sentence& s);
  std::optional<std::size_t> part_of(const told_sentence& s, role what);
  changed with_value(told_sentence s, double value);

  const world& world_;
  writer& words_;
  dice& random_;
  bool references_;
};

}  // namespace chimera::bench
