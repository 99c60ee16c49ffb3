// Facts that are counted over the whole tree: files, bytes, rows, failures, dates, lints.
#pragma once

#include "agents/evidence/facts/dataset.hpp"
#include "agents/evidence/facts/fact_set.hpp"

namespace chimera::evidence {

/// Paths of these facts (file ".", locator kind "tree"): files, bytes, files/TYPE, bytes/TYPE,
/// status/STATUS, duplicates/groups, duplicates/files, duplicates/bytes, distinct,
/// rows/csv, rows/csv/failed, rows/csv/files, rows/csv/failed-files, rows/csv/wholly-failed-files,
/// rows/json, rows/json/failed, members, members/failed, members/POINTER, rows/cold, rows/warm,
/// rows/sweeps ..., repeated-tables, json/documents, json/numbers, time/records/first ...
/// time/all/last, lint/RULE, lint/RULE/of, rule/... (the smallest n of a rule). Row counts take
/// tables of records that are no summaries and repeat no other table; rows/csv are those of CSV
/// files that record an error for each row.
void add_tree_facts(const dataset& data, fact_set& facts);

/// A fact about the tree as a whole with everything but its value filled in. Others than
/// add_tree_facts use paths of their own ("document/...").
[[nodiscard]] proto::fact tree_fact(const dataset& data, std::string_view path,
                                    std::string_view phrase);

/// The key of a tree fact, for looking it up.
[[nodiscard]] std::string tree_key(std::string_view path, std::string_view agg = "count");

/// True if the table's rows count in the totals of runs: raw records, no summary, no repetition.
[[nodiscard]] bool counts_as_runs(const evidence_table& t);
/// True if the table records an error text or status for each row.
[[nodiscard]] bool records_errors(const evidence_table& t);

}  // namespace chimera::evidence
