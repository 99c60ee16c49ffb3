// Rules on the order of the runs: a start that is cold, a trend, neighbours that resemble.
#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

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

constexpr std::size_t rows_min = 10;  // of each configuration

// The configuration of each row as a number: a sweep in steps must not pass for a drift. Empty if
// some configuration must have too few rows.
std::vector<std::uint32_t> configurations_of(const evidence_table& t) {
  std::vector<std::uint32_t> of(t.data.rows, 0);
  for (std::size_t c = 0; c < t.data.columns.size(); ++c) {
    const role part = t.traits[c].role;
    if (part != role::parameter && part != role::label) continue;
    const column& cells = t.data.columns[c];
    boost::unordered_flat_map<std::pair<std::uint32_t, std::uint64_t>, std::uint32_t> known;
    for (std::size_t row = 0; row < t.data.rows; ++row) {
      const std::uint64_t cell =
          cells.textual() ? cells.codes[row] : std::bit_cast<std::uint64_t>(cells.number(row));
      const auto next = static_cast<std::uint32_t>(known.size());
      of[row] = known.try_emplace({of[row], cell}, next).first->second;
      if (known.size() * rows_min > t.data.rows) return {};
    }
  }
  return of;
}

double median_of(std::span<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

// The middle of each configuration; none if some configuration has too few rows to have one.
std::vector<double> middles(std::span<const std::uint32_t> configuration, const auto& each_value) {
  std::vector<std::size_t> ends(std::ranges::max(configuration) + std::size_t{1}, 0);
  each_value([&](std::size_t row, double) { ++ends[configuration[row]]; });
  const bool too_few =
      std::ranges::any_of(ends, [](std::size_t n) { return n > 0 && n < rows_min; });
  if (too_few) return {};
  std::exclusive_scan(ends.begin(), ends.end(), ends.begin(), std::size_t{0});
  std::vector<double> values(configuration.size());
  each_value([&](std::size_t row, double v) { values[ends[configuration[row]]++] = v; });
  std::vector<double> middle(ends.size(), 0);
  for (std::size_t g = 0; g < ends.size(); ++g) {
    const std::size_t begin = g == 0 ? 0 : ends[g - 1];
    if (begin < ends[g]) middle[g] = median_of(std::span(values).subspan(begin, ends[g] - begin));
  }
  return middle;
}

// Values in order, each less the middle of its configuration.
std::vector<double> residuals(const evidence_table& t, std::size_t column,
                              std::span<const std::uint32_t> configuration) {
  if (configuration.empty()) return {};
  const auto each_value = [&](const auto& visit) {
    for (std::size_t row = 0; row < t.data.rows; ++row) {
      const double v = t.data.columns[column].number(row);
      if (t.rows.state[row] != row_state::failed && is_number(v) && std::isfinite(v)) visit(row, v);
    }
  };
  const std::vector<double> middle = middles(configuration, each_value);
  std::vector<double> left;
  if (middle.empty()) return left;
  left.reserve(t.data.rows);
  each_value([&](std::size_t row, double v) { left.push_back(v - middle[configuration[row]]); });
  return left;
}

// Times and rates of warm tables, less the middles of their configurations, in the order of rows.
template <class Look>
void each_series(const lint_input& in, Look look) {
  const evidence_table* last = nullptr;
  std::vector<std::uint32_t> configuration;
  each_warm_measure(in, [&](const evidence_table& t, std::size_t c) {
    if (t.data.rows < rows_min) return;
    if (&t != last) configuration = configurations_of(t);
    last = &t;
    const std::vector<double> values = residuals(t, c, configuration);
    if (values.size() >= rows_min) look(t, c, values);
  });
}

}  // namespace

std::optional<proto::lint> cold_start_row(const lint_input& in) {
  finder f({"cold-first-row", severity::warning, "A first run that is far slower than the rest",
            "columns", "no mean with the first run in it"});
  each_warm_measure(in, [&](const evidence_table& t, std::size_t c) {
    if (t.traits[c].dimension != dimension::time) return;
    std::vector<double> values = ok_values(t, c);
    if (values.size() < 4) return;
    const double first = values.front();
    const auto small = std::ranges::count_if(values, [&](double v) { return first > 10 * v; });
    if (2 * static_cast<std::size_t>(small) + 1 < values.size()) return;
    const double rest = summarise(std::span(values).subspan(1)).median;
    if (rest > 0 && first > 10 * rest)
      f.at(t.file, t.data.columns[c].name,
           fmt::format("first row {}, median of the rest {}", rounded(first), rounded(rest)));
  });
  return f.done();
}

std::optional<proto::lint> drift_with_order(const lint_input& in) {
  finder f({"drift", severity::info, "Values that drift with the order of the runs", "columns",
            "runs are not independent; intervals are too narrow"});
  each_series(in, [&](const evidence_table& t, std::size_t c, const std::vector<double>& values) {
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
  each_series(in, [&](const evidence_table& t, std::size_t c, const std::vector<double>& values) {
    const auto n = static_cast<double>(values.size());
    // 3.29 standard errors: p < 0.001, as many columns are looked at.
    const auto lag = autocorrelation(values);
    if (!lag || *lag <= 0.5 || *lag <= 3.29 / std::sqrt(n)) return;
    // A drift is told as such.
    if (const auto trend = drift_of(values); !trend || trend->p >= 0.01)
      f.at(t.file, t.data.columns[c].name,
           fmt::format("with the run before {}, n = {}, as good as {}", rounded(*lag),
                       values.size(), rounded(effective_n(values.size(), *lag))));
  });
  return f.done();
}

}  // namespace chimera::evidence
