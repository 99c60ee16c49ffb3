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

constexpr std::array ratio_aggregations = {"ratio_of_medians", "ratio_of_means", "ratio"};

struct two_sides {
  const mention* subject = nullptr;
  const mention* base = nullptr;
};

// The two groups or files that the sentence compares: the first two that exclude each other.
std::optional<two_sides> sides_of(const spoken_sentence& s, const fact_book& book) {
  std::vector<const mention*> subjects;
  for (const mention& m : s.mentions)
    if (m.kind == cue_kind::group) subjects.push_back(&m);
  for (std::size_t i = 0; i < subjects.size(); ++i)
    for (std::size_t j = i + 1; j < subjects.size(); ++j) {
      const bool same =
          subjects[i]->ids == subjects[j]->ids && subjects[i]->files == subjects[j]->files;
      if (!same && exclude_each_other(*subjects[i], *subjects[j], book))
        return two_sides{subjects[i], subjects[j]};
    }
  return std::nullopt;
}

bool is_times(const quoted_number& q) { return q.unit == "x" || q.unit == "\xC3\x97"; }

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

std::size_t stored_ratio(const proto::fact& a, const proto::fact& b, const fact_book& book) {
  for (const std::uint32_t i : book.derived_from(a.id, b.id))
    if (std::ranges::find(ratio_aggregations, book.facts()[i].agg) != ratio_aggregations.end())
      return i;
  return fact_book::npos;
}

std::string told(double value, const quoted_number& q) {
  return proto::fixed(value, proto::places_for(value, 3)) + (is_times(q) ? "x" : " " + q.unit);
}

}  // namespace

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
  const std::optional<two_sides> sides = sides_of(s, book);
  const bool is_change = is_times(q) || said.better != 0 || said.larger != 0;
  if (!is_change) return out;
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
    out.fact = is_times(q) ? stored_ratio(a, b, book) : fact_book::npos;
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
