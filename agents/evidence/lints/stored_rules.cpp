#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "agents/evidence/columns/key_words.hpp"
#include "agents/evidence/lints/rule.hpp"
#include "agents/evidence/statistics/summary.hpp"
#include "proto/decimal.hpp"

namespace chimera::evidence {
namespace {

using proto::severity;

std::string rounded(double v) { return proto::fixed(v, std::clamp(proto::places_for(v, 4), 0, 9)); }

bool is_data(const evidence_table& t) {
  return t.data.kind != "md" && t.same_as == evidence_table::npos;
}

// The part of a pointer or name before its last segment: siblings share it.
std::string parent_of(std::string_view name) {
  const std::size_t slash = name.rfind('/');
  return std::string(slash == std::string_view::npos ? std::string_view{} : name.substr(0, slash));
}

// A sibling column that counts the samples behind the statistics of the same object.
std::optional<double> samples_beside(const evidence_table& t, std::size_t column, std::size_t row) {
  for (std::size_t c = 0; c < t.data.columns.size(); ++c) {
    const bool counter = t.traits[c].statistic == stored_statistic::count_of_samples;
    if (counter && parent_of(t.data.columns[c].name) == parent_of(t.data.columns[column].name) &&
        is_number(t.data.columns[c].number(row)))
      return t.data.columns[c].number(row);
  }
  // The requests of one run are what its percentiles were taken over.
  constexpr std::array<std::string_view, 4> requests = {"total_requests", "num_requests",
                                                        "request_count", "requests"};
  for (const auto& c : t.data.columns)
    if (std::ranges::find(requests, c.key) != requests.end() &&
        parent_of(c.name) == parent_of(t.data.columns[column].name) && is_number(c.number(row)))
      return c.number(row);
  if (t.about.declared_runs > 0) return static_cast<double>(t.about.declared_runs);
  return std::nullopt;
}

template <class Look>
void each_stored(const lint_input& in, stored_statistic wanted, Look look) {
  for (const evidence_table& t : in.tables) {
    if (!is_data(t)) continue;
    for (std::size_t c = 0; c < t.data.columns.size(); ++c) {
      if (t.traits[c].statistic != wanted || !t.data.columns[c].numeric()) continue;
      for (std::size_t row = 0; row < t.data.rows; ++row) {
        const double v = t.data.columns[c].number(row);
        if (is_number(v) && t.rows.state[row] != row_state::failed) look(t, c, row, v);
      }
    }
  }
}

// What a statistic is of; "" for one that names itself only ("p95"), whose object says it.
std::string quantity_of(const evidence_table& t, std::size_t column) {
  const std::string& key = t.data.columns[column].key;
  const key_parts parts = split_key(key);
  const bool bare = parts.words.size() <= 1 && metric_name(key) == key;
  return bare && t.traits[column].statistic != stored_statistic::none ? "" : metric_name(key);
}

// The statistic `wanted` of the same object, by parent and metric.
std::optional<double> sibling(const evidence_table& t, std::size_t column, std::size_t row,
                              stored_statistic wanted) {
  for (std::size_t c = 0; c < t.data.columns.size(); ++c) {
    if (t.traits[c].statistic != wanted || !t.data.columns[c].numeric()) continue;
    if (parent_of(t.data.columns[c].name) != parent_of(t.data.columns[column].name)) continue;
    if (quantity_of(t, c) != quantity_of(t, column)) continue;
    if (const double v = t.data.columns[c].number(row); is_number(v)) return v;
  }
  return std::nullopt;
}

// Keyed tables repeat the leaves of their document; each value counts once.
bool repeats_document(const evidence_table& t) { return t.data.shape == table_shape::keyed; }

std::optional<proto::lint> small_n(const lint_input& in, stored_statistic which, double p,
                                   const rule_words& words) {
  finder f(words);
  each_stored(in, which, [&](const evidence_table& t, std::size_t c, std::size_t row, double) {
    if (repeats_document(t)) return;
    const auto n = samples_beside(t, c, row);
    if (n && *n < static_cast<double>(quantile_n_min(p)))
      f.at(t.file, t.data.place(row, t.data.columns[c]),
           fmt::format("n = {}, needs {}", proto::shortest(*n), quantile_n_min(p)));
  });
  return f.done();
}

}  // namespace

std::optional<proto::lint> p99_small_n(const lint_input& in) {
  return small_n(in, stored_statistic::p99, 0.99,
                 {"p99-small-n", severity::warning, "A p99 of too few values", "values",
                  "it is the maximum under another name"});
}

std::optional<proto::lint> p95_small_n(const lint_input& in) {
  return small_n(in, stored_statistic::p95, 0.95,
                 {"p95-small-n", severity::warning, "A p95 of too few values", "values",
                  "it is the maximum, or a mean of the largest values"});
}

std::optional<proto::lint> p95_equals_p99(const lint_input& in) {
  finder f({"p95-equals-p99", severity::warning, "A p95 that equals the p99", "pairs",
            "neither is a percentile: both are the maximum"});
  std::uint64_t pairs = 0;
  each_stored(in, stored_statistic::p95,
              [&](const evidence_table& t, std::size_t c, std::size_t row, double v) {
                if (repeats_document(t)) return;
                const auto p99 = sibling(t, c, row, stored_statistic::p99);
                if (!p99) return;
                ++pairs;
                if (*p99 == v) f.at(t.file, t.data.place(row, t.data.columns[c]), "p95 = p99");
              });
  f.of(pairs);
  return f.done();
}

std::optional<proto::lint> tail_of_rate(const lint_input& in) {
  finder f({"tail-of-rate", severity::warning, "A p95 of a rate", "values",
            "it is the best tail; the slow tail of a rate is its p5"});
  each_stored(in, stored_statistic::p95,
              [&](const evidence_table& t, std::size_t c, std::size_t row, double v) {
                if (!repeats_document(t) && t.traits[c].dimension == dimension::rate)
                  f.at(t.file, t.data.place(row, t.data.columns[c]), rounded(v));
              });
  return f.done();
}

std::optional<proto::lint> single_run(const lint_input& in) {
  finder f({"single-run", severity::warning, "Statistics of a single run", "files",
            "no spread, no interval, no test"});
  std::string last;
  for (const evidence_table& t : in.tables) {
    if (!is_data(t) || t.file == last || t.about.declared_runs != 1) continue;
    f.at(t.file, t.about.declared_runs_at, "runs = 1");
    last = t.file;
  }
  return f.done();
}

std::optional<proto::lint> zero_spread(const lint_input& in) {
  finder f({"zero-spread", severity::warning, "A standard deviation that vanishes", "values",
            "it says that nothing was repeated, not that nothing varies"});
  each_stored(in, stored_statistic::sd,
              [&](const evidence_table& t, std::size_t c, std::size_t row, double v) {
                if (!repeats_document(t) && v == 0)
                  f.at(t.file, t.data.place(row, t.data.columns[c]), "0");
              });
  return f.done();
}

std::optional<proto::lint> mean_without_dispersion(const lint_input& in) {
  finder f({"mean-without-dispersion", severity::info, "Means without dispersion", "columns",
            "no interval, no comparison"});
  for (const evidence_table& t : in.tables) {
    // A summary whose rows stand elsewhere too is still printed without its dispersion.
    if (!is_data(t) && !(t.summary && t.data.kind != "md")) continue;
    if (repeats_document(t)) continue;
    for (std::size_t c = 0; c < t.data.columns.size(); ++c) {
      if (t.traits[c].statistic != stored_statistic::mean || t.traits[c].role != role::measure)
        continue;
      if (ok_values(t, c).empty()) continue;
      const std::string parent = parent_of(t.data.columns[c].name);
      bool dispersion = false;
      for (std::size_t d = 0; d < t.data.columns.size() && !dispersion; ++d) {
        const stored_statistic s = t.traits[d].statistic;
        dispersion = parent_of(t.data.columns[d].name) == parent &&
                     (s == stored_statistic::sd || s == stored_statistic::ci_low ||
                      s == stored_statistic::cv);
      }
      if (!dispersion) f.at(t.file, t.data.columns[c].name, "no deviation, no interval beside it");
    }
  }
  return f.done();
}

std::optional<proto::lint> aggregates_only(const lint_input& in) {
  finder f({"aggregates-only", severity::info, "Statistics without the runs behind them", "files",
            "nothing can be recomputed or tested from them alone"});
  std::map<std::string_view, bool> raw;
  std::map<std::string_view, bool> stored;
  for (const evidence_table& t : in.tables) {
    if (t.data.kind == "md") continue;
    for (std::size_t c = 0; c < t.data.columns.size(); ++c) {
      const column_traits& traits = t.traits[c];
      if (traits.role != role::measure) continue;
      if (traits.statistic == stored_statistic::none && is_raw_table(t)) raw[t.file] = true;
      // Statistics whose runs were found in another table are not without them.
      if (traits.statistic == stored_statistic::mean && t.same_as == evidence_table::npos)
        stored[t.file] = true;
    }
  }
  for (const auto& [file, has] : stored)
    if (!raw.contains(file)) f.at(file, "", "means only");
  return f.done();
}

std::optional<proto::lint> negative_improvement(const lint_input& in) {
  finder f({"negative-improvement", severity::error, "Improvements that are negative", "values",
            "they are losses under the name of a gain"});
  std::uint64_t all = 0;
  for (const evidence_table& t : in.tables) {
    if (!is_data(t) || repeats_document(t)) continue;
    for (std::size_t c = 0; c < t.data.columns.size(); ++c) {
      const std::string& key = t.data.columns[c].key;
      const bool gain = key.find("improvement") != std::string::npos ||
                        key.find("reduction") != std::string::npos ||
                        key.find("gain") != std::string::npos;
      if (!gain || !t.data.columns[c].numeric()) continue;
      for (std::size_t row = 0; row < t.data.rows; ++row) {
        const double v = t.data.columns[c].number(row);
        if (!is_number(v)) continue;
        ++all;
        if (v < 0)
          f.at(t.file, t.data.place(row, t.data.columns[c]),
               fmt::format("{} = {}", key, rounded(v)));
      }
    }
  }
  f.of(all);
  return f.done();
}

std::optional<proto::lint> impossible_proportion(const lint_input& in) {
  finder f({"impossible-proportion", severity::warning, "A proportion that its count cannot give",
            "values", "the proportion was not computed from that count"});
  for (const evidence_table& t : in.tables) {
    if (!is_data(t) || t.data.shape != table_shape::document) continue;
    for (std::size_t c = 0; c < t.data.columns.size(); ++c) {
      if (t.data.columns[c].key != "success_rate" || !t.data.columns[c].numeric()) continue;
      const double rate = t.data.columns[c].number(0);
      if (!is_number(rate) || rate < 0 || rate > 1) continue;
      bool any = false;
      bool possible = false;
      double largest = 0;
      for (std::size_t k = 0; k < t.data.columns.size(); ++k) {
        const double n = t.data.columns[k].number(0);
        if (t.traits[k].dimension != dimension::count || !is_number(n) || n < 1 || n > 1000 ||
            n != std::floor(n))
          continue;
        any = true;
        largest = std::max(largest, n);
        possible = possible || std::fabs(rate * n - std::round(rate * n)) < 1e-6 * n + 1e-9;
      }
      if (any && !possible)
        f.at(t.file, t.data.columns[c].name,
             fmt::format("{} is no share of any count up to {}", proto::shortest(rate),
                         proto::shortest(largest)));
    }
  }
  return f.done();
}

std::optional<proto::lint> one_outlier_in_summary(const lint_input& in) {
  finder f({"one-outlier-in-summary", severity::warning, "A mean made by a single outlier",
            "values", "the mean is that of the outlier, usually a missing warm-up"});
  each_stored(
      in, stored_statistic::mean,
      [&](const evidence_table& t, std::size_t c, std::size_t row, double mean) {
        if (repeats_document(t)) return;
        const auto sd = sibling(t, c, row, stored_statistic::sd);
        const auto low = sibling(t, c, row, stored_statistic::min);
        const auto high = sibling(t, c, row, stored_statistic::max);
        if (!sd || !low || !high || !(*sd > 0) || !(mean > 0)) return;
        // With n values, one at the maximum and the others equal: (max - mean) / population
        // sd = sqrt(n-1).
        const double z = (*high - mean) / *sd;
        if (!(z > 2.5 && *high > 20 * *low && *sd > mean)) return;
        const double n = std::round(z * z + 1);
        const bool tells = std::fabs(z - std::sqrt(n - 1)) < 1e-3 * z;
        f.at(t.file, t.data.place(row, t.data.columns[c]),
             fmt::format("mean {}, min {}, max {}{}", rounded(mean), rounded(*low), rounded(*high),
                         tells ? fmt::format("; as of n = {} with one outlier", n) : ""));
      });
  return f.done();
}

std::optional<proto::lint> value_equals_parameter(const lint_input& in) {
  finder f({"value-equals-parameter", severity::warning,
            "A measured time that is a round configuration number", "values",
            "it was not measured"});
  for (const evidence_table& t : in.tables) {
    if (!is_data(t) || t.data.shape != table_shape::records || t.data.rows < 3) continue;
    for (std::size_t c = 0; c < t.data.columns.size(); ++c) {
      if (t.traits[c].dimension != dimension::time || t.traits[c].role != role::measure) continue;
      const std::vector<double> values = ok_values(t, c);
      if (values.size() < 3 ||
          !std::ranges::all_of(values, [&](double v) { return v == values[0]; }))
        continue;
      const double v = values[0];
      const double power = std::log2(v);
      if (v >= 128 && power == std::floor(power))
        f.at(t.file, t.data.columns[c].name,
             fmt::format("{} in all {} rows", proto::shortest(v), values.size()), values.size());
    }
  }
  return f.done();
}

}  // namespace chimera::evidence
