#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "agents/evidence/facts/row_filter.hpp"
#include "agents/evidence/facts/table_facts.hpp"
#include "agents/evidence/statistics/ranks.hpp"
#include "agents/evidence/statistics/summary.hpp"

namespace chimera::evidence {
namespace {

// A stored rate is rounded ("77.5"), so it may differ from count / time by this much.
constexpr double rate_tolerance = 0.01;

struct rate_parts {
  std::size_t count = 0;
  std::size_t time = 0;
};

bool agrees(const evidence_table& t, std::size_t rate, const rate_parts& parts) {
  std::size_t rows = 0;
  for (std::size_t row = 0; row < t.data.rows; ++row) {
    if (t.rows.state[row] == row_state::failed) continue;
    const double r = t.data.columns[rate].number(row) * t.traits[rate].to_base;
    const double c = t.data.columns[parts.count].number(row);
    const double s = t.data.columns[parts.time].number(row) * t.traits[parts.time].to_base;
    if (!is_number(r) || !is_number(c) || !is_number(s)) continue;
    if (!(s > 0) || !(c > 0) || std::fabs(r - c / s) > rate_tolerance * c / s) return false;
    ++rows;
  }
  return rows > 0;
}

// The count and time columns that a rate is made of, if they stand in the table.
std::optional<rate_parts> parts_of(const evidence_table& t, std::size_t rate) {
  for (std::size_t c = 0; c < t.data.columns.size(); ++c) {
    if (t.traits[c].dimension != dimension::count || !t.data.columns[c].numeric()) continue;
    for (std::size_t s = 0; s < t.data.columns.size(); ++s) {
      if (t.traits[s].dimension != dimension::time || !t.data.columns[s].numeric()) continue;
      if (const rate_parts parts{c, s}; agrees(t, rate, parts)) return parts;
    }
  }
  return std::nullopt;
}

// Counts need not be measures: those are summarised here.
std::optional<summary> summary_of(const evidence_table& t, std::size_t column,
                                  const row_filter& filter, const table_summaries& summaries,
                                  std::vector<double>& values) {
  if (const rows_summary* found = summaries.find(column, filter)) return found->values;
  select_into(t, column, filter, values);
  if (values.empty()) return std::nullopt;
  sort_values(values);
  return summarise_sorted(values);
}

void add_rate(const evidence_table& t, std::size_t rate, const std::optional<rate_parts>& parts,
              const row_filter& filter, const table_summaries& summaries,
              std::vector<double>& values, fact_set& facts) {
  const rows_summary* rates = summaries.find(rate, filter);
  if (rates == nullptr || !rates->values) return;
  proto::fact f = fact_of_column(t, rate);
  f.filter = to_terms(t, filter);
  f.excluded = rates->excluded;
  f.n = rates->n;
  const std::string mean_id = facts.id_of(summary_key(t, rate, f.filter, "mean"));
  if (rates->values->min > 0) {
    proto::fact harmonic = f;
    harmonic.agg = "harmonic_mean";
    harmonic.phrase = fmt::format("harmonic mean of {} in {}", t.traits[rate].label, t.file);
    select_into(t, rate, filter, values);
    sort_values(values);
    facts.add(std::move(harmonic), harmonic_mean_sorted(values));
  }
  if (!parts) return;
  const std::optional<summary> counts = summary_of(t, parts->count, filter, summaries, values);
  const std::optional<summary> times = summary_of(t, parts->time, filter, summaries, values);
  if (!counts || !times || counts->n != f.n || times->n != f.n) return;
  const double seconds = times->sum * t.traits[parts->time].to_base;
  const double pooled = counts->sum / seconds / t.traits[rate].to_base;
  f.agg = "pooled";
  f.derived_from = {facts.id_of(summary_key(t, parts->count, f.filter, "sum")),
                    facts.id_of(summary_key(t, parts->time, f.filter, "sum"))};
  f.phrase =
      fmt::format("pooled {} (sum of {} / sum of {}) in {}", t.traits[rate].label,
                  t.data.columns[parts->count].name, t.data.columns[parts->time].name, t.file);
  facts.add(f, pooled);
  if (mean_id.empty()) return;
  f.agg = "pct";
  f.kind = "derived";
  f.derived_from = {mean_id, facts.id_of(summary_key(t, rate, f.filter, "pooled"))};
  f.unit = "%";
  f.dim = "ratio";
  f.polarity = "none";
  f.phrase =
      fmt::format("arithmetic mean over pooled {} in {}, minus one", t.traits[rate].label, t.file);
  facts.add(std::move(f), (rates->values->mean / pooled - 1) * 100);
}

}  // namespace

void add_rates(const evidence_table& t, const table_summaries& summaries, fact_set& facts) {
  if (t.data.shape != table_shape::records || t.summary) return;
  std::vector<double> values;  // room that serves for all groups
  for (std::size_t c = 0; c < t.data.columns.size(); ++c) {
    const column_traits& traits = t.traits[c];
    if (traits.dimension != dimension::rate || traits.role != role::measure ||
        traits.statistic != stored_statistic::none || !t.data.columns[c].numeric())
      continue;
    const auto parts = parts_of(t, c);
    add_rate(t, c, parts, row_filter{}, summaries, values, facts);
    for (const factor_levels& factor : summaries.factors())
      for (std::uint32_t level = 0; level < factor.levels.size(); ++level)
        add_rate(t, c, parts, row_filter{.factor = &factor, .level = level}, summaries, values,
                 facts);
  }
}

}  // namespace chimera::evidence
