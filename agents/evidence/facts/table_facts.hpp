// The facts of one table: summaries of its measures, of warm and cold rows, of groups; pooled
// rates; cells; ratios of keyed members.
#pragma once

#include "agents/evidence/columns/evidence_table.hpp"
#include "agents/evidence/facts/fact_set.hpp"
#include "agents/evidence/facts/table_summaries.hpp"

namespace chimera::evidence {

/// count mean sd min median p95 max (contract), p5 p99 mad cv sum and the interval of the median,
/// for every measure column over: all rows that did not fail; warm and cold rows where told apart;
/// each level of each label or parameter with 2..12 levels; and warm rows of each level for times.
void add_summaries(const evidence_table& t, const table_summaries& summaries, fact_set& facts);

/// How many rows, failed, cold and warm rows the table has. Kind "count", path = the table's own.
void add_row_counts(const evidence_table& t, fact_set& facts);

/// pooled (sum of counts / sum of times) and harmonic_mean of every rate column whose count and
/// time columns stand beside it and agree with it on every row; whole table and by level.
void add_rates(const evidence_table& t, const table_summaries& summaries, fact_set& facts);

/// One fact per numeric leaf of a document, with the repetitions that its file declares as n.
/// Leaves of members that failed (see failed_members) are no measurements and left out.
void add_cells(const evidence_table& document, const std::vector<const evidence_table*>& keyed,
               fact_set& facts);

/// ratio of each pair of keyed members that did not fail, for time and rate measures: first /
/// second in file order, derived from their cells.
void add_member_ratios(const evidence_table& keyed, fact_set& facts);

/// For tables whose rows are one sample per configuration: each row's cell of the primary measures
/// (throughput, TTFT, latency) under the row's label, and its rank (1 = best).
void add_ranks(const evidence_table& t, fact_set& facts);

/// Index of the label column whose texts are unique per row ("config_name"), or npos.
[[nodiscard]] std::size_t row_label_column(const evidence_table& t);

/// What singles a row out: its label, else all its parameters. `label` from row_label_column.
[[nodiscard]] std::vector<proto::filter_term> configuration_of(const evidence_table& t,
                                                               std::size_t label, std::size_t row);

/// The id-giving key of an aggregate of a column under a filter, for looking facts up.
[[nodiscard]] std::string summary_key(const evidence_table& t, std::size_t column,
                                      const std::vector<proto::filter_term>& filter,
                                      std::string_view agg);

}  // namespace chimera::evidence
