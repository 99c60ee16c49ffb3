#include "agents/evidence/facts/comparison_facts.hpp"

#include <fmt/format.h>

#include "agents/evidence/facts/table_facts.hpp"

namespace chimera::evidence {
namespace {

std::vector<proto::filter_term> terms_of(const sample_group& group) {
  std::vector<proto::filter_term> terms;
  if (!group.factor.empty()) terms.push_back({group.factor, "=", group.level});
  if (group.warm_only) terms.push_back({"row", "is", "warm"});
  return terms;
}

// Effects on means come from means, everything else from medians.
std::string_view operand_agg(std::string_view agg) {
  return agg == "ratio_of_means" ? "mean" : "median";
}

proto::fact base_of(const comparison& c, std::span<const evidence_table> tables,
                    const id_lookup& id_of, std::string_view agg) {
  const evidence_table& t = tables[c.a.table];
  proto::fact f = fact_of_column(t, c.a.measure);
  f.filter = terms_of(c.a);
  f.agg = agg;
  f.kind = agg == "verdict" ? "verdict" : "derived";
  f.n = c.a.stats.n + c.b.stats.n;
  f.derived_from = {id_of(group_key(c.a, tables, operand_agg(agg))),
                    id_of(group_key(c.b, tables, operand_agg(agg)))};
  if (agg != "hl_shift") {
    f.unit.clear();
    f.dim = "ratio";
  }
  f.polarity = "none";
  for (const std::string& confound : c.confounds) f.flags.push_back("confound:" + confound);
  f.flags.push_back(fmt::format("family:{}", c.family_size));
  return f;
}

}  // namespace

std::string_view to_text(judgement j) {
  switch (j) {
    case judgement::different:
      return "different";
    case judgement::not_distinguishable:
      return "not distinguishable";
    case judgement::equivalent:
      return "equivalent";
    case judgement::untestable:
      return "untestable";
  }
  return "untestable";
}

std::string group_key(const sample_group& group, std::span<const evidence_table> tables,
                      std::string_view agg) {
  return summary_key(tables[group.table], group.measure, terms_of(group), agg);
}

std::string comparison_key(const comparison& c, std::span<const evidence_table> tables,
                           const id_lookup& id_of, std::string_view agg) {
  return key_of(base_of(c, tables, id_of, agg));
}

void add_comparison(const comparison& c, std::span<const evidence_table> tables,
                    const id_lookup& id_of, fact_set& facts) {
  const std::string pair =
      c.a.factor.empty()
          ? fmt::format("{} against {}", tables[c.a.table].file, tables[c.b.table].file)
          : fmt::format("{} = {} against {} in {}", c.a.factor, c.a.level, c.b.level,
                        tables[c.a.table].file);
  const auto add = [&](std::string_view agg, std::string_view words, double value) {
    proto::fact f = base_of(c, tables, id_of, agg);
    f.phrase =
        fmt::format("{} of {}, {}{}", words, c.metric, pair, c.a.warm_only ? ", warm rows" : "");
    facts.add(std::move(f), value);
  };
  add("ratio_of_means", "ratio of means", c.ratio_of_means);
  add("ratio_of_medians", "ratio of medians", c.ratio_of_medians);
  if (c.ratio_ci) {
    add("ratio_ci_low", "lower end of the 95 % interval of the ratio of medians", c.ratio_ci->low);
    add("ratio_ci_high", "upper end of the 95 % interval of the ratio of medians",
        c.ratio_ci->high);
  }
  add("hl_shift", "Hodges-Lehmann shift", c.hl_shift);
  add("a12", "A12 (share of pairs in which the first is larger)", c.a12);
  add("u", "Mann-Whitney U", c.test.u);
  add("p", c.test.exact ? "exact Mann-Whitney p" : "Mann-Whitney p", c.test.p);
  add("p_holm", "Holm-adjusted p", c.p_holm);
  proto::fact f = base_of(c, tables, id_of, "verdict");
  f.value = to_text(c.said);
  f.dim.clear();
  f.phrase = fmt::format("verdict on {}, {}", c.metric, pair);
  facts.add_text(std::move(f));
}

}  // namespace chimera::evidence
