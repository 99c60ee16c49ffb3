// Rules on summaries and the runs they were made from.
#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <span>
#include <vector>

#include <fmt/format.h>

#include "agents/evidence/lints/rule.hpp"
#include "agents/evidence/statistics/summary.hpp"
#include "proto/decimal.hpp"

namespace chimera::evidence {
namespace {

using proto::severity;

std::string rounded(double v) { return proto::fixed(v, std::clamp(proto::places_for(v, 4), 0, 9)); }

struct raw_column {
  const evidence_table* table = nullptr;
  std::size_t column = 0;
  bool only = true;  ///< no other column of the file measures the same
};

using raw_columns = std::map<std::pair<std::string_view, std::string>, raw_column>;

bool stores_mean(const evidence_table& t, std::size_t column) {
  return t.data.kind != "md" && t.data.shape == table_shape::document &&
         t.traits[column].statistic == stored_statistic::mean && t.data.columns[column].numeric();
}

raw_columns raw_columns_of(const lint_input& in) {
  std::set<std::string_view> files;
  for (const evidence_table& t : in.tables)
    for (std::size_t c = 0; c < t.data.columns.size(); ++c)
      if (stores_mean(t, c)) files.insert(t.file);
  raw_columns raw;
  for (const evidence_table& t : in.tables) {
    const bool rows = t.data.shape == table_shape::records || t.data.shape == table_shape::samples;
    if (t.data.kind == "md" || !rows || t.summary || t.data.stars > 1 || !files.contains(t.file))
      continue;
    for (std::size_t c = 0; c < t.data.columns.size(); ++c) {
      if (!is_raw_measure(t, c) || t.traits[c].dimension == dimension::none) continue;
      auto [at, fresh] =
          raw.try_emplace({t.file, metric_name(t.data.columns[c].key)}, raw_column{&t, c});
      if (!fresh) at->second.only = false;
    }
  }
  return raw;
}

std::vector<double> all_values(const evidence_table& t, std::size_t column) {
  std::vector<double> values;
  for (std::size_t row = 0; row < t.data.rows; ++row)
    if (const double v = t.data.columns[column].number(row); is_number(v) && std::isfinite(v))
      values.push_back(v);
  return values;
}

// What a wrong mean is instead: programs print the first of the sorted values for it.
std::string_view what_it_is(double stored, const summary& s) {
  const auto equals = [&](double v) { return std::fabs(stored - v) <= 1e-9 * std::fabs(v); };
  return equals(s.min) ? ", their minimum" : equals(s.max) ? ", their maximum" : "";
}

// True if `stored` is a middle that an honest summary may have: the mean or the median; a rate that
// was pooled or averaged in any way lies between the extremes.
bool describes(double stored, std::span<const double> values, bool rate) {
  constexpr double tolerance = 0.01;
  if (values.empty()) return false;
  const summary s = summarise(values);
  const auto near = [&](double v) { return std::fabs(stored - v) <= tolerance * std::fabs(v); };
  if (near(s.mean) || near(s.median)) return true;
  return rate && s.min > 0 && stored >= s.min && stored <= s.max;
}

}  // namespace

std::optional<proto::lint> summary_rows_lost(const lint_input& in) {
  finder f({"summary-rows-lost", severity::warning, "A summary that lost rows", "rows",
            "what failed cannot be seen in the summary"});
  for (const evidence_table& t : in.tables) {
    if (t.same_as == evidence_table::npos || !t.summary || t.same_as >= in.tables.size()) continue;
    const evidence_table& raw = in.tables[t.same_as];
    if (t.data.rows < raw.data.rows)
      f.at(t.file, t.data.path,
           fmt::format("{} rows of {} in {}", t.data.rows, raw.data.rows, raw.file),
           raw.data.rows - t.data.rows);
  }
  return f.done();
}

std::optional<proto::lint> summary_differs(const lint_input& in) {
  finder f({"summary-differs", severity::error, "A stored mean that its own runs do not have",
            "values", "neither the mean nor the runs can be trusted"});
  std::uint64_t checked = 0;
  const raw_columns raw = raw_columns_of(in);
  for (const evidence_table& t : in.tables) {
    for (std::size_t c = 0; c < t.data.columns.size(); ++c) {
      if (!stores_mean(t, c)) continue;
      const double stored = t.data.columns[c].number(0);
      const auto runs = raw.find({t.file, metric_name(t.data.columns[c].key)});
      if (!is_number(stored) || runs == raw.end() || !runs->second.only) continue;
      const evidence_table& r = *runs->second.table;
      const std::size_t k = runs->second.column;
      if (r.traits[k].dimension != t.traits[c].dimension || r.data.rows < 2) continue;
      const double scaled = stored * t.traits[c].to_base / r.traits[k].to_base;
      const bool rate = r.traits[k].dimension == dimension::rate;
      const std::vector<double> ok = ok_values(r, k);
      if (ok.empty()) continue;
      ++checked;
      if (!describes(scaled, ok, rate) && !describes(scaled, all_values(r, k), rate))
        f.at(t.file, t.data.columns[c].name,
             fmt::format("{} stored{}; the mean of {} rows of {} is {}", rounded(scaled),
                         what_it_is(scaled, summarise(ok)), ok.size(), r.data.columns[k].name,
                         rounded(summarise(ok).mean)));
    }
  }
  f.of(checked);
  return f.done();
}

}  // namespace chimera::evidence
