#include <fmt/format.h>
#include <algorithm>
#include <map>
#include <set>

#include "agents/evidence/columns/traits.hpp"
#include "agents/evidence/facts/comparing.hpp"
#include "agents/evidence/facts/factors.hpp"
#include "agents/evidence/facts/row_filter.hpp"
#include "agents/evidence/statistics/ranks.hpp"

namespace chimera::evidence {
namespace {

constexpr std::size_t cluster_max = 12;
constexpr std::size_t group_n_min = 4;

/// How often each value of a circumstance stands in a table, by the column's key.
struct value_counts {
  std::string name;
  bool subject = false;  ///< one value, and it names what was measured
  std::map<std::string, double> count;
};

struct member {
  std::size_t table = 0;
  std::map<std::string, std::size_t> measures;  ///< metric name and dimension -> column
  std::map<std::string, value_counts> circumstances;
};

std::string measure_key(const evidence_table& t, std::size_t column) {
  return fmt::format("{}\x1f{}", metric_name(t.data.columns[column].key),
                     to_text(t.traits[column].dimension));
}

// A constant label names the subject and a name of its own for each row says nothing: whether they
// are written does not matter. Any other label splits the table into groups, and such a table is
// only like one that is split in the same way.
bool splits_rows(const evidence_table& t, std::size_t column) {
  const struct column& cells = t.data.columns[column];
  std::set<std::string> seen;
  std::size_t rows = 0;
  for (std::size_t row = 0; row < t.data.rows; ++row) {
    if (t.rows.state[row] == row_state::failed || cells.missing(row)) continue;
    ++rows;
    seen.insert(cells.text(row));
  }
  return seen.size() > 1 && seen.size() < rows;
}

// Tables with equal keys were made by the same kind of experiment.
std::string cluster_key(const evidence_table& t, const member& m) {
  std::set<std::string> parameters;
  std::set<std::string> labels;
  for (std::size_t i = 0; i < t.traits.size(); ++i) {
    const std::string name = metric_name(t.data.columns[i].key);
    if (t.traits[i].role == role::parameter) parameters.insert(name);
    if (t.traits[i].role == role::label && splits_rows(t, i)) labels.insert(name);
  }
  std::string key =
      fmt::format("{}\x1e{}", fmt::join(parameters, "\x1f"), fmt::join(labels, "\x1f"));
  if (!parameters.empty()) return key;
  key += "\x1e" + t.data.path + "\x1e";
  for (const auto& [measure, column] : m.measures) key += measure + "\x1f";
  return key;
}

std::map<std::string, value_counts> count_circumstances(const evidence_table& t) {
  std::map<std::string, value_counts> found;
  for (const factor_levels& f : circumstances(t)) {
    const column& cells = t.data.columns[f.column];
    value_counts& counts = found[metric_name(cells.key)];
    counts.name = cells.name;
    for (std::size_t row = 0; row < t.data.rows; ++row) {
      if (t.rows.state[row] != row_state::failed && f.of_row[row] != factor_levels::none)
        counts.count[f.levels[f.of_row[row]]] += 1;
    }
    const std::string& model = t.about.model;
    counts.subject = counts.count.size() == 1 && !model.empty() &&
                     (model.find(counts.count.begin()->first) != std::string::npos ||
                      counts.count.begin()->first.find(model) != std::string::npos);
  }
  return found;
}

double distance_between(const value_counts& x, const value_counts& y) {
  std::map<std::string, std::pair<double, double>> both;
  for (const auto& [value, n] : x.count) both[value].first = n;
  for (const auto& [value, n] : y.count) both[value].second = n;
  std::vector<double> a;
  std::vector<double> b;
  for (const auto& [value, n] : both) {
    a.push_back(n.first);
    b.push_back(n.second);
  }
  return evidence::distance_between(a, b);
}

class cluster_comparer {
 public:
  cluster_comparer(std::span<const evidence_table> tables, std::span<const member> members)
      : tables_(tables), members_(members) {}

  void add(std::vector<comparison>& out) const {
    std::vector<std::string> measures;
    for (const member& m : members_) {
      for (const std::size_t column : comparable_measures(tables_[m.table])) {
        std::string key = measure_key(tables_[m.table], column);
        if (std::ranges::find(measures, key) == measures.end()) measures.push_back(std::move(key));
      }
    }
    for (const std::string& measure : measures) {
      add_measure(measure, false, out);
      const bool time = measure.ends_with(fmt::format("\x1f{}", to_text(dimension::time)));
      if (time) add_measure(measure, true, out);
    }
  }

 private:
  // A group with its member and its values.
  struct member_group {
    const member* of = nullptr;
    std::vector<double> values;
    sorted_group sorted;
  };

