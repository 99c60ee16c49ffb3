// What differs between groups: models and tags within a file, files against each other, parameters.
#include <algorithm>
#include <map>

#include "agents/evidence/facts/comparison_facts.hpp"
#include "agents/evidence/facts/tree_facts.hpp"
#include "agents/report/outline_builder.hpp"

namespace chimera::report {
namespace {

using evidence::comparison;
using evidence::evidence_table;
using evidence::judgement;

constexpr std::size_t table_rows_max = 16;
constexpr std::size_t forest_rows_max = 24;

bool is_primary(const comparison& c) {
  return c.metric == "throughput" || c.metric == "ttft" || c.metric == "latency";
}

const evidence::column_traits& traits_of(const outline_builder& b, const comparison& c) {
  return b.data().tables[c.a.table].traits[c.a.measure];
}

// "q4_0" as a name; across files the model, else the file, and both where models are the same.
std::string side_name(outline_builder& b, const comparison& c, const evidence::sample_group& g) {
  const evidence_table& t = b.data().tables[g.table];
  if (!g.factor.empty()) return b.name(g.level, t.file, g.factor);
  const std::string& other = g.table == c.a.table ? b.data().tables[c.b.table].about.model
                                                  : b.data().tables[c.a.table].about.model;
  if (t.about.model.empty() || t.about.model == other) return b.file_name(t);
  return b.name(t.about.model, t.file, t.about.model_from);
}

std::string side_text(const outline_builder& b, const comparison& c,
                      const evidence::sample_group& g) {
  const evidence_table& t = b.data().tables[g.table];
  if (!g.factor.empty()) return g.level;
  const std::string& other = g.table == c.a.table ? b.data().tables[c.b.table].about.model
                                                  : b.data().tables[c.a.table].about.model;
  return t.about.model.empty() || t.about.model == other ? t.file : t.about.model;
}

finding finding_of(outline_builder& b, const comparison& c, double weight) {
  const evidence::column_traits& traits = traits_of(b, c);
  finding f;
  f.kind = c.said == judgement::different    ? "faster"
           : c.said == judgement::untestable ? "untestable"
           : c.said == judgement::equivalent ? "equivalent"
                                             : "same";
  f.weight = weight + c.effect();
  f.slots = {{"metric", traits.label},
             {"dimension", std::string(to_text(traits.dimension))},
             {"a", side_name(b, c, c.a)},
             {"b", side_name(b, c, c.b)},
             {"median-a", b.group(c.a, "median")},
             {"median-b", b.group(c.b, "median")},
             {"ratio", b.compared(c, "ratio_of_medians")},
             {"p", b.compared(c, "p_holm")},
             {"n-a", b.group(c.a, "count")},
             {"n-b", b.group(c.b, "count")},
             {"file", b.file_name(b.data().tables[c.a.table])}};
  if (c.a.warm_only) f.slots.emplace_back("warm", "yes");
  if (!c.a.factor.empty()) f.slots.emplace_back("factor", b.name(c.a.factor, "", "header"));
  if (c.ratio_ci) {
    f.slots.emplace_back("ci-low", b.compared(c, "ratio_ci_low"));
    f.slots.emplace_back("ci-high", b.compared(c, "ratio_ci_high"));
  }
  if (!c.confounds.empty())
    f.slots.emplace_back("confound", b.name(c.confounds.front(), "", "header"));
  return f;
}

std::string verdict_text(const comparison& c) {
  switch (c.said) {
    case judgement::different:
      return "different";
    case judgement::not_distinguishable:
      return "not distinguishable";
    case judgement::equivalent:
      return "equivalent within five percent";
    case judgement::untestable:
      return "cannot be tested at these n";
  }
  return "";
}

std::string add_table(outline_builder& b, const std::string& id, std::string caption,
                      const std::vector<const comparison*>& rows) {
  table_block table;
  table.caption = std::move(caption);
  table.header = {"Measure", "A",        "B",        "Median A", "Median B",
                  "A / B",   "Interval", "p (Holm)", "n",        "Verdict"};
  table.align = {"l", "l", "l", "r", "r", "r", "r", "r", "r", "l"};
  for (std::size_t i = 0; i < rows.size() && i < table_rows_max; ++i) {
    const comparison& c = *rows[i];
    const std::string low = b.compared(c, "ratio_ci_low");
    table.rows.push_back({traits_of(b, c).label + (c.a.warm_only ? ", warm rows" : ""),
                          side_name(b, c, c.a), side_name(b, c, c.b), b.group(c.a, "median"),
                          b.group(c.b, "median"), b.compared(c, "ratio_of_medians"),
                          low.empty() ? "" : low + " to " + b.compared(c, "ratio_ci_high"),
                          b.compared(c, "p_holm"),
                          b.group(c.a, "count") + " + " + b.group(c.b, "count"), verdict_text(c)});
  }
  b.out().names.tables.emplace(id, std::move(table));
  return id;
}

std::string add_forest(outline_builder& b, const std::string& id, std::string title,
                       const std::vector<const comparison*>& rows) {
  forest_spec spec;
  spec.name = id;
  spec.title = std::move(title);
  for (const comparison* c : rows) {
    if (!c->ratio_ci || spec.rows.size() == forest_rows_max) continue;
    effect_row row;
    row.label =
        traits_of(b, *c).label + ": " + side_text(b, *c, c->a) + " / " + side_text(b, *c, c->b);
    row.ratio = c->ratio_of_medians;
    row.low = c->ratio_ci->low;
    row.high = c->ratio_ci->high;
    row.significant = c->said == judgement::different;
    row.note = "n = " + std::to_string(c->a.stats.n) + " + " + std::to_string(c->b.stats.n);
    spec.rows.push_back(std::move(row));
  }
  if (spec.rows.empty()) return {};
  b.out().names.figures.emplace(id, forest_plot(spec));
  return id;
}

std::string add_strip(outline_builder& b, const std::string& id, const comparison& first,
                      const std::vector<const comparison*>& rows) {
  strip_spec spec;
  spec.name = id;
  const evidence::column_traits& traits = traits_of(b, first);
  spec.title = traits.label + " of each " + (first.a.factor.empty() ? "file" : first.a.factor);
  spec.axis = traits.label + " (" + traits.unit + ")";
  std::map<std::string, const evidence::sample_group*> groups;
  for (const comparison* c : rows) {
    if (c->metric != first.metric || c->a.warm_only != first.a.warm_only) continue;
    groups.try_emplace(side_text(b, *c, c->a), &c->a);
    groups.try_emplace(side_text(b, *c, c->b), &c->b);
  }
  for (const auto& [label, group] : groups)
    if (spec.series.size() < 12)
      spec.series.push_back({label, values_of(*group, b.data().tables), {}});
  b.out().names.figures.emplace(id, strip_plot(spec));
  return id;
}

// Throughput first, then TTFT, then the rest; all rows before warm rows; larger effects first.
void put_in_order(std::vector<const comparison*>& rows) {
  const auto rank = [](const comparison* c) {
    return c->metric == "throughput" ? 0 : c->metric == "ttft" ? 1 : 2;
  };
  std::ranges::stable_sort(rows, [&](const comparison* x, const comparison* y) {
    if (rank(x) != rank(y)) return rank(x) < rank(y);
    if (x->a.warm_only != y->a.warm_only) return y->a.warm_only;
    return x->effect() > y->effect();
  });
}

using cluster = std::vector<const comparison*>;

// Where cold rows are told apart, a time comparison over all rows compares the cold starts.
bool pools_cold(const outline_builder& b, const comparison& c) {
  const auto has_cold = [&](const evidence::sample_group& g) {
    return b.data().tables[g.table].rows.cold > 0;
  };
  return !c.a.warm_only && traits_of(b, c).dimension == evidence::dimension::time &&
         (has_cold(c.a) || has_cold(c.b));
}

void add_question(outline_builder& b, part& p, const std::string& id, std::string title,
                  std::string caption, cluster rows, double weight) {
  // What a run costs and how fast it is comes first; without such a measure there is no question.
  if (std::ranges::any_of(rows, [](const comparison* c) { return is_primary(*c); }))
    std::erase_if(rows, [](const comparison* c) { return !is_primary(*c); });
  std::erase_if(rows, [&](const comparison* c) {
    const evidence::dimension d = traits_of(b, *c).dimension;
    return d != evidence::dimension::time && d != evidence::dimension::rate;
  });
  std::erase_if(rows, [&](const comparison* c) { return pools_cold(b, *c); });
  if (rows.empty()) return;
  put_in_order(rows);
  question q;
  q.id = id;
  q.title = std::move(title);
  q.tables = {add_table(b, id, std::move(caption), rows)};
  q.figures.push_back(add_strip(b, id + "-values", *rows.front(), rows));
  if (std::string forest = add_forest(b, id + "-effects", "Ratios with intervals", rows);
      !forest.empty())
    q.figures.push_back(std::move(forest));
  for (std::size_t i = 0; i < rows.size() && i < table_rows_max; ++i)
    q.findings.push_back(finding_of(b, *rows[i], weight));
  const auto best = std::ranges::max_element(
      q.findings, {}, [](const finding& f) { return f.kind == "faster" ? f.weight : -1.0; });
  if (best->kind == "faster") {
    p.headline.push_back(*best);
    finding advice = *best;
    advice.kind = "prefer";
    advice.level = proto::severity::info;
    p.recommendations.push_back(std::move(advice));
  }
  const auto same = std::ranges::find_if(q.findings, [](const finding& f) {
    return f.kind == "same" && f.slot("dimension") == "time";
  });
  if (same != q.findings.end()) p.headline.push_back(*same);
  p.questions.push_back(std::move(q));
}

std::string letters(std::size_t i) {
  std::string text(1, static_cast<char>('a' + i % 26));
  return i < 26 ? text : letters(i / 26 - 1) + text;
}

void add_parameters(outline_builder& b, part& p, cluster rows) {
  const bool primary =
      std::ranges::any_of(rows, [](const comparison* c) { return is_primary(*c); });
  std::erase_if(rows, [&](const comparison* c) {
    const evidence::dimension d = traits_of(b, *c).dimension;
    const bool judged = d == evidence::dimension::time || d == evidence::dimension::rate;
    return primary ? !is_primary(*c) : !judged;
  });
  if (rows.empty()) return;
  std::erase_if(rows, [&](const comparison* c) { return pools_cold(b, *c); });
  std::ranges::stable_sort(rows, [](const comparison* x, const comparison* y) {
    const bool dx = x->said == judgement::different;
    const bool dy = y->said == judgement::different;
    return dx != dy ? dx : x->effect() > y->effect();
  });
  if (rows.empty()) return;
  question q;
  q.id = "parameters";
  q.title = "Do the parameters matter?";
  q.tables = {
      add_table(b, "parameters", "Parameters of the sweeps, largest differences first", rows)};
  if (std::string forest =
          add_forest(b, "parameters-effects", "Ratios between parameter values", rows);
      !forest.empty())
    q.figures.push_back(std::move(forest));
  finding f;
  f.kind = "parameters";
  f.level = proto::severity::info;
  f.weight = 2;
  f.slots = {{"tested", b.tree("comparisons/parameters")},
             {"different", b.tree("comparisons/parameters/different")}};
  if (rows.front()->said == judgement::different) {
    const finding largest = finding_of(b, *rows.front(), 0);
    for (const auto& slot : largest.slots) f.slots.push_back(slot);
  }
  q.findings.push_back(std::move(f));
  p.questions.push_back(std::move(q));
}

}  // namespace

void outline_groups(outline_builder& b, part& p) {
  std::map<std::pair<std::size_t, std::string>, cluster> by_label;
  cluster across;
  cluster parameters;
  for (const comparison& c : b.data().comparisons) {
    if (c.a.factor.empty()) {
      across.push_back(&c);
      continue;
    }
    const evidence_table& t = b.data().tables[c.a.table];
    const std::size_t column = t.data.find(c.a.factor);
    const bool parameter =
        column < t.traits.size() && t.traits[column].role == evidence::role::parameter;
    if (parameter)
      parameters.push_back(&c);
    else
      by_label[{c.a.table, c.a.factor}].push_back(&c);
  }
  std::size_t number = 0;
  for (auto& [key, rows] : by_label) {
    const evidence_table& t = b.data().tables[key.first];
    add_question(
        b, p, "groups-" + letters(number++),
        "What does " + b.name(key.second, t.file, "header") + " change in " + b.file_name(t) + "?",
        "Groups of a file against each other", std::move(rows), 5);
  }
  if (!across.empty())
    add_question(b, p, "across-files", "How do the files compare with each other?",
                 "Files with the same parameters against each other", std::move(across), 4);
  add_parameters(b, p, std::move(parameters));
}

}  // namespace chimera::report
