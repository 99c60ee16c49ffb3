#include "agents/claims/check/change.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <vector>

#include "agents/claims/check/candidates.hpp"
#include "agents/claims/check/direction.hpp"
#include "proto/decimal.hpp"

namespace chimera::claims {
namespace {

using proto::verdict;

// Words before the group that is measured against: "than q8_0", "compared with q8_0", "from q8_0".
bool is_base(std::string_view text, const spoken_sentence& s, const mention& m) {
  constexpr std::array markers = {"than", "relative", "compared", "against", "versus",
                                  "vs",   "vs.",      "from",     "over"};
  constexpr std::array fillers = {"to", "with", "that", "of", "the", "for", "in", "a", "at"};
  // "q8_0 is the baseline; ..."
  for (const std::string_view base :
       {" is the base", " is the reference", " as the base", " as base"})
    if (text.substr(std::min(text.find_first_not_of("`*", m.end), text.size())).starts_with(base))
      return true;
  const auto here = std::ranges::lower_bound(s.words, m.start, {}, &word::start);
  for (auto w = here; w != s.words.begin();) {
    --w;
    if (text.substr(w->end, m.start - w->end).find_first_of(",;:(") != std::string_view::npos)
      return false;
    if (std::ranges::find(markers, w->text) != markers.end()) return true;
    // "1.65 times that of q8_0", "1.65x the throughput of q8_0".
    if (w->text == "that" && w + 1 != here && (w + 1)->text == "of") return true;
    if (std::ranges::find(fillers, w->text) == fillers.end()) return false;
  }
  return false;
}

bool is_times(const quoted_number& q) {
  return q.unit == "x" || q.unit == "X" || q.unit == "\xC3\x97";
}

// All values that a true sentence could show for a over b.
std::vector<double> allowed(double a, double b, bool lower_is_better, const quoted_number& q,
                            const spoken_direction& said) {
  std::vector<double> values;
  if (!(a > 0) || !(b > 0)) return values;
  const bool a_better = lower_is_better ? a < b : a > b;
  if (is_times(q)) {
    const bool worse_said = said.better == -1;
    if (said.better != 0 && a_better == worse_said) return values;
    if (said.larger != 0 && (a > b) != (said.larger > 0)) return values;
    const double large = std::max(a, b) / std::min(a, b);
    // Without a direction the first is measured in the second.
    values.push_back(said.better == 0 && said.larger == 0 ? a / b : large);
    return values;
  }
  const double change = 100 * (a / b - 1);
  if (said.better != 0) {
    if (a_better != (said.better > 0)) return values;
    values.push_back(std::fabs(change));
    if (lower_is_better) values.push_back(std::fabs(100 * (b / a - 1)));
    return values;
  }
  if (said.larger != 0) {
    if ((a > b) != (said.larger > 0)) return values;
    values.push_back(std::fabs(change));
    return values;
  }
  values.push_back(change);
  return values;
}

// The stored ratio of two facts that a reference in place of the number would print.
std::size_t stored_ratio(const proto::fact& a, const proto::fact& b, const quoted_number& q,
                         const fact_book& book) {
  for (const std::uint32_t i : book.derived_from(a.id, b.id)) {
    const std::string& agg = book.facts()[i].agg;
    const bool same = (agg == "ratio_of_medians" && a.agg == "median") ||
                      (agg == "ratio_of_means" && a.agg == "mean") ||
                      (agg == "ratio" && a.agg == "value");
    const bool printed = same && agree(q, book.key(i).value) != agreement::no;
    if (printed) return i;
  }
  return fact_book::npos;
}

std::string told(double value, const quoted_number& q) {
  return proto::fixed(value, proto::places_for(value, 3)) + (is_times(q) ? "x" : " " + q.unit);
}

}  // namespace

std::optional<two_sides> sides_of(std::string_view text, const spoken_sentence& s,
                                  std::size_t after, const fact_book& book) {
  const std::string_view behind = text.substr(after);
  const std::size_t that = behind.starts_with(" times") ? 6 : 0;
  const bool of_last =
      behind.substr(that).starts_with(" that") && !behind.substr(that).starts_with(" that of");
  std::vector<const mention*> subjects;
  for (const mention& m : s.mentions)
    if (m.kind == cue_kind::group) subjects.push_back(&m);
  for (std::size_t i = 0; i < subjects.size(); ++i)
    for (std::size_t j = i + 1; j < subjects.size(); ++j) {
      const bool same =
          subjects[i]->ids == subjects[j]->ids && subjects[i]->files == subjects[j]->files;
      if (same || !exclude_each_other(*subjects[i], *subjects[j], book)) continue;
      const bool swapped =
          of_last || (is_base(text, s, *subjects[i]) && !is_base(text, s, *subjects[j]));
      return swapped ? two_sides{subjects[j], subjects[i]} : two_sides{subjects[i], subjects[j]};
    }
  return std::nullopt;
}

bool is_change(std::string_view text, const spoken_sentence& s, const quoted_number& q,
               const placed_number& place) {
  if (q.unit == "pp" || is_times(q)) return true;
  if (q.unit != "%") return false;
  const spoken_direction said = direction_near(text, s, place.start, place.unit_end);
  return said.better != 0 || said.larger != 0;
}

change_judgement judge_change(std::string_view text, const spoken_sentence& s,
                              const spoken_key& key, const quoted_number& q,
                              const placed_number& place, const fact_book& book) {
  change_judgement out;
  if (q.unit == "pp") {
    out.applies = true;
    out.rule = "percentage points";
    return out;
  }
  if (!is_times(q) && q.unit != "%") return out;
  const spoken_direction said = direction_near(text, s, place.start, place.unit_end);
  const std::optional<two_sides> sides = sides_of(text, s, place.unit_end, book);
  if (!is_times(q) && said.better == 0 && said.larger == 0) return out;
  out.applies = true;
  out.rule = "key not resolved";
  if (!sides) return out;
  spoken_key both = key;
  both.ambiguous = false;
  quoted_number size = q;
  size.value = is_times(q) || said.better != 0 || said.larger != 0 ? std::fabs(q.value) : q.value;
  bool resolved = false;
  for (const auto& [x, y] : pairs_of(both, *sides->subject, *sides->base, book)) {
    const proto::fact& a = book.facts()[x];
    const proto::fact& b = book.facts()[y];
    const double first = book.key(x).value;
    const double second = book.key(y).value;
    const std::vector<double> values = allowed(first, second, a.polarity == "lower", size, said);
    resolved = true;
    out.truth = values.empty() ? "the other way round" : told(values.front(), q);
    out.fact = is_times(q) ? stored_ratio(a, b, size, book) : fact_book::npos;
    for (const double value : values) {
      const agreement agrees = agree(size, value);
      if (agrees == agreement::no) continue;
      out.judgement = agrees == agreement::yes ? verdict::verified : verdict::verified_approx;
      out.rule = is_times(q) ? "ratio" : "percent change";
      out.truth.clear();
      return out;
    }
  }
  if (resolved) {
    out.judgement = both.metrics.empty() ? verdict::unsupported : verdict::contradicted;
    out.rule = is_times(q) ? "ratio" : "percent change";
  }
  return out;
}

}  // namespace chimera::claims
