#include <array>

#include "agents/evidence/facts/row_filter.hpp"
#include "agents/evidence/facts/table_facts.hpp"
#include "agents/evidence/statistics/ranks.hpp"
#include "agents/evidence/statistics/summary.hpp"

#include <fmt/format.h>

namespace chimera::evidence {
namespace {

constexpr std::size_t levels_max = 12;
constexpr std::uint64_t p5_n_min = 22;  // the lower tail needs what p95 needs

bool is_factor(const evidence_table& t, std::size_t column) {
  const role r = t.traits[column].role;
  return r == role::label || r == role::parameter;
}

std::string describe_rows(const std::vector<proto::filter_term>& filter) {
  std::string text;
  for (const proto::filter_term& term : filter)
    text += term.op == "is" ? fmt::format(", {} rows", term.value)
                            : fmt::format(", {} = {}", term.column, term.value);
  return text;
}

class summary_writer {
 public:
  summary_writer(const evidence_table& t, std::size_t column, const row_filter& filter,
                 fact_set& facts)
      : facts_(facts), base_(fact_of_column(t, column)) {
    base_.filter = to_terms(t, filter);
    selected rows = select_rows(t, column, filter);
    base_.excluded = rows.excluded;
    base_.n = rows.values.size();
    const std::string& label = t.traits[column].label;
    subject_ = fmt::format("{} in {}{}", label.empty() ? t.data.columns[column].key : label, t.file,
                           describe_rows(base_.filter));
    if (!filter.only && t.rows.cold > 0 && t.rows.warm_rows > 0 &&
        t.traits[column].dimension == dimension::time)
      base_.flags.emplace_back("pools-cold-and-warm");
    values_ = std::move(rows.values);
  }

  void write() {
    add("count", "number of values", static_cast<double>(values_.size()), {});
    if (values_.empty()) return;
    sort_values(values_);
    const summary s = summarise_sorted(values_);
    add("sum", "sum", s.sum, {});
    add("mean", "mean", s.mean, {});
    add("min", "minimum", s.min, {});
    add("median", "median", s.median, {});
    add("max", "maximum", s.max, {});
    add("mad", "median absolute deviation", s.mad, {});
    add_quantile("p5", "5th percentile", s.p5, p5_n_min);
    add_quantile("p95", "95th percentile", s.p95, quantile_n_min(0.95));
    add_quantile("p99", "99th percentile", s.p99, quantile_n_min(0.99));
    add_spread(s);
    add_interval(s);
  }

 private:
  void add(std::string_view agg, std::string_view words, double value,
           std::vector<std::string> flags) {
    proto::fact f = base_;
    f.agg = agg;
    f.phrase = fmt::format("{} of {}", words, subject_);
    f.flags.insert(f.flags.end(), flags.begin(), flags.end());
    if (agg == "count") {
      f.unit.clear();
      f.dim = "count";
      f.polarity = "none";
      f.kind = "count";
    }
    if (agg == "cv") {
      f.unit.clear();
      f.dim = "ratio";
    }
    facts_.add(std::move(f), value);
  }

  void add_quantile(std::string_view agg, std::string_view words, double value,
                    std::uint64_t n_min) {
    std::vector<std::string> flags;
    if (base_.n < n_min) flags.push_back(fmt::format("refused:{}:n<{}", agg, n_min));
    if (agg == "p95" && base_.n >= n_min && base_.n < quantile_bound_n_min(0.95))
      flags.emplace_back("no-95%-bound:needs-59");
    add(agg, words, value, std::move(flags));
  }

  void add_spread(const summary& s) {
    if (s.sd) {
      add("sd", "standard deviation", *s.sd, {});
      if (s.cv) add("cv", "coefficient of variation", *s.cv, {});
      return;
    }
    proto::fact f = base_;
    f.agg = "sd";
    f.phrase = fmt::format("standard deviation of {}", subject_);
    f.flags.emplace_back("refused:sd:n<2");
    f.shown.text = "not defined";
    facts_.add_text(std::move(f));
  }

  void add_interval(const summary& s) {
    if (!s.median_ci) return;
    const std::vector<std::string> flags = {fmt::format("k={}", s.median_ci->k),
                                            fmt::format("coverage={:.4f}", s.median_ci->coverage)};
    add("median_ci_low", "lower end of the 95 % interval of the median", s.median_ci->low, flags);
    add("median_ci_high", "upper end of the 95 % interval of the median", s.median_ci->high, flags);
  }

  fact_set& facts_;
  proto::fact base_;
  std::string subject_;
  std::vector<double> values_;
};

void add_warm_and_cold(const evidence_table& t, std::size_t column, fact_set& facts) {
  if (t.rows.cold == 0 || t.rows.warm_rows == 0) return;
  for (const warmth only : {warmth::warm, warmth::cold})
    summary_writer(t, column, row_filter{.only = only}, facts).write();
}

void add_levels(const evidence_table& t, std::size_t column, const factor_levels& factor,
                fact_set& facts) {
  const bool told_apart = t.rows.cold > 0 && t.rows.warm_rows > 0;
  for (std::uint32_t level = 0; level < factor.levels.size(); ++level) {
    row_filter filter{.factor = &factor, .level = level};
    summary_writer(t, column, filter, facts).write();
    if (!told_apart || t.traits[column].dimension != dimension::time) continue;
    filter.only = warmth::warm;
    if (!select_rows(t, column, filter).values.empty())
      summary_writer(t, column, filter, facts).write();
  }
}

}  // namespace

void add_summaries(const evidence_table& t, fact_set& facts) {
  std::vector<factor_levels> factors;
  const bool grouped = t.data.shape == table_shape::records && !t.summary && t.data.kind != "md";
  for (std::size_t c = 0; grouped && c < t.data.columns.size(); ++c) {
    if (!is_factor(t, c)) continue;
    auto factor = read_factor(t, c, levels_max);
    if (factor && factor->levels.size() >= 2 && factor->levels.size() < t.data.rows)
      factors.push_back(std::move(*factor));
  }
  for (std::size_t c = 0; c < t.data.columns.size(); ++c) {
    if (t.traits[c].role != role::measure || !t.data.columns[c].numeric()) continue;
    summary_writer(t, c, row_filter{}, facts).write();
    add_warm_and_cold(t, c, facts);
    for (const factor_levels& factor : factors) add_levels(t, c, factor, facts);
  }
}

std::string summary_key(const evidence_table& t, std::size_t column,
                        const std::vector<proto::filter_term>& filter, std::string_view agg) {
  proto::fact f = fact_of_column(t, column);
  f.filter = filter;
  f.agg = agg;
  return key_of(f);
}

void add_row_counts(const evidence_table& t, fact_set& facts) {
  const auto add = [&](std::string_view state, std::uint64_t count) {
    proto::fact f;
    f.file = t.file;
    f.sha256 = t.sha256;
    f.where = {t.data.kind, t.data.path};
    if (!state.empty()) f.filter = {{"row", "is", std::string(state)}};
    f.agg = "count";
    f.n = t.data.rows;
    f.dim = "count";
    f.polarity = "none";
    f.kind = "count";
    f.phrase = state.empty() ? fmt::format("rows of {}", t.file)
                             : fmt::format("{} rows of {}", state, t.file);
    facts.add(std::move(f), static_cast<double>(count));
  };
  add("", t.data.rows);
  add("failed", t.rows.failed);
  add("ok", t.data.rows - t.rows.failed);
  if (t.rows.cold + t.rows.warm_rows > 0) {
    add("cold", t.rows.cold);
    add("warm", t.rows.warm_rows);
  }
}

}  // namespace chimera::evidence
