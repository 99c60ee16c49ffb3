#include <algorithm>

#include <fmt/format.h>

#include "agents/evidence/lints/rule.hpp"

namespace chimera::evidence {
namespace {

using proto::severity;

// One place a column: `count` things of `what` in it.
template <class Count>
void each_column(const lint_input& in, finder& f, std::string_view what, Count count) {
  // Cells of a Markdown table are laid out for people: "5 of 9", "n/a", any unit in any line.
  for (const evidence_table& t : in.tables) {
    if (t.data.kind == "md") continue;
    for (const column& c : t.data.columns)
      if (const std::uint64_t n = count(t, c); n > 0)
        f.at(t.file, c.name, fmt::format("{} {}", n, what), n);
  }
}

// Pointers of the members of a file that failed as a whole: what they lack is no telemetry.
std::vector<std::string> failed_members(const lint_input& in, std::string_view file) {
  std::vector<std::string> members;
  for (const evidence_table& t : in.tables) {
    if (t.file != file || t.data.shape != table_shape::keyed) continue;
    for (const row_failure& r : t.rows.failures)
      if (r.row < t.data.row_keys.size())
        members.push_back(t.data.path + "/" + t.data.row_keys[r.row] + "/");
  }
  return members;
}

}  // namespace

std::optional<proto::lint> unit_row(const lint_input& in) {
  finder f({"unit-row", severity::info, "A row of units under the header", "tables",
            "nothing here; other tools read every column as text"});
  for (const evidence_table& t : in.tables)
    if (t.data.unit_row)
      f.at(t.file, "", fmt::format("{} columns with a row of units", t.data.columns.size()));
  return f.done();
}

std::optional<proto::lint> digit_grouping(const lint_input& in) {
  finder f({"digit-grouping", severity::info, "Numbers with grouped digits", "cells",
            "nothing here; other tools read them as text"});
  std::uint64_t lakh = 0;
  for (const evidence_table& t : in.tables) {
    if (t.data.kind != "csv") continue;
    std::uint64_t grouped = 0;
    for (const column& c : t.data.columns) {
      grouped += c.grouped_cells;
      lakh += c.lakh_cells;
    }
    if (grouped > 0)
      f.at(t.file, "", fmt::format("{} cells, {} of them grouped by twos", grouped, lakh), grouped);
  }
  return f.done();
}

std::optional<proto::lint> ragged_rows(const lint_input& in) {
  finder f({"ragged-rows", severity::warning, "Rows with too few or too many cells", "rows",
            "cells may stand under the wrong header"});
  for (const evidence_table& t : in.tables)
    if (t.data.ragged_rows > 0 && t.data.kind == "csv")
      f.at(t.file, "", fmt::format("{} of {} rows", t.data.ragged_rows, t.data.rows),
           t.data.ragged_rows);
  return f.done();
}

std::optional<proto::lint> unclosed_quotes(const lint_input& in) {
  finder f({"unclosed-quotes", severity::warning, "Quotes that are never closed", "quotes",
            "the file may be cut off; cells may hold what belongs to others"});
  for (const evidence_table& t : in.tables)
    if (t.data.unclosed_quotes > 0)
      f.at(t.file, "", "a quote opens a cell and never closes", t.data.unclosed_quotes);
  return f.done();
}

std::optional<proto::lint> header_missing(const lint_input& in) {
  finder f({"header-missing", severity::warning, "No header row", "tables",
            "what the columns mean is unknown"});
  for (const evidence_table& t : in.tables)
    if (t.data.header_missing)
      f.at(t.file, "", fmt::format("{} columns without names", t.data.columns.size()));
  return f.done();
}

std::optional<proto::lint> duplicate_keys(const lint_input& in) {
  finder f({"duplicate-keys", severity::warning, "A key that repeats in an object", "keys",
            "only the last value counts"});
  for (const evidence_table& t : in.tables)
    if (t.data.duplicate_keys > 0)
      f.at(t.file, t.data.path,
           t.data.duplicate_key_examples.empty() ? "" : t.data.duplicate_key_examples.front(),
           t.data.duplicate_keys);
  return f.done();
}

std::optional<proto::lint> non_finite_values(const lint_input& in) {
  finder f({"non-finite-values", severity::warning, "NaN or infinity as a value", "cells",
            "they take no part in any statistic"});
  each_column(in, f, "cells", [](const evidence_table&, const column& c) -> std::uint64_t {
    return c.non_finite_cells;
  });
  return f.done();
}

std::optional<proto::lint> mixed_units(const lint_input& in) {
  finder f({"mixed-units", severity::error, "Several units in a column", "cells",
            "cells in another unit are left out"});
  each_column(
      in, f, "cells in another unit",
      [](const evidence_table&, const column& c) -> std::uint64_t { return c.mixed_unit_cells; });
  return f.done();
}

std::optional<proto::lint> null_telemetry(const lint_input& in) {
  finder f({"null-telemetry", severity::warning, "Telemetry that is always null", "columns",
            "nothing can be said of what it should measure"});
  for (const evidence_table& t : in.tables) {
    if (t.data.kind == "md" || t.data.rows == 0) continue;
    // Rows that failed lack everything; a summary of nothing still prints its null statistics.
    const bool nothing = t.rows.failed == t.data.rows;
    if (nothing && !t.summary) continue;
    for (std::size_t i = 0; i < t.data.columns.size(); ++i) {
      const column& c = t.data.columns[i];
      if (t.traits[i].dimension == dimension::none || t.traits[i].role == role::parameter) continue;
      bool all = true;
      for (std::size_t row = 0; row < t.data.rows && all; ++row)
        all = c.missing(row) || (!nothing && t.rows.state[row] == row_state::failed);
      if (!all) continue;
      const auto within = [&](const std::string& member) { return c.name.starts_with(member); };
      if (std::ranges::none_of(failed_members(in, t.file), within))
        f.at(t.file, c.name, nothing ? "null in every row, all failed" : "null in every row");
    }
  }
  return f.done();
}

std::optional<proto::lint> one_timestamp(const lint_input& in) {
  finder f({"one-timestamp", severity::info, "All rows carry the same timestamp", "tables",
            "the order of the runs cannot be proven"});
  for (const evidence_table& t : in.tables) {
    if (!is_raw_table(t) || t.data.rows < 5) continue;
    for (std::size_t i = 0; i < t.data.columns.size(); ++i) {
      const column& c = t.data.columns[i];
      if (t.traits[i].role != role::time || c.missing(0)) continue;
      bool same = true;
      for (std::size_t row = 1; row < t.data.rows && same; ++row) same = c.text(row) == c.text(0);
      if (same) f.at(t.file, c.name, c.text(0));
    }
  }
  return f.done();
}

}  // namespace chimera::evidence
