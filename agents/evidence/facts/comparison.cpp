#include "agents/evidence/facts/comparison.hpp"

#include <algorithm>
#include <cmath>

#include "agents/evidence/facts/comparing.hpp"
#include "agents/evidence/facts/in_parallel.hpp"

namespace chimera::evidence {
namespace {

constexpr std::size_t testable_n_min = 4;
constexpr double significant_below = 0.05;
constexpr double equivalent_up_to = 1.05;

bool is_testable(const comparison& c) {
  return c.a.values.size() >= testable_n_min && c.b.values.size() >= testable_n_min;
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
  return !group.values.empty() && group.stats.mean != 0 && group.stats.median != 0;
}

comparison compare_groups(const sample_group& a, const sample_group& b) {
  comparison c;
  c.a = a;
  c.b = b;
  c.test = mann_whitney(a.values, b.values);
  c.a12 = c.test.u / (static_cast<double>(a.values.size()) * static_cast<double>(b.values.size()));
  c.hl_shift = hodges_lehmann(a.values, b.values);
  c.ratio_of_means = a.stats.mean / b.stats.mean;
  c.ratio_of_medians = a.stats.median / b.stats.median;
  return c;
}

void judge_family(std::span<comparison> family) {
  std::vector<double> p;
  std::vector<double> best_p;
  for (const comparison& c : family) {
    if (!is_testable(c)) continue;
    p.push_back(c.test.p);
    best_p.push_back(smallest_p(c.a.values.size(), c.b.values.size()));
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

void add_interval(comparison& c, std::uint64_t seed) {
  c.ratio_ci = ratio_of_medians_interval(c.a.values, c.b.values, seed);
  if (c.said != judgement::not_distinguishable || !c.ratio_ci) return;
  if (c.ratio_ci->low >= 1 / equivalent_up_to && c.ratio_ci->high <= equivalent_up_to)
    c.said = judgement::equivalent;
}

std::vector<comparison> compare_all(std::span<const evidence_table> tables, std::size_t threads) {
  std::vector<std::vector<comparison>> by_table(tables.size());
  std::vector<comparison> across;
  // The tables against each other are the longest piece of work: first.
  in_parallel(tables.size() + 1, threads, [&](std::size_t i) {
    if (i == 0)
      across = compare_tables(tables);
    else
      by_table[i - 1] = compare_levels(tables, i - 1);
  });
  std::size_t size = across.size();
  for (const auto& some : by_table) size += some.size();
  std::vector<comparison> all;
  all.reserve(size);
  for (auto& some : by_table) std::ranges::move(some, std::back_inserter(all));
  std::ranges::move(across, std::back_inserter(all));
  return all;
}

}  // namespace chimera::evidence
