// A report asked for as JSON, for backends that hold an answer to a schema. The schema is a help to
// the model and proves nothing: what is read here is checked like any other text.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "agents/claims/check/check_words.hpp"
#include "proto/problem.hpp"

namespace chimera::roles {

/// The JSON Schema of `{"verdict": "...", "findings": [{"text", "facts": [id]}],
/// "recommendations": [{"text", "finding", "facts": [id]}]}`; "finding" is the place of one in
/// "findings", from 1, or 0 for none. Identifiers are held to `facts` if there are at most
/// `enumerated_max`.
[[nodiscard]] std::string report_schema(const std::vector<std::string>& facts);
inline constexpr std::size_t enumerated_max = 64;

/// What a prompt says instead of asking for Markdown parts.
inline constexpr std::string_view ask_for_json =
    "Answer with one JSON object: \"verdict\" (a text), \"findings\" (a list of \"text\" and "
    "\"facts\", the identifiers that prove it) and \"recommendations\" (a list of \"text\", "
    "\"finding\", the place of the finding that it follows from, counted from one, and \"facts\"). "
    "Inside texts, facts are named as the rules say.";

/// The Markdown of such a report: "### Verdict", "### Key findings", "### Recommendations". An
/// identifier that a text does not name itself is named behind it, so that what it stands for is
/// printed; a recommendation without identifiers has those of its finding. Errors
/// ("report.json"): what is no such object; where and why is said.
[[nodiscard]] proto::result<std::string> read_structured_report(std::string_view json);

/// List items under "### Key findings" and "### Recommendations" that name no fact, as issues
/// ("finding-facts") of their lines.
[[nodiscard]] std::vector<claims::text_issue> items_without_facts(std::string_view markdown);

}  // namespace chimera::roles
