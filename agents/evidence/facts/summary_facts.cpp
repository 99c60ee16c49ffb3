#include <optional>

#include "agents/evidence/facts/row_filter.hpp"
#include "agents/evidence/facts/table_facts.hpp"
#include "agents/evidence/statistics/summary.hpp"

#include <fmt/format.h>

namespace chimera::evidence {
namespace {

constexpr std::uint64_t p5_n_min = 22;  // the lower tail needs what p95 needs

std::string describe_rows(const std::vector<proto::filter_term>& filter) {
  std::string text;
  for (const proto::filter_term& term : filter)
    text += term.op == "is" ? fmt::format(", {} rows", term.value)
                            : fmt::format(", {} = {}", term.column, term.value);
  return text;
}

class summary_writer {
 public:
  summary_writer(const evidence_table& t, std::size_t column, const rows_summary& rows,
                 fact_set& facts)
      : facts_(facts), base_(fact_of_column(t, column)), values_(rows.values) {
    base_.filter = to_terms(t, rows.filter);
    base_.excluded = rows.excluded;
    base_.n = rows.n;
    const std::string& label = t.traits[column].label;
    subject_ = fmt::format("{} in {}{}", label.empty() ? t.data.columns[column].key : label, t.file,
                           describe_rows(base_.filter));
    if (!rows.filter.only && t.rows.cold > 0 && t.rows.warm_rows > 0 &&
        t.traits[column].dimension == dimension::time)
      base_.flags.emplace_back("pools-cold-and-warm");
  }

  void write() {
    add("count", "number of values", static_cast<double>(base_.n), {});
    if (!values_) return;
    const summary& s = *values_;
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
  const std::optional<summary>& values_;
};

}  // namespace

void add_summaries(const evidence_table& t, const table_summaries& summaries, fact_set& facts) {
  for (std::size_t c = 0; c < t.data.columns.size(); ++c)
    for (const rows_summary& rows : summaries.of(c)) summary_writer(t, c, rows, facts).write();
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
