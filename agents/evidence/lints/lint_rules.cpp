#include "agents/evidence/lints/lint_rules.hpp"

#include <algorithm>
#include <array>

#include "agents/evidence/lints/rule.hpp"

namespace chimera::evidence {
namespace {

// In the order of the files that hold them; the output has an order of its own.
constexpr std::array rules = {mtimes_untrusted,
                              empty_files,
                              duplicate_content,
                              unreadable_files,
                              refused_files,
                              binary_evidence,
                              links_set_aside,
                              not_utf8,
                              reencoded_text,
                              mojibake,
                              tool_error_as_data,
                              nan_printed,
                              control_characters,
                              model_glitch,
                              instructions_in_data,
                              unit_row,
                              digit_grouping,
                              ragged_rows,
                              unclosed_quotes,
                              header_missing,
                              duplicate_keys,
                              non_finite_values,
                              mixed_units,
                              null_telemetry,
                              one_timestamp,
                              failed_rows,
                              failures_written_as_zero,
                              error_text_as_success,
                              zero_tokens,
                              cold_first_row,
                              cold_rows_confound,
                              no_warmup_recorded,
                              cold_start_row,
                              no_hardware_recorded,
                              mean_far_from_median,
                              high_variation,
                              one_sample_per_configuration_rule,
                              rate_mean_misleads,
                              drift_with_order,
                              autocorrelated_rows,
                              p99_small_n,
                              p95_small_n,
                              p95_equals_p99,
                              tail_of_rate,
                              single_run,
                              zero_spread,
                              mean_without_dispersion,
                              aggregates_only,
                              negative_improvement,
                              impossible_proportion,
                              one_outlier_in_summary,
                              value_equals_parameter,
                              summary_rows_lost,
                              summary_differs,
                              derived_ttft,
                              derived_column};

}  // namespace

std::vector<proto::lint> run_lints(const lint_input& input) {
  std::vector<proto::lint> lints;
  const auto run = [&](rule r) {
    if (auto found = r(input)) lints.push_back(std::move(*found));
  };
  for (const rule r : rules) run(r);
  std::ranges::sort(lints, [](const proto::lint& x, const proto::lint& y) {
    return x.level != y.level ? x.level < y.level : x.rule < y.rule;
  });
  return lints;
}

}  // namespace chimera::evidence
