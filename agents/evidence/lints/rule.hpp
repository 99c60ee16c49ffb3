// What every rule is made of: collects places, counts and files of one defect.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "agents/evidence/lints/lint_rules.hpp"
#include "proto/lint.hpp"

namespace chimera::evidence {

/// Fixed words of a rule. No digits and no number words: they stand in reports.
struct rule_words {
  std::string_view rule;
  proto::severity level;
  std::string_view title;
  std::string_view counted;  ///< plural noun
  std::string_view prevents;
};

class finder {
 public:
  explicit finder(const rule_words& words);

  /// Notes a place; `count` things were found there. At most 50 places are kept, all are counted;
  /// those that stand `first` come before all others. `shows` becomes one line of at most 200
  /// bytes.
  void at(std::string_view file, std::string_view where, std::string_view shows,
          std::uint64_t count = 1, bool first = false);
  /// The number of things looked at.
  void of(std::uint64_t total) { lint_.of = total; }
  void raise(proto::severity level) { lint_.level = level; }

  /// The lint, if anything was found; places in path order, those that stand first before.
  [[nodiscard]] std::optional<proto::lint> done();

 private:
  proto::lint lint_;
  std::vector<proto::lint_place> first_;
  std::set<std::string, std::less<>> files_;
};

using rule = std::optional<proto::lint> (*)(const lint_input&);

/// True for measures that hold single values, in tables that are data and no repetition.
[[nodiscard]] bool is_raw_measure(const evidence_table& t, std::size_t column);
/// True if the table's rows are measurements that count: records or samples, no summary, no copy.
[[nodiscard]] bool is_raw_table(const evidence_table& t);
/// The finite numbers of a column in rows that did not fail, in order.
[[nodiscard]] std::vector<double> ok_values(const evidence_table& t, std::size_t column);

// file_rules.cpp
std::optional<proto::lint> mtimes_untrusted(const lint_input&);
std::optional<proto::lint> empty_files(const lint_input&);
std::optional<proto::lint> duplicate_content(const lint_input&);
std::optional<proto::lint> unreadable_files(const lint_input&);
std::optional<proto::lint> refused_files(const lint_input&);
std::optional<proto::lint> binary_evidence(const lint_input&);
std::optional<proto::lint> links_set_aside(const lint_input&);
std::optional<proto::lint> not_utf8(const lint_input&);
std::optional<proto::lint> reencoded_text(const lint_input&);
std::optional<proto::lint> mojibake(const lint_input&);
std::optional<proto::lint> tool_error_as_data(const lint_input&);

// text_rules.cpp
std::optional<proto::lint> nan_printed(const lint_input&);
std::optional<proto::lint> control_characters(const lint_input&);
std::optional<proto::lint> model_glitch(const lint_input&);
std::optional<proto::lint> instructions_in_data(const lint_input&);

// table_rules.cpp
std::optional<proto::lint> unit_row(const lint_input&);
std::optional<proto::lint> digit_grouping(const lint_input&);
std::optional<proto::lint> ragged_rows(const lint_input&);
std::optional<proto::lint> unclosed_quotes(const lint_input&);
std::optional<proto::lint> header_missing(const lint_input&);
std::optional<proto::lint> duplicate_keys(const lint_input&);
std::optional<proto::lint> non_finite_values(const lint_input&);
std::optional<proto::lint> mixed_units(const lint_input&);
std::optional<proto::lint> null_telemetry(const lint_input&);
std::optional<proto::lint> one_timestamp(const lint_input&);

// row_rules.cpp
std::optional<proto::lint> failed_rows(const lint_input&);
std::optional<proto::lint> failures_written_as_zero(const lint_input&);
std::optional<proto::lint> error_text_as_success(const lint_input&);
std::optional<proto::lint> zero_tokens(const lint_input&);
std::optional<proto::lint> cold_first_row(const lint_input&);
std::optional<proto::lint> cold_rows_confound(const lint_input&);
std::optional<proto::lint> no_warmup_recorded(const lint_input&);

// hardware_rules.cpp
std::optional<proto::lint> no_hardware_recorded(const lint_input&);

// spread_rules.cpp
std::optional<proto::lint> mean_far_from_median(const lint_input&);
std::optional<proto::lint> high_variation(const lint_input&);
std::optional<proto::lint> one_sample_per_configuration_rule(const lint_input&);
std::optional<proto::lint> rate_mean_misleads(const lint_input&);

// order_rules.cpp
std::optional<proto::lint> cold_start_row(const lint_input&);
std::optional<proto::lint> drift_with_order(const lint_input&);
std::optional<proto::lint> autocorrelated_rows(const lint_input&);

// stored_rules.cpp
std::optional<proto::lint> p99_small_n(const lint_input&);
std::optional<proto::lint> p95_small_n(const lint_input&);
std::optional<proto::lint> p95_equals_p99(const lint_input&);
std::optional<proto::lint> tail_of_rate(const lint_input&);
std::optional<proto::lint> single_run(const lint_input&);
std::optional<proto::lint> zero_spread(const lint_input&);
std::optional<proto::lint> mean_without_dispersion(const lint_input&);
std::optional<proto::lint> aggregates_only(const lint_input&);
std::optional<proto::lint> negative_improvement(const lint_input&);
std::optional<proto::lint> impossible_proportion(const lint_input&);
std::optional<proto::lint> one_outlier_in_summary(const lint_input&);
std::optional<proto::lint> value_equals_parameter(const lint_input&);

// summary_rules.cpp
std::optional<proto::lint> summary_rows_lost(const lint_input&);
std::optional<proto::lint> summary_differs(const lint_input&);

// identity_rules.cpp
std::optional<proto::lint> derived_ttft(const lint_input&);
std::optional<proto::lint> derived_column(const lint_input&);

}  // namespace chimera::evidence
