#include "agents/evidence/facts/table_summaries.hpp"

#include <algorithm>

#include "agents/evidence/facts/factors.hpp"
#include "agents/evidence/facts/in_parallel.hpp"
#include "agents/evidence/statistics/ranks.hpp"

namespace chimera::evidence {
namespace {

constexpr std::size_t large_from = 65'536;

bool is_measure(const evidence_table& t, std::size_t column) {
  return t.traits[column].role == role::measure && t.data.columns[column].numeric();
}

bool is_same(const row_filter& x, const row_filter& y) {
  if (x.only != y.only || (x.factor == nullptr) != (y.factor == nullptr)) return false;
  return x.factor == nullptr || (x.factor->column == y.factor->column && x.level == y.level);
}

std::vector<factor_levels> factors_of(const evidence_table& t) {
  std::vector<factor_levels> factors;
  const bool grouped = t.data.shape == table_shape::records && !t.summary && t.data.kind != "md";
  for (std::size_t c = 0; grouped && c < t.data.columns.size(); ++c) {
    if (t.traits[c].role != role::label && t.traits[c].role != role::parameter) continue;
    auto factor = read_factor(t, c, factor_levels_max);
    if (factor && factor->levels.size() >= 2 && factor->levels.size() < t.data.rows)
      factors.push_back(std::move(*factor));
  }
  return factors;
}

std::vector<row_filter> filters_of(const evidence_table& t, std::size_t column,
                                   const std::vector<factor_levels>& factors) {
  const bool told_apart = t.rows.cold > 0 && t.rows.warm_rows > 0;
  const bool time = t.traits[column].dimension == dimension::time;
  std::vector<row_filter> filters = {{}};
  if (told_apart)
    for (const warmth only : {warmth::warm, warmth::cold})
      filters.push_back({.factor = nullptr, .level = 0, .only = only});
  for (const factor_levels& factor : factors)
    for (std::uint32_t level = 0; level < factor.levels.size(); ++level) {
      filters.push_back({.factor = &factor, .level = level, .only = std::nullopt});
      if (told_apart && time)
        filters.push_back({.factor = &factor, .level = level, .only = warmth::warm});
    }
  return filters;
}

const summary* known_of(const row_filter& filter, std::size_t table, std::size_t column,
                        std::span<const comparison> known) {
  if (filter.factor == nullptr) return nullptr;
  for (const comparison& c : known)
    for (const sample_group* g : {&c.a, &c.b}) {
      const bool same = g->table == table && g->measure == column && g->scale == 1 &&
                        g->factor_column == filter.factor->column &&
                        g->warm_only == filter.only.has_value() &&
                        g->level == filter.factor->levels[filter.level];
      if (same) return &g->stats;
    }
  return nullptr;
}

rows_summary summarise_rows(const evidence_table& t, std::size_t column, const row_filter& filter,
                            const summary* known, std::vector<double>& values) {
  rows_summary out;
  out.filter = filter;
  if (known != nullptr) {
    out.n = known->n;
    out.values = *known;
    out.excluded = excluded_rows(t, column, filter);
    return out;
  }
  out.excluded = select_into(t, column, filter, values);
  out.n = values.size();
  if (values.empty()) return out;
  sort_values(values);
  out.values = summarise_sorted(values);
  return out;
}

}  // namespace

bool is_large(const evidence_table& t) { return t.data.rows >= large_from; }

table_summaries::table_summaries(std::span<const evidence_table> tables, std::size_t index,
                                 std::span<const comparison> known, std::size_t threads)
    : factors_(factors_of(tables[index])), of_column_(tables[index].data.columns.size()) {
  const evidence_table& t = tables[index];
  in_parallel(of_column_.size(), std::min(threads, columns_at_once), [&](std::size_t c) {
    if (!is_measure(t, c)) return;
    std::vector<double> values;
    for (const row_filter& filter : filters_of(t, c, factors_))
      of_column_[c].push_back(
          summarise_rows(t, c, filter, known_of(filter, index, c, known), values));
    // Warm rows of a level are told only where there are some.
    std::erase_if(of_column_[c], [](const rows_summary& rows) {
      return rows.filter.factor != nullptr && rows.filter.only && rows.n == 0;
    });
  });
}

const rows_summary* table_summaries::find(std::size_t column, const row_filter& filter) const {
  const auto found = std::ranges::find_if(
      of_column_[column], [&](const rows_summary& rows) { return is_same(rows.filter, filter); });
  return found == of_column_[column].end() ? nullptr : &*found;
}

}  // namespace chimera::evidence
