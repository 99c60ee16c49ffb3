// Which configuration is better, and whether that can be said.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
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
  std::string level;        ///< its value; for whole tables the subject's model, or the file if
                            ///< it is unknown or both sides' model
  bool warm_only = false;   ///< cold rows left out (time measures of tables that tell them apart)
  std::size_t factor_column = evidence_table::npos;  ///< of `factor`, whose name may stand twice
  double scale = 1;  ///< from the column's unit to the one that is compared in: the base unit
                     ///< where two tables have different ones
  summary stats;     ///< of the values; n = 0 and nothing else if there are none
};

/// The values of a group in row order, failed and missing rows left out, times `scale`: taken from
/// the table again, as groups of all measures and factors together are many times the table.
[[nodiscard]] std::vector<double> values_of(const sample_group& group,
                                            std::span<const evidence_table> tables);

enum class judgement : std::uint8_t {
  different,            ///< Holm-adjusted p < 0.05
  not_distinguishable,  ///< tested, not significant
  equivalent,           ///< not significant and the interval of the ratio lies in 1/1.05 .. 1.05
  untestable            ///< n < 4 in a group, or no p < 0.05 reachable after Holm at these n
};

/// a against b; ratios are a / b.
struct comparison {
  sample_group a;
  sample_group b;
  std::string metric;  ///< metric_name of the measure
  polarity better = polarity::none;
  std::string family;  ///< comparisons corrected together: table + measure + factor + rows taken
  std::size_t family_size = 0;  ///< those of the family with n >= 4 on both sides
  rank_test test;
  double p_holm = 1;  ///< 1 for n < 4, which are not corrected with the others
  double a12 = 0.5;
  double hl_shift = 0;
  double ratio_of_means = 1;
  double ratio_of_medians = 1;
  std::optional<interval> ratio_ci;  ///< filled for the comparisons that a report shows
  judgement said = judgement::untestable;
  /// Something else varies with the factor ("cold rows" first, then column names: "num_ctx",
  /// "prompt"), so no cause may be named.
  std::vector<std::string> confounds;

  /// |log ratio of medians| (|log ratio of means| if a median is 0): the effect for ranking.
  [[nodiscard]] double effect() const;
};

/// All comparisons that make sense, in a fixed order.
///
/// Measures are columns of single values with a polarity. Within a table of records: for each
/// measure and each label or parameter with 2..8 levels among the rows that did not fail, every
/// pair of levels with n >= 2 each. Of columns that name the same groups (model and tag) the one
/// with the shorter texts is taken. Across files: tables that have the same parameters and the same
/// labels that split their rows (without any parameter: the same path and measures, too) and n >= 4
/// are compared pairwise over each measure that they share; of more than twelve such tables the
/// first twelve by path.
///
/// Time measures of tables that tell cold rows from warm ones are compared twice, over all rows and
/// over the warm rows, in two families. Tables that are summaries or repeat another's rows,
/// Markdown tables, documents and keyed tables take no part; nor do groups with a mean or a median
/// of 0, which have no ratio. Intervals are not filled. `threads` only changes the speed.
/// `progress` is called from any thread with parts done of all; a large table has several.
[[nodiscard]] std::vector<comparison> compare_all(
    std::span<const evidence_table> tables, std::size_t threads,
    const std::function<void(std::size_t done, std::size_t of)>& progress = {});

/// Fills ratio_ci of `c` and refines not_distinguishable to equivalent. seed: of the evidence hash.
void add_interval(comparison& c, std::span<const evidence_table> tables, std::uint64_t seed);

}  // namespace chimera::evidence
