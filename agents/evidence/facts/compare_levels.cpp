#include <fmt/format.h>
#include <algorithm>

#include "agents/evidence/columns/traits.hpp"
#include "agents/evidence/facts/comparing.hpp"
#include "agents/evidence/facts/factors.hpp"
#include "agents/evidence/facts/row_filter.hpp"

namespace chimera::evidence {
namespace {

constexpr std::size_t group_n_min = 2;

// All pairs of levels of one factor in one measure: one family.
class family_maker {
 public:
  family_maker(const evidence_table& t, std::size_t table, const factor_levels& factor,
               const confound_finder& confounds)
      : t_(t), table_(table), factor_(factor), confounds_(confounds) {}

  void add(std::size_t measure, bool warm_only, std::vector<comparison>& out) const {
    const std::vector<sample_group> groups = groups_of(measure, warm_only);
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
  static bool is_large_enough(const sample_group& group) {
    return group.values.size() >= group_n_min && has_ratio(group);
  }

  std::vector<sample_group> groups_of(std::size_t measure, bool warm_only) const {
    std::vector<sample_group> groups;
    for (std::uint32_t level = 0; level < factor_.levels.size(); ++level) {
      row_filter filter{&factor_, level, std::nullopt};
      if (warm_only) filter.only = warmth::warm;
      sample_group group;
      group.table = table_;
      group.measure = measure;
      group.factor = t_.data.columns[factor_.column].name;
      group.level = factor_.levels[level];
      group.warm_only = warm_only;
      group.values = select_rows(t_, measure, filter).values;
      if (!group.values.empty()) group.stats = summarise(group.values);
      groups.push_back(std::move(group));
    }
    return groups;
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

std::vector<comparison> compare_levels(std::span<const evidence_table> tables, std::size_t index) {
  const evidence_table& t = tables[index];
  if (!can_be_compared(t)) return {};
  const std::vector<std::size_t> measures = comparable_measures(t);
  if (measures.empty()) return {};
  const std::vector<factor_levels> factors = comparable_factors(t);
  if (factors.empty()) return {};
  const std::vector<factor_levels> other = circumstances(t);
  std::vector<confound_finder> confounds;
  confounds.reserve(factors.size());
  for (const factor_levels& factor : factors) confounds.emplace_back(t, factor, other);
  std::vector<comparison> out;
  for (const std::size_t measure : measures) {
    const bool twice = t.traits[measure].dimension == dimension::time && tells_cold_rows(t);
    for (std::size_t i = 0; i < factors.size(); ++i) {
      const family_maker maker(t, index, factors[i], confounds[i]);
      maker.add(measure, false, out);
      if (twice) maker.add(measure, true, out);
    }
  }
  return out;
}

}  // namespace chimera::evidence
