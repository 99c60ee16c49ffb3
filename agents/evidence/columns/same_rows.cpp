#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agents/evidence/columns/evidence_table.hpp"
#include "proto/decimal.hpp"

namespace chimera::evidence {
namespace {

constexpr std::size_t rows_min = 2;      ///< a single row may agree by chance
constexpr std::size_t shared_min = 2;    ///< measures that both must have
constexpr double telling_ratio = 100.0;  ///< value over resolution: three digits tell runs apart
constexpr std::size_t indexed_rows = 50'000;  ///< larger tables are looked up by their first row
constexpr std::size_t candidates_max = 64;    ///< tables compared with one

/// One measure of a table, in base units.
struct measure_view {
  std::string metric;
  std::size_t column = 0;
  double factor = 1;
  double resolution = 0;  ///< half a unit in the last printed place
  bool telling = false;   ///< enough digits and distinct values to recognise rows by
};

struct table_view {
  std::vector<measure_view> measures;  ///< by metric
  std::vector<std::uint32_t> rows;     ///< that did not fail
};

/// Decimals that the file printed: those of the longest shortest-decimal among the cells.
int decimals_of(const column& c) {
  int most = 0;
  std::size_t looked_at = 0;
  for (const double value : c.values) {
    if (!is_number(value)) continue;
    const std::string text = proto::shortest(value);
    if (text.find('e') != std::string::npos) return 17;
    const std::size_t point = text.find('.');
    if (point != std::string::npos) {
      most = std::max(most, static_cast<int>(text.size() - point - 1));
    }
    if (++looked_at == 64) break;
  }
  return most;
}

bool is_telling(const column& c, const std::vector<std::uint32_t>& rows, double resolution) {
  std::optional<double> first;
  bool varies = false;
  double largest = 0;
  for (const std::uint32_t row : rows) {
    const double value = c.number(row);
    if (!is_number(value)) continue;
    if (!first) first = value;
    varies = varies || value != *first;
    largest = std::max(largest, std::abs(value));
  }
  return varies && largest >= telling_ratio * 2 * resolution;
}

std::optional<table_view> view_of(const evidence_table& t) {
  if (t.data.shape != table_shape::records || t.traits.size() != t.data.columns.size()) {
    return std::nullopt;
  }
  table_view out;
  for (std::uint32_t row = 0; row < t.data.rows; ++row) {
    if (t.rows.state.empty() || t.rows.state[row] == row_state::ok) out.rows.push_back(row);
  }
  if (out.rows.size() < rows_min) return std::nullopt;
  std::map<std::string, std::pair<bool, std::size_t>, std::less<>> chosen;
  for (std::size_t i = 0; i < t.data.columns.size(); ++i) {
    const column_traits& traits = t.traits[i];
    const bool plain =
        traits.statistic == stored_statistic::none || traits.statistic == stored_statistic::sum;
    if (traits.role != role::measure || !t.data.columns[i].numeric()) continue;
    if (!plain && traits.statistic != stored_statistic::mean) continue;
    const column& c = t.data.columns[i];
    const auto [at, is_new] =
        chosen.try_emplace(metric_name(c.key.empty() ? c.name : c.key), plain, i);
    if (!is_new && plain && !at->second.first) at->second = {plain, i};
  }
  for (const auto& [metric, choice] : chosen) {
    const column& c = t.data.columns[choice.second];
    measure_view m{metric, choice.second, t.traits[choice.second].to_base, 0, false};
    const double resolution = 0.5 * std::pow(10.0, -decimals_of(c));
    m.telling = is_telling(c, out.rows, resolution);
    m.resolution = resolution * m.factor;
    out.measures.push_back(std::move(m));
  }
  if (out.measures.size() < shared_min) return std::nullopt;
  return out;
}

/// A column of both tables with the same metric.
struct shared_measure {
  const column* a = nullptr;
  const column* b = nullptr;
  double factor_a = 1;
  double factor_b = 1;
  double tolerance = 0;
  bool telling = false;

