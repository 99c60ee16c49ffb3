#include <algorithm>
#include <cmath>
#include <optional>
#include <span>

#include <fmt/format.h>

#include "agents/evidence/columns/sampling.hpp"
#include "agents/evidence/lints/rule.hpp"
#include "agents/evidence/statistics/ranks.hpp"
#include "agents/evidence/statistics/summary.hpp"
#include "proto/decimal.hpp"

namespace chimera::evidence {
namespace {

using proto::severity;

std::string rounded(double v) { return proto::fixed(v, std::clamp(proto::places_for(v, 4), 0, 9)); }

double mean_of(std::span<const double> values) {
  double sum = 0;
  for (const double v : values) sum += v;
  return sum / static_cast<double>(values.size());
}

template <class Look>
void each_measure(const lint_input& in, Look look) {
  for (const evidence_table& t : in.tables) {
    if (!is_raw_table(t)) continue;
    for (std::size_t c = 0; c < t.data.columns.size(); ++c) {
      if (!is_raw_measure(t, c)) continue;
      std::vector<double> values = ok_values(t, c);
      if (!values.empty()) look(t, c, values);
    }
  }
}

// The next of the values that ok_values gives, from `row` on.
std::optional<double> next_ok(const evidence_table& t, std::size_t column, std::size_t& row) {
  for (; row < t.data.rows; ++row) {
    if (t.rows.state[row] == row_state::failed) continue;
    const double v = t.data.columns[column].values[row];
    if (std::isfinite(v)) return t.data.columns[column].values[row++];
  }
  return std::nullopt;
}

// True if each rate is the count by the time that stand in its place among theirs.
bool is_quotient(const evidence_table& t, std::span<const double> rates, std::size_t rate,
                 std::size_t count, std::size_t time) {
  std::size_t count_row = 0;
  std::size_t time_row = 0;
  for (const double r : rates) {
    const auto work = next_ok(t, count, count_row);
    const auto took = next_ok(t, time, time_row);
    if (!work || !took || !(*took > 0)) return false;
    const double quotient = *work / (*took * t.traits[time].to_base);
    if (!(std::fabs(r * t.traits[rate].to_base - quotient) <= 0.01 * quotient)) return false;
  }
  return !next_ok(t, count, count_row) && !next_ok(t, time, time_row);
}

double sum_of(const evidence_table& t, std::size_t column) {
  std::vector<double> values = ok_values(t, column);
  sort_values(values);
  return summarise_sorted(values).sum;
}

}  // namespace

std::optional<proto::lint> mean_far_from_median(const lint_input& in) {
  finder f({"mean-far-from-median", severity::warning, "A mean far above the median", "columns",
            "the mean describes no typical run"});
  each_measure(in, [&](const evidence_table& t, std::size_t c, std::vector<double>& values) {
    if (values.size() < 5 || t.traits[c].dimension == dimension::none) return;
    // Half of the values are no larger than a median below half the mean: a look without sorting.
    const double half = mean_of(values) / 2;
    const auto below = std::ranges::count_if(values, [&](double v) { return v <= half; });
    if (2 * static_cast<std::size_t>(below) + 1 < values.size()) return;
    sort_values(values);
    const summary s = summarise_sorted(values);
    if (s.median > 0 && s.mean > 2 * s.median)
      f.at(t.file, t.data.columns[c].name,
           fmt::format("mean {}, median {}, n = {}", rounded(s.mean), rounded(s.median), s.n));
  });
  return f.done();
}

std::optional<proto::lint> high_variation(const lint_input& in) {
  finder f({"high-variation", severity::warning, "Values that vary widely around their mean",
            "columns", "a mean alone says little; look at the distribution"});
  each_measure(in, [&](const evidence_table& t, std::size_t c, std::vector<double>& values) {
    const dimension d = t.traits[c].dimension;
    if (values.size() < 3 || (d != dimension::time && d != dimension::rate)) return;
    const double mean = mean_of(values);
    double squares = 0;
    for (const double v : values) squares += (v - mean) * (v - mean);
    // A look without sorting: far from half the mean no rounding matters.
    if (squares < 0.24 * mean * mean * static_cast<double>(values.size() - 1)) return;
    sort_values(values);
    const summary s = summarise_sorted(values);
    if (s.cv && *s.cv > 0.5)
      f.at(t.file, t.data.columns[c].name,
           fmt::format("CV {} %, n = {}", rounded(*s.cv * 100), s.n));
  });
  return f.done();
}

std::optional<proto::lint> one_sample_per_configuration_rule(const lint_input& in) {
  finder f({"one-sample-per-configuration", severity::error, "A single sample per configuration",
            "tables", "a best configuration ranks noise with the effect"});
  for (const evidence_table& t : in.tables) {
    if (!is_raw_table(t) || !one_sample_per_configuration(t)) continue;
    std::string spread;
    for (std::size_t c = 0; c < t.data.columns.size() && spread.empty(); ++c) {
      if (!is_raw_measure(t, c) || t.traits[c].dimension != dimension::rate) continue;
      const std::vector<double> values = ok_values(t, c);
      if (values.size() < 2) continue;
      if (const auto cv = summarise(values).cv)
        spread = fmt::format(", {} spreads by CV {} %", t.data.columns[c].key, rounded(*cv * 100));
    }
    f.at(t.file, t.data.path,
         fmt::format("{} configurations in {} rows{}", t.data.rows, t.data.rows, spread));
  }
  return f.done();
}

std::optional<proto::lint> rate_mean_misleads(const lint_input& in) {
  finder f({"rate-mean-misleads", severity::warning, "The mean of a rate misleads", "columns",
            "use the pooled rate, total work over total time"});
  each_measure(in, [&](const evidence_table& t, std::size_t r, std::vector<double>& rates) {
    if (t.traits[r].dimension != dimension::rate) return;
    for (std::size_t c = 0; c < t.data.columns.size(); ++c) {
      if (t.traits[c].dimension != dimension::count || !t.data.columns[c].numeric()) continue;
      for (std::size_t s = 0; s < t.data.columns.size(); ++s) {
        if (t.traits[s].dimension != dimension::time || !t.data.columns[s].numeric()) continue;
        if (!is_quotient(t, rates, r, c, s)) continue;
        const double pooled = sum_of(t, c) / (sum_of(t, s) * t.traits[s].to_base);
        sort_values(rates);
        const double mean = summarise_sorted(rates).mean * t.traits[r].to_base;
        if (std::fabs(mean / pooled - 1) > 0.02)
          f.at(t.file, t.data.columns[r].name,
               fmt::format("mean {}, pooled {}", rounded(mean), rounded(pooled)));
        return;
      }
    }
  });
  return f.done();
}

}  // namespace chimera::evidence
