// Mutations of counts, dates, superlatives and number words.
#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "claims/mutate.hpp"
#include "claims/phrases.hpp"
#include "proto/decimal.hpp"

namespace chimera::bench {

mutator::changed mutator::count(told_sentence s) {
  if (s.made != shape::count) return std::nullopt;
  const auto number = std::ranges::find(s.parts, role::number, &part::what);
  const auto truth = static_cast<std::int64_t>(s.values[0].truth);
  const std::int64_t wrong = random_.one_in(2) ? truth + 1 : truth - 1;
  const std::string_view word = number_word_of(static_cast<std::size_t>(wrong));
  number->text = !word.empty() && random_.one_in(2) ? std::string(word) : proto::grouped(wrong);
  return s;
}

mutator::changed mutator::date(told_sentence s) {
  if (s.made != shape::date) return std::nullopt;
  proto::fact wrong = *s.values[0].fact;
  if (wrong.value.size() < 10) return std::nullopt;
  const int year = std::stoi(wrong.value.substr(0, 4));
  const int month = std::stoi(wrong.value.substr(5, 2));
  const int day = std::stoi(wrong.value.substr(8, 2));
  const std::size_t what = random_.below(3);
  const std::string rest = wrong.value.substr(10);
  wrong.value =
      fmt::format("{:04}-{:02}-{:02}{}", what == 0 ? year - 2 : year,
                  what == 1 ? month % 12 + 1 : month, what == 2 ? day % 28 + 1 : day, rest);
  for (const proto::fact* d : world_.dates)
    if (d->value.starts_with(wrong.value.substr(0, 10))) return std::nullopt;
  std::ranges::find(s.parts, role::number, &part::what)->text = words_.date_text(wrong);
  return s;
}

mutator::changed mutator::points(told_sentence s) {
  if (s.made != shape::percent) return std::nullopt;
  const auto unit = std::ranges::find(s.parts, role::unit, &part::what);
  static constexpr std::array<std::string_view, 3> names = {" percentage points", " pp",
                                                            " %-points"};
  unit->text = random_.pick(names);
  return s;
}

mutator::changed mutator::superlative(told_sentence s) {
  if (s.made != shape::extreme) return std::nullopt;
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 3> pairs = {
      {{"highest", "lowest"}, {"largest", "smallest"}, {"best", "worst"}}};
  const auto at = std::ranges::find(s.parts, role::superlative, &part::what);
  if (random_.one_in(2)) {
    for (const auto& [a, b] : pairs)
      if (at->text == a || at->text == b) {
        at->text = at->text == a ? b : a;
        return s;
      }
    return std::nullopt;
  }
  // The value of another group stands where the extreme was.
  const series& other = world_.all[random_.pick(s.a->siblings)];
  const auto value = other.by_agg.find(s.agg);
  if (value == other.by_agg.end()) return std::nullopt;
  const auto number = std::ranges::find(s.parts, role::number, &part::what);
  const auto group = std::ranges::find(s.parts, role::group, &part::what);
  group->text = words_.group_text(other, nullptr);
  if (references_) {
    number->text = "{{f:" + value->second->id + "}}";
    return s;
  }
  const told_value& v = s.values[number->value];
  if (v.weakened != hedging::none || number_of(*v.fact) == 0) return std::nullopt;
  number->text = proto::fixed(number_of(*value->second) * v.truth / number_of(*v.fact), v.places);
  return s;
}

mutator::changed mutator::word(told_sentence s) {
  if (s.made == shape::date || s.made == shape::extreme) return std::nullopt;
  const auto number = part_of(s, role::number);
  if (!number || s.parts[*number].text.starts_with("{{cmp")) return std::nullopt;
  part& p = s.parts[*number];
  const told_value& v = s.values[p.value];
  static constexpr std::array<std::pair<std::string_view, double>, 12> words = {{{"two", 2},
                                                                                 {"three", 3},
                                                                                 {"five", 5},
                                                                                 {"seven", 7},
                                                                                 {"ten", 10},
                                                                                 {"twelve", 12},
                                                                                 {"fifteen", 15},
                                                                                 {"twenty", 20},
                                                                                 {"fifty", 50},
                                                                                 {"ninety", 90},
                                                                                 {"a dozen", 12},
                                                                                 {"hundred", 100}}};
  const auto& [text, value] = random_.pick(words);
  const double truth = references_ ? number_of(*v.fact) : v.truth;
  if (std::fabs(value - truth) <= std::max(0.5, 0.02 * truth)) return std::nullopt;
  if (v.also != 0 && std::fabs(value - v.also) <= 0.5) return std::nullopt;
  const bool hedged = v.weakened != hedging::none && value < truth * 1.3 && value > truth * 0.7;
  if (hedged) return std::nullopt;
  p.text = text;
  const bool unit = *number + 1 < s.parts.size() && s.parts[*number + 1].what == role::unit;
  if (unit && !s.parts[*number + 1].text.starts_with(' ')) s.parts[*number + 1].text.insert(0, " ");
  return s;
}

}  // namespace chimera::bench