  [[nodiscard]] bool equal(std::uint32_t row_a, std::uint32_t row_b) const {
    const double x = a->number(row_a);
    const double y = b->number(row_b);
    if (!is_number(x) || !is_number(y)) return !is_number(x) && !is_number(y);
    const double left = x * factor_a;
    const double right = y * factor_b;
    return std::abs(left - right) <= tolerance + 1e-12 * std::abs(left);
  }
};

std::vector<shared_measure> shared(const evidence_table& a, const table_view& view_a,
                                   const evidence_table& b, const table_view& view_b) {
  std::vector<shared_measure> out;
  for (const measure_view& m : view_a.measures) {
    const auto other =
        std::ranges::lower_bound(view_b.measures, m.metric, {}, &measure_view::metric);
    if (other == view_b.measures.end() || other->metric != m.metric) continue;
    shared_measure s;
    s.a = &a.data.columns[m.column];
    s.b = &b.data.columns[other->column];
    s.factor_a = m.factor;
    s.factor_b = other->factor;
    const double coarse = std::max(m.resolution, other->resolution);
    // Two columns of whole numbers must agree exactly.
    const bool whole = m.resolution == 0.5 * m.factor && other->resolution == 0.5 * other->factor;
    s.tolerance = whole ? 0 : coarse * 1.0001;
    s.telling = m.telling && other->telling;
    out.push_back(s);
  }
  return out;
}

bool equal_rows(const std::vector<shared_measure>& measures, std::uint32_t row,
                std::uint32_t other) {
  return std::ranges::all_of(measures,
                             [&](const shared_measure& m) { return m.equal(row, other); });
}

bool equal_in_order(const table_view& a, const table_view& b,
                    const std::vector<shared_measure>& measures) {
  if (a.rows.size() != b.rows.size()) return false;
  for (std::size_t i = 0; i < a.rows.size(); ++i) {
    if (!equal_rows(measures, a.rows[i], b.rows[i])) return false;
  }
  return true;
}

/// Whether every row of `small` stands in `large`, each row of `large` used at most once. Large
/// tables are compared in their order only.
bool contains_rows(const table_view& small, const table_view& large,
                   const std::vector<shared_measure>& measures) {
  if (equal_in_order(small, large, measures)) return true;
  if (large.rows.size() > indexed_rows) return false;
  const auto pivot = std::ranges::find_if(measures, &shared_measure::telling);
  std::vector<std::pair<double, std::uint32_t>> sorted;
  sorted.reserve(large.rows.size());
  for (const std::uint32_t row : large.rows) {
    const double value = pivot->b->number(row);
    if (is_number(value)) sorted.emplace_back(value * pivot->factor_b, row);
  }
  std::ranges::sort(sorted);
  std::vector<bool> used(sorted.size(), false);
  for (const std::uint32_t row : small.rows) {
    const double value = pivot->a->number(row);
    if (!is_number(value)) return false;
    const double wanted = value * pivot->factor_a;
    const double slack = pivot->tolerance + 1e-12 * std::abs(wanted);
    auto at = std::ranges::lower_bound(sorted, wanted - slack, {},
                                       &std::pair<double, std::uint32_t>::first);
    bool found = false;
    for (; at != sorted.end() && at->first <= wanted + slack && !found; ++at) {
      const auto index = static_cast<std::size_t>(at - sorted.begin());
      if (used[index]) continue;
      const std::uint32_t other = at->second;
      found = std::ranges::all_of(measures,
                                  [&](const shared_measure& m) { return m.equal(row, other); });
      if (found) used[index] = true;
    }
    if (!found) return false;
  }
  return true;
}

bool same(const evidence_table& a, const table_view& view_a, const evidence_table& b,
          const table_view& view_b) {
  const bool a_is_small = view_a.rows.size() <= view_b.rows.size();
  const auto measures = a_is_small ? shared(a, view_a, b, view_b) : shared(b, view_b, a, view_a);
  if (measures.size() < shared_min) return false;
  if (std::ranges::none_of(measures, &shared_measure::telling)) return false;
  return a_is_small ? contains_rows(view_a, view_b, measures)
                    : contains_rows(view_b, view_a, measures);
}

/// Values of one metric over all tables: where to look for a table that holds a given row.
struct entry {
  double value = 0;
  double resolution = 0;
  std::size_t table = 0;
  bool operator<(const entry& other) const {
    return std::pair(value, table) < std::pair(other.value, other.table);
  }
};
struct value_index {
  std::vector<entry> entries;
  double coarsest = 0;  ///< largest resolution of a telling column
};

using metric_index = std::map<std::string, value_index, std::less<>>;

metric_index make_index(const std::vector<evidence_table>& tables,
                        const std::vector<std::optional<table_view>>& views) {
  metric_index out;
  for (std::size_t i = 0; i < tables.size(); ++i) {
    if (!views[i]) continue;
    const bool large = views[i]->rows.size() > indexed_rows;
    for (const measure_view& m : views[i]->measures) {
      if (!m.telling) continue;
      value_index& index = out[m.metric];
      index.coarsest = std::max(index.coarsest, m.resolution);
      const column& c = tables[i].data.columns[m.column];
      for (const std::uint32_t row : views[i]->rows) {
        const double value = c.number(row);
        if (is_number(value)) index.entries.push_back({value * m.factor, m.resolution, i});
        if (large) break;
      }
    }
  }
  for (auto& [metric, index] : out) std::ranges::sort(index.entries, std::less<>{});
  return out;
}

/// Tables other than `self` in which one row of `self` may stand, by a telling metric of both;
/// ascending, each once.
std::vector<std::size_t> holders_of_row(std::size_t self, std::uint32_t row,
                                        const evidence_table& t, const table_view& view,
                                        const metric_index& index) {
  std::vector<std::size_t> out;
  for (const measure_view& m : view.measures) {
    const auto at = index.find(m.metric);
    const double value = t.data.columns[m.column].number(row);
    if (!m.telling || at == index.end() || !is_number(value)) continue;
    const double wanted = value * m.factor;
    const double rounding = 1e-12 * std::abs(wanted);
    const double reach = std::max(m.resolution, at->second.coarsest) * 1.0001 + rounding;
    const std::vector<entry>& entries = at->second.entries;
    auto hit = std::ranges::lower_bound(entries, wanted - reach, {}, &entry::value);
    for (; hit != entries.end() && hit->value <= wanted + reach; ++hit) {
      const double near = std::max(m.resolution, hit->resolution) * 1.0001 + rounding;
      if (hit->table != self && std::abs(hit->value - wanted) <= near) out.push_back(hit->table);
    }
  }
  std::ranges::sort(out);
  const auto gone = std::ranges::unique(out);
  out.erase(gone.begin(), gone.end());
  return out;
}

/// Tables that may hold the rows of `self`: those that hold its first, middle and last row (of a
/// large table only the first is looked up). At most candidates_max, so that many tables which are
/// alike in these rows alone stay linear.
std::vector<std::size_t> candidates(std::size_t self, const evidence_table& t,
                                    const table_view& view, const metric_index& index) {
  std::vector<std::size_t> out = holders_of_row(self, view.rows.front(), t, view, index);
  if (view.rows.size() <= indexed_rows) {
    for (const std::uint32_t row : {view.rows[view.rows.size() / 2], view.rows.back()}) {
      const std::vector<std::size_t> holders = holders_of_row(self, row, t, view, index);
      std::vector<std::size_t> both;
      std::ranges::set_intersection(out, holders, std::back_inserter(both));
      out = std::move(both);
    }
  }
  if (out.size() > candidates_max) out.resize(candidates_max);
  return out;
}

/// Which of two tables with the same rows is the copy: Markdown before data, a summary before the
/// rows it was made from, fewer rows before more, else the later one.
bool is_copy(const evidence_table& t, const table_view& view, std::size_t index,
             const evidence_table& other, const table_view& other_view, std::size_t other_index) {
  const bool prose = t.data.kind == "md";
  const bool other_prose = other.data.kind == "md";
  if (prose != other_prose) return prose;
  if (t.summary != other.summary) return t.summary;
  if (view.rows.size() != other_view.rows.size()) return view.rows.size() < other_view.rows.size();
  if (t.data.rows != other.data.rows) return t.data.rows < other.data.rows;
  return index > other_index;
}

}  // namespace

void mark_same_rows(std::vector<evidence_table>& tables) {
  std::vector<std::optional<table_view>> views;
  views.reserve(tables.size());
  for (evidence_table& t : tables) {
    t.same_as = evidence_table::npos;
    views.push_back(view_of(t));
  }
  const auto index = make_index(tables, views);
  for (std::size_t i = 0; i < tables.size(); ++i) {
    // What the kept table holds is held by it for its copies too: many copies stay linear.
    if (!views[i] || tables[i].same_as != evidence_table::npos) continue;
    for (const std::size_t other : candidates(i, tables[i], *views[i], index)) {
      if (tables[other].same_as != evidence_table::npos) continue;
      const bool smaller = views[i]->rows.size() <= views[other]->rows.size();
      if (!smaller || !same(tables[i], *views[i], tables[other], *views[other])) continue;
      const bool copy = is_copy(tables[i], *views[i], i, tables[other], *views[other], other);
      tables[copy ? i : other].same_as = copy ? other : i;
      if (copy) break;
    }
  }
  // A copy of a copy names the original; the order of is_copy admits no circle.
  for (evidence_table& t : tables) {
    while (t.same_as != evidence_table::npos && tables[t.same_as].same_as != evidence_table::npos) {
      t.same_as = tables[t.same_as].same_as;
    }
  }
}

}  // namespace chimera::evidence
