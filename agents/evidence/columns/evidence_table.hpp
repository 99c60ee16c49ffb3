// A table with everything that was found out about it: what all later rooms work on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "agents/evidence/columns/row_states.hpp"
#include "agents/evidence/columns/traits.hpp"
#include "agents/evidence/tables/table.hpp"

namespace chimera::evidence {

/// What a file says of the thing measured, from its content, else from its name or its folder.
struct subject {
  std::string model;                ///< "gemma3:latest"; "" if unknown
  std::string model_from;           ///< "column model", "pointer /model", "file name", ...
  std::uint64_t declared_runs = 0;  ///< repetitions behind each stored statistic; 0 = not said
  std::string declared_runs_at;     ///< pointer: "/settings/runs"
  std::uint64_t declared_warmup = 0;
  std::string declared_warmup_at;  ///< ""= not said
};

struct evidence_table {
  std::string file;  ///< path of the (first) file
  std::string sha256;
  table data;
  std::vector<column_traits> traits;  ///< one a column
  row_states rows;
  subject about;
  bool summary = false;  ///< rows are statistics made from other rows (mean_*), not measurements
  /// Index of the table whose rows these are again, or `npos`: left out of totals and comparisons.
  std::size_t same_as = static_cast<std::size_t>(-1);
  static constexpr std::size_t npos = static_cast<std::size_t>(-1);
};

/// Makes the evidence table of one read table (traits, row states, subject, summary).
[[nodiscard]] evidence_table examine(std::string file, std::string sha256, table data);

/// Finds tables that hold the same rows: all rows of one stand in the other with equal numbers in
/// every shared measure (compared by metric name, after unit conversion, to the precision printed);
/// at least two rows and two shared measures, failed rows aside. Sets same_as in the copy: Markdown
/// before data, a summary before the rows it was made from, fewer rows before more, else the later
/// one; so same_as may point forward. It always names a table that is no copy itself.
/// Tables of more than 50,000 rows are recognised in the same order only. Deterministic; `tables`
/// sorted by file. About linear in all cells.
void mark_same_rows(std::vector<evidence_table>& tables);

}  // namespace chimera::evidence
