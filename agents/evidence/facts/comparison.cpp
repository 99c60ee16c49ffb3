#include "agents/evidence/facts/comparison.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <optional>

#include "agents/evidence/facts/comparing.hpp"
#include "agents/evidence/facts/factors.hpp"
#include "agents/evidence/facts/in_parallel.hpp"
#include "agents/evidence/facts/row_filter.hpp"
#include "agents/evidence/statistics/ranks.hpp"

namespace chimera::evidence {
namespace {

constexpr std::size_t testable_n_min = 4;
constexpr double significant_below = 0.05;
constexpr double equivalent_up_to = 1.05;

bool is_testable(const comparison& c) {
  return c.a.stats.n >= testable_n_min && c.b.stats.n >= testable_n_min;
}

double log_effect(double ratio) {
  return ratio > 0 && std::isfinite(ratio) ? std::abs(std::log(ratio)) : 0;
}

}  // namespace

double comparison::effect() const {
  const bool median_tells = a.stats.median != 0 && b.stats.median != 0;
  return log_effect(median_tells ? ratio_of_medians : ratio_of_means);
}

bool can_be_compared(const evidence_table& t) {
  return !t.summary && t.same_as == evidence_table::npos && t.data.kind != "md" &&
         t.data.shape != table_shape::document && t.data.shape != table_shape::keyed;
}

bool has_ratio(const sample_group& group) {
  return group.stats.n > 0 && group.stats.mean != 0 && group.stats.median != 0;
}

std::vector<double> values_of(const sample_group& group, std::span<const evidence_table> tables) {
  const evidence_table& t = tables[group.table];
  row_filter filter;
  if (group.warm_only) filter.only = warmth::warm;
  std::optional<factor_levels> factor;
  if (group.factor_column != evidence_table::npos) {
    factor = read_factor(t, group.factor_column, factor_levels_max);
    if (!factor) return {};
    filter.factor = &*factor;
    filter.level = static_cast<std::uint32_t>(std::ranges::find(factor->levels, group.level) -
                                              factor->levels.begin());
  }
  std::vector<double> values = select_rows(t, group.measure, filter).values;
  if (group.scale != 1) std::ranges::for_each(values, [&](double& x) { x *= group.scale; });
  return values;
}

comparison compare_groups(const sorted_group& a, const sorted_group& b) {
  comparison c;
  c.a = a.group;
  c.b = b.group;
  c.test = mann_whitney_sorted(a.sorted, b.sorted);
  c.a12 = c.test.u / (static_cast<double>(a.sorted.size()) * static_cast<double>(b.sorted.size()));
  c.hl_shift = hodges_lehmann_sorted(a.sorted, b.sorted);
  c.ratio_of_means = c.a.stats.mean / c.b.stats.mean;
  c.ratio_of_medians = c.a.stats.median / c.b.stats.median;
  return c;
}

void judge_family(std::span<comparison> family) {
  std::vector<double> p;
  std::vector<double> best_p;
  for (const comparison& c : family) {
    if (!is_testable(c)) continue;
    p.push_back(c.test.p);
    best_p.push_back(smallest_p(c.a.stats.n, c.b.stats.n));
  }
  const std::size_t tested = p.size();
  p = holm(p);
  best_p = holm(best_p);
  std::size_t at = 0;
  for (comparison& c : family) {
    c.family_size = tested;
    if (!is_testable(c)) continue;
    c.p_holm = p[at];
    const bool reachable = best_p[at] < significant_below;
    ++at;
    if (!reachable) continue;
    c.said = c.p_holm < significant_below ? judgement::different : judgement::not_distinguishable;
  }
}

void add_interval(comparison& c, std::span<const evidence_table> tables, std::uint64_t seed) {
  std::vector<double> a = values_of(c.a, tables);
  std::vector<double> b = values_of(c.b, tables);
  sort_values(a);
  sort_values(b);
  c.ratio_ci = ratio_of_medians_interval_sorted(a, b, seed);
  if (c.said != judgement::not_distinguishable || !c.ratio_ci) return;
  if (c.ratio_ci->low >= 1 / equivalent_up_to && c.ratio_ci->high <= equivalent_up_to)
    c.said = judgement::equivalent;
}

std::vector<comparison> compare_all(
    std::span<const evidence_table> tables, std::size_t threads,
    const std::function<void(std::size_t done, std::size_t of)>& progress) {
  std::size_t parts = 1;
  for (const evidence_table& t : tables) parts += parts_of(t);
  std::atomic<std::size_t> finished{0};
  const auto done = [&] {
    const std::size_t now = finished.fetch_add(1) + 1;
    if (progress) progress(now, parts);
  };
  std::vector<std::vector<comparison>> by_table(tables.size());
  std::vector<comparison> across;
  // The tables against each other are the longest piece of work: first.
  in_parallel(tables.size() + 1, threads, [&](std::size_t i) {
    if (i == 0) {
      across = compare_tables(tables);
      done();
    } else if (parts_of(tables[i - 1]) <= 1) {
      by_table[i - 1] = compare_levels(tables, i - 1, 1, done);
    }
  });
  // Large tables one after the other: a few columns of one of them are in work at a time.
  for (std::size_t i = 0; i < tables.size(); ++i)
    if (parts_of(tables[i]) > 1) by_table[i] = compare_levels(tables, i, threads, done);
  std::size_t size = across.size();
  for (const auto& some : by_table) size += some.size();
  std::vector<comparison> all;
  all.reserve(size);
  for (auto& some : by_table) std::ranges::move(some, std::back_inserter(all));
  std::ranges::move(across, std::back_inserter(all));
  return all;
}

}  // namespace chimera::evidence
