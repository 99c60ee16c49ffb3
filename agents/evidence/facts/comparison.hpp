// Which configuration is better, and whether that can be said.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "agents/evidence/columns/evidence_table.hpp"
#include "agents/evidence/statistics/summary.hpp"
#include "agents/evidence/statistics/two_samples.hpp"

namespace chimera::evidence {

/// Numbers that never change and are shared by all comparisons that a group takes part in: a level
/// of eight stands in seven comparisons, and its values once in memory.
class sample_values {
 public:
  sample_values() : sample_values(std::vector<double>{}) {}
  sample_values(std::vector<double> values)
      : values_(std::make_shared<const std::vector<double>>(std::move(values))) {}
  sample_values(std::initializer_list<double> values)
      : sample_values(std::vector<double>(values)) {}

  operator const std::vector<double>&() const { return *values_; }
  [[nodiscard]] const double* data() const { return values_->data(); }
  [[nodiscard]] const double* begin() const { return data(); }
  [[nodiscard]] const double* end() const { return data() + size(); }
  [[nodiscard]] std::size_t size() const { return values_->size(); }
  [[nodiscard]] bool empty() const { return values_->empty(); }
  [[nodiscard]] double operator[](std::size_t i) const { return (*values_)[i]; }

 private:
  std::shared_ptr<const std::vector<double>> values_;
};

/// One side of a comparison: the rows of one table with one value of one factor (or all of them).
struct sample_group {
  std::size_t table = 0;    ///< index into the evidence tables
  std::size_t measure = 0;  ///< column index in that table
  std::string factor;       ///< column name of the factor; "" when whole tables are compared
  std::string level;        ///< its value; for whole tables the subject's model, or the file if
                            ///< it is unknown or both sides' model
  bool warm_only = false;   ///< cold rows left out (time measures of tables that tell them apart)
  sample_values values;     ///< in row order, failed and missing rows left out; in the column's
                            ///< unit, or the base unit where two tables have different ones
  summary stats;
};

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
[[nodiscard]] std::vector<comparison> compare_all(std::span<const evidence_table> tables,
                                                  std::size_t threads);

/// Fills ratio_ci of `c` and refines not_distinguishable to equivalent. seed: of the evidence hash.
void add_interval(comparison& c, std::uint64_t seed);

}  // namespace chimera::evidence
