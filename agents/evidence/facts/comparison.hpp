// Which configuration is better, and whether that can be said.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "agents/evidence/columns/evidence_table.hpp"
#include "agents/evidence/statistics/summary.hpp"
#include "agents/evidence/statistics/two_samples.hpp"

namespace chimera::evidence {

/// One side of a comparison: the rows of one table with one value of one factor (or all of them).
struct sample_group {
  std::size_t table = 0;    ///< index into the evidence tables
  std::size_t measure = 0;  ///< column index in that table
  std::string factor;       ///< column name of the factor; "" when whole tables are compared
  std::string level;        ///< its value; for whole tables the subject's model, else the file
  bool warm_only = false;   ///< cold rows left out (time measures of tables that tell them apart)
  std::vector<double> values;  ///< in row order, failed and missing rows left out
  summary stats;
};

enum class judgement : std::uint8_t {
  different,            ///< Holm-adjusted p < 0.05
  not_distinguishable,  ///< tested, not significant
  equivalent,           ///< not significant and the interval of the ratio lies within 5 % of 1
  untestable            ///< n < 4 in a group, or no p < 0.05 reachable after Holm at these n
};

/// a against b; ratios are a / b.
struct comparison {
  sample_group a;
  sample_group b;
  std::string metric;  ///< metric_name of the measure
  polarity better = polarity::none;
  std::string family;  ///< comparisons corrected together: table + measure + factor
  std::size_t family_size = 0;
  rank_test test;
  double p_holm = 1;
  double a12 = 0.5;
  double hl_shift = 0;
  double ratio_of_means = 1;
  double ratio_of_medians = 1;
  std::optional<interval> ratio_ci;  ///< filled for the comparisons that a report shows
  judgement said = judgement::untestable;
  /// Something else varies with the factor ("num_ctx", "prompt"), so no cause may be named.
  std::vector<std::string> confounds;

  /// |log ratio of medians| (|log ratio of means| if a median is 0): the effect for ranking.
  [[nodiscard]] double effect() const;
};

/// All comparisons that make sense, in a fixed order: within a table, for each measure and each
/// label or parameter with 2..8 levels, every pair of levels with n >= 2 each; across tables that
/// share measures and parameters (same columns, other subject), table against table. Tables that
/// are summaries or repeat another's rows take no part. Time measures use warm rows where told
/// apart. Intervals are not filled. `threads` only changes the speed.
[[nodiscard]] std::vector<comparison> compare_all(std::span<const evidence_table> tables,
                                                  std::size_t threads);

/// Fills ratio_ci of `c` and refines not_distinguishable to equivalent. seed: of the evidence hash.
void add_interval(comparison& c, std::uint64_t seed);

}  // namespace chimera::evidence
