// The report as data, and what was asked of the backend.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "daemon/reporting/finished_run.hpp"

namespace chimera::reporting {

/// Findings with kind, severity and slots: each slot with its reference, the ids of its facts and
/// what the report prints for it.
[[nodiscard]] nlohmann::ordered_json findings_json(const std::vector<report::finding>& findings,
                                                   const report::catalog& names);
[[nodiscard]] nlohmann::ordered_json verification_json(const finished_run& run);

/// report.json: headline, questions, recommendations, verification, refusals. The same on each run.
[[nodiscard]] std::string report_json(const finished_run& run);

/// transcript.jsonl: a prompt and its answer a line, in the order of the pipeline.
[[nodiscard]] std::string transcript_of(const finished_run& run);

/// JSON text with invalid UTF-8 replaced; `indent` -1 = one line.
[[nodiscard]] std::string to_text(const nlohmann::ordered_json& value, int indent);

}  // namespace chimera::reporting
