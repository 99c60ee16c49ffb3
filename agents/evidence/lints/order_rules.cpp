// Rules on the order of the runs: a start that is cold, a trend, neighbours that resemble.
#include <algorithm>
#include <cmath>
#include <map>
#include <span>
#include <vector>

#include <fmt/format.h>

#include "agents/evidence/lints/rule.hpp"
#include "agents/evidence/statistics/run_order.hpp"
#include "agents/evidence/statistics/summary.hpp"
#include "proto/decimal.hpp"

namespace chimera::evidence {
namespace {

using proto::severity;

std::string rounded(double v) { return proto::fixed(v, std::clamp(proto::places_for(v, 4), 0, 9)); }

// Times and rates in tables whose rows are in the order of the runs and not cold.
template <class Look>
void each_warm_measure(const lint_input& in, Look look) {
  for (const evidence_table& t : in.tables) {
    if (!is_raw_table(t) || t.rows.cold > 0) continue;
    for (std::size_t c = 0; c < t.data.columns.size(); ++c) {
      const dimension d = t.traits[c].dimension;
      if (is_raw_measure(t, c) && (d == dimension::time || d == dimension::rate)) look(t, c);
    }
  }
}

// The configuration of each row: a sweep in steps must not pass for a drift.
std::vector<std::string> configurations_of(const evidence_table& t) {
  std::vector<std::string> of(t.data.rows);
  for (std::size_t c = 0; c < t.data.columns.size(); ++c) {
    const role part = t.traits[c].role;
    if (part != role::parameter && part != role::label) continue;
    for (std::size_t row = 0; row < t.data.rows; ++row)
      of[row] += t.data.columns[c].text(row) + '\x1F';
  }
  return of;
}

// Values in order, each less the median of its configuration; none if some configuration has too
// few rows to have one.
std::vector<double> residuals(const evidence_table& t, std::size_t column) {
  const std::vector<std::string> configuration = configurations_of(t);
  std::map<std::string_view, std::vector<double>> groups;
  const auto value = [&](std::size_t row) {
    const double v = t.data.columns[column].number(row);
    const bool counts = t.rows.state[row] != row_state::failed && is_number(v) && std::isfinite(v);
    return counts ? v : make_hole(cell_state::missing);
  };
  for (std::size_t row = 0; row < t.data.rows; ++row)
    if (const double v = value(row); is_number(v)) groups[configuration[row]].push_back(v);
  std::map<std::string_view, double> middle;
  for (const auto& [name, values] : groups) {
    if (values.size() < 10) return {};
    middle[name] = summarise(values).median;
  }
  std::vector<double> left;
  for (std::size_t row = 0; row < t.data.rows; ++row)
    if (const double v = value(row); is_number(v)) left.push_back(v - middle[configuration[row]]);
  return left;
}

}  // namespace

std::optional<proto::lint> cold_start_row(const lint_input& in) {
  finder f({"cold-first-row", severity::warning, "A first run that is far slower than the rest",
            "columns", "no mean with the first run in it"});
  each_warm_measure(in, [&](const evidence_table& t, std::size_t c) {
    if (t.traits[c].dimension != dimension::time) return;
    const std::vector<double> values = ok_values(t, c);
    if (values.size() < 4) return;
    const double rest = summarise(std::span(values).subspan(1)).median;
    if (rest > 0 && values.front() > 10 * rest)
      f.at(t.file, t.data.columns[c].name,
           fmt::format("first row {}, median of the rest {}", rounded(values.front()),
                       rounded(rest)));
  });
  return f.done();
}

std::optional<proto::lint> drift_with_order(const lint_input& in) {
  finder f({"drift", severity::info, "Values that drift with the order of the runs", "columns",
            "runs are not independent; intervals are too narrow"});
  each_warm_measure(in, [&](const evidence_table& t, std::size_t c) {
    const std::vector<double> values = residuals(t, c);
    if (const auto trend = drift_of(values);
        trend && trend->p < 0.01 && std::fabs(trend->rho) > 0.5)
      f.at(t.file, t.data.columns[c].name,
           fmt::format("rank correlation with the order {}, n = {}", rounded(trend->rho),
                       values.size()));
  });
  return f.done();
}

std::optional<proto::lint> autocorrelated_rows(const lint_input& in) {
  finder f({"autocorrelation", severity::info, "Runs that resemble the run before", "columns",
            "runs are not independent; intervals are too narrow"});
  each_warm_measure(in, [&](const evidence_table& t, std::size_t c) {
    const std::vector<double> values = residuals(t, c);
    const auto n = static_cast<double>(values.size());
    if (n < 10) return;
    // A drift is told as such; 3.29 standard errors: p < 0.001, as many columns are looked at.
    if (const auto trend = drift_of(values); trend && trend->p < 0.01) return;
    const auto lag = autocorrelation(values);
    if (lag && *lag > 0.5 && *lag > 3.29 / std::sqrt(n))
      f.at(t.file, t.data.columns[c].name,
           fmt::format("with the run before {}, n = {}, as good as {}", rounded(*lag),
                       values.size(), rounded(effective_n(values.size(), *lag))));
  });
  return f.done();
}

}  // namespace chimera::evidence