  void add_measure(const std::string& measure, bool warm_only, std::vector<comparison>& out) const {
    const std::vector<member_group> groups = groups_of(measure, warm_only);
    const std::size_t first = out.size();
    for (std::size_t i = 0; i < groups.size(); ++i) {
      for (std::size_t j = i + 1; j < groups.size(); ++j) {
        const sample_group& a = groups[i].sorted.group;
        const sample_group& b = groups[j].sorted.group;
        const evidence_table& left = tables_[a.table];
        const evidence_table& right = tables_[b.table];
        if (left.file == right.file && left.about.model == right.about.model) continue;
        if (left.traits[a.measure].better != right.traits[b.measure].better) continue;
        comparison c = compare_groups(groups[i].sorted, groups[j].sorted);
        name_sides(c);
        c.metric = metric_name(left.data.columns[a.measure].key);
        c.better = left.traits[a.measure].better;
        c.confounds = confounds_of(*groups[i].of, *groups[j].of, a.measure, warm_only);
        out.push_back(std::move(c));
      }
    }
    if (first == out.size()) return;
    const comparison& c = out[first];
    const evidence_table& t = tables_[c.a.table];
    const std::string family = fmt::format("{}{} and others: {}{}", t.file, t.data.path, c.metric,
                                           warm_only ? ", warm rows" : "");
    for (std::size_t i = first; i < out.size(); ++i) out[i].family = family;
    judge_family(std::span(out).subspan(first));
  }

  std::vector<member_group> groups_of(const std::string& measure, bool warm_only) const {
    std::vector<member_group> groups;
    bool units_differ = false;
    std::string unit;
    for (const member& m : members_) {
      const evidence_table& t = tables_[m.table];
      const auto column = m.measures.find(measure);
      if (column == m.measures.end() || (warm_only && !tells_cold_rows(t))) continue;
      const std::string& own = t.traits[column->second].unit;
      units_differ = units_differ || (!groups.empty() && own != unit);
      unit = own;
      sample_group group;
      group.table = m.table;
      group.measure = column->second;
      group.warm_only = warm_only;
      groups.push_back({&m, {}, {std::move(group), {}}});
    }
    for (member_group& g : groups) {
      sample_group& group = g.sorted.group;
      if (units_differ) group.scale = tables_[group.table].traits[group.measure].to_base;
      g.values = values_of(group, tables_);
      sort_values(g.values);
      g.sorted.sorted = g.values;
      if (!g.values.empty()) group.stats = summarise_sorted(g.values);
    }
    std::erase_if(groups, [&](const member_group& g) {
      // Of a unit that is not known for sure nothing can be converted.
      const sample_group& group = g.sorted.group;
      const column_traits& traits = tables_[group.table].traits[group.measure];
      if (units_differ && (traits.unit.empty() || traits.certainty == confidence::low)) return true;
      return g.values.size() < group_n_min || !has_ratio(group);
    });
    return groups;
  }

  void name_sides(comparison& c) const {
    const evidence_table& left = tables_[c.a.table];
    const evidence_table& right = tables_[c.b.table];
    const bool same = left.about.model == right.about.model;
    c.a.level = same || left.about.model.empty() ? left.file : left.about.model;
    c.b.level = same || right.about.model.empty() ? right.file : right.about.model;
  }

  std::vector<std::string> confounds_of(const member& x, const member& y, std::size_t measure,
                                        bool warm_only) const {
    std::vector<std::string> found;
    const evidence_table& left = tables_[x.table];
    const evidence_table& right = tables_[y.table];
    if (!warm_only && left.traits[measure].dimension == dimension::time) {
      const double cold[] = {static_cast<double>(left.rows.cold),
                             static_cast<double>(right.rows.cold)};
      const double ok[] = {static_cast<double>(left.data.rows - left.rows.failed),
                           static_cast<double>(right.data.rows - right.rows.failed)};
      const double a[] = {cold[0], ok[0] - cold[0]};
      const double b[] = {cold[1], ok[1] - cold[1]};
      if ((cold[0] > 0) != (cold[1] > 0) || evidence::distance_between(a, b) >= confounded_from)
        found.emplace_back(cold_rows_confound);
    }
    for (const auto& [key, counts] : x.circumstances) {
      const auto other = y.circumstances.find(key);
      if (other == y.circumstances.end() || (counts.subject && other->second.subject)) continue;
      if (distance_between(counts, other->second) >= confounded_from) found.push_back(counts.name);
    }
    return found;
  }

  std::span<const evidence_table> tables_;
  std::span<const member> members_;
};

}  // namespace

std::vector<comparison> compare_tables(std::span<const evidence_table> tables) {
  std::map<std::string, std::size_t> cluster_of;
  std::vector<std::vector<member>> clusters;  // in order of their first tables
  for (std::size_t i = 0; i < tables.size(); ++i) {
    const evidence_table& t = tables[i];
    if (!can_be_compared(t) || t.data.rows - t.rows.failed < group_n_min) continue;
    member m;
    m.table = i;
    for (const std::size_t column : comparable_measures(t))
      m.measures.emplace(measure_key(t, column), column);
    if (m.measures.empty()) continue;
    const auto [at, is_new] = cluster_of.try_emplace(cluster_key(t, m), clusters.size());
    if (is_new) clusters.emplace_back();
    if (clusters[at->second].size() < cluster_max) clusters[at->second].push_back(std::move(m));
  }
  std::vector<comparison> out;
  for (std::vector<member>& members : clusters) {
    if (members.size() < 2) continue;
    for (member& m : members) m.circumstances = count_circumstances(tables[m.table]);
    cluster_comparer(tables, members).add(out);
  }
  return out;
}

}  // namespace chimera::evidence
