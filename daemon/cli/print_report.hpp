// The report of a run: composed, rendered, counted, and all of its files but run.json.
#pragma once

#include "agents/ports/clock.hpp"
#include "daemon/cli/finished_run.hpp"

namespace chimera::cli {

/// Fills what was printed. Composes again until the counts that the text states are its own.
/// Computes long.
void print_report(finished_run& run, const clock& time);

/// report.md, report.html, report.json, inventory.json, facts.jsonl, claims.jsonl, lints.jsonl,
/// figures and transcript.jsonl of a printed run.
[[nodiscard]] report_files files_of(const finished_run& run);

}  // namespace chimera::cli
