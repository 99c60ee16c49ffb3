#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "agents/evidence/columns/traits.hpp"
#include "agents/evidence/facts/comparing.hpp"
#include "agents/evidence/facts/factors.hpp"
#include "agents/evidence/facts/in_parallel.hpp"
#include "agents/evidence/facts/row_filter.hpp"
#include "agents/evidence/facts/table_summaries.hpp"
#include "agents/evidence/statistics/ranks.hpp"

namespace chimera::evidence {
namespace {

constexpr std::size_t group_n_min = 2;

// All pairs of levels of one factor in one measure: one family.
class family_maker {
 public:
  family_maker(const evidence_table& t, std::size_t table, const factor_levels& factor,
               const confound_finder& confounds)
      : t_(t), table_(table), factor_(factor), confounds_(confounds) {}

  /// `values` is room that serves for all families of a measure.
  void add(std::size_t measure, bool warm_only, std::vector<double>& values,
           std::vector<comparison>& out) const {
    const std::vector<sorted_group> groups = groups_of(measure, warm_only, values);
    const std::size_t first = out.size();
    const std::string family = name_of(measure, warm_only);
    const std::string metric = metric_name(t_.data.columns[measure].key);
    const bool cold_matters =
        !warm_only && t_.traits[measure].dimension == dimension::time && tells_cold_rows(t_);
    for (std::uint32_t a = 0; a < groups.size(); ++a) {
      for (std::uint32_t b = a + 1; b < groups.size(); ++b) {
        if (!is_large_enough(groups[a]) || !is_large_enough(groups[b])) continue;
        comparison c = compare_groups(groups[a], groups[b]);
        c.metric = metric;
        c.better = t_.traits[measure].better;
        c.family = family;
        if (cold_matters && confounds_.cold_differs(a, b))
          c.confounds.emplace_back(cold_rows_confound);
        std::ranges::move(confounds_.between(a, b, warm_only), std::back_inserter(c.confounds));
        out.push_back(std::move(c));
      }
    }
    judge_family(std::span(out).subspan(first));
  }

 private:
  static bool is_large_enough(const sorted_group& g) {
    return g.sorted.size() >= group_n_min && has_ratio(g.group);
  }

  // All levels stand in `values`, one after the other, each of them sorted.
  std::vector<sorted_group> groups_of(std::size_t measure, bool warm_only,
                                      std::vector<double>& values) const {
    const std::vector<std::size_t> begins = split(measure, warm_only, values);
    std::vector<sorted_group> groups;
    for (std::uint32_t level = 0; level < factor_.levels.size(); ++level) {
      const auto of_level =
          std::span(values).subspan(begins[level], begins[level + 1] - begins[level]);
      sort_values(of_level);
      sample_group group;
      group.table = table_;
      group.measure = measure;
      group.factor = t_.data.columns[factor_.column].name;
      group.factor_column = factor_.column;
      group.level = factor_.levels[level];
      group.warm_only = warm_only;
      if (!of_level.empty()) group.stats = summarise_sorted(of_level);
      groups.push_back({std::move(group), of_level});
    }
    return groups;
  }

  // The values of each level together; where each begins, and the end.
  std::vector<std::size_t> split(std::size_t measure, bool warm_only,
                                 std::vector<double>& values) const {
    const std::vector<double>& column = t_.data.columns[measure].values;
    const auto each = [&](const auto& visit) {
      for (std::size_t row = 0; row < t_.data.rows; ++row) {
        const std::uint32_t level = factor_.of_row[row];
        const bool taken = level != factor_levels::none &&
                           t_.rows.state[row] != row_state::failed &&
                           (!warm_only || t_.rows.warm[row] == warmth::warm);
        if (taken && std::isfinite(column[row])) visit(level, column[row]);
      }
    };
    std::vector<std::size_t> begins(factor_.levels.size() + 1, 0);
    each([&](std::uint32_t level, double) { ++begins[level + 1]; });
    std::partial_sum(begins.begin(), begins.end(), begins.begin());
    values.resize(begins.back());
    std::vector<std::size_t> at = begins;
    each([&](std::uint32_t level, double value) { values[at[level]++] = value; });
    return begins;
  }

  std::string name_of(std::size_t measure, bool warm_only) const {
    return fmt::format("{}{}: {} by {}{}", t_.file, t_.data.path, t_.data.columns[measure].name,
                       t_.data.columns[factor_.column].name, warm_only ? ", warm rows" : "");
  }

  const evidence_table& t_;
  std::size_t table_;
  const factor_levels& factor_;
  const confound_finder& confounds_;
};

}  // namespace

std::size_t parts_of(const evidence_table& t) {
  return is_large(t) ? std::max<std::size_t>(comparable_measures(t).size(), 1) : 1;
}

std::vector<comparison> compare_levels(std::span<const evidence_table> tables, std::size_t index,
                                       std::size_t threads, const std::function<void()>& done) {
  const evidence_table& t = tables[index];
  const std::vector<std::size_t> measures = comparable_measures(t);
  std::vector<factor_levels> factors;
  if (can_be_compared(t) && !measures.empty()) factors = comparable_factors(t);
  if (factors.empty()) {
    for (std::size_t i = 0; i < parts_of(t); ++i) done();
    return {};
  }
  const std::vector<factor_levels> other = circumstances(t);
  std::vector<confound_finder> confounds;
  confounds.reserve(factors.size());
  for (const factor_levels& factor : factors) confounds.emplace_back(t, factor, other);
  const bool large = is_large(t);
  std::vector<std::vector<comparison>> by_measure(measures.size());
  in_parallel(measures.size(), large ? std::min(threads, columns_at_once) : 1, [&](std::size_t m) {
    const bool twice = t.traits[measures[m]].dimension == dimension::time && tells_cold_rows(t);
    std::vector<double> values;
    for (std::size_t i = 0; i < factors.size(); ++i) {
      const family_maker maker(t, index, factors[i], confounds[i]);
      maker.add(measures[m], false, values, by_measure[m]);
      if (twice) maker.add(measures[m], true, values, by_measure[m]);
    }
    if (large) done();
  });
  if (!large) done();
  std::vector<comparison> out;
  for (auto& some : by_measure) std::ranges::move(some, std::back_inserter(out));
  return out;
}

}  // namespace chimera::evidence
