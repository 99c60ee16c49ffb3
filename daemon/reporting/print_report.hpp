// The report of a run: composed, rendered, counted, and all of its files but run.json.
#pragma once

#include "agents/ports/clock.hpp"
#include "daemon/reporting/finished_run.hpp"

namespace chimera::reporting {

/// Audits the documents of the dataset, adds the facts that tell of them, and chooses what is worth
/// saying. `data` outlives the result.
[[nodiscard]] report::outline plan_report(evidence::dataset& data, std::size_t threads);

/// Fills what was printed. Composes again until the counts that the text states are its own.
/// Computes long.
void print_report(finished_run& run, const clock& time);

/// report.md, report.html, report.json, inventory.json, claims.jsonl, lints.jsonl, figures and
/// transcript.jsonl of a printed run.
[[nodiscard]] report_files files_of(const finished_run& run);

/// facts.jsonl, the longest file by far; needs the dataset alone, so it can be made while the
/// report is printed.
[[nodiscard]] std::string facts_lines(const finished_run& run);

}  // namespace chimera::reporting
