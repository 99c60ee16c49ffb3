// A role: the code that a persona drives. Takes artifacts, builds a prompt, lets the model write,
// hands one artifact on.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "agents/claims/check/check_answer.hpp"
#include "agents/ports/task.hpp"
#include "agents/ports/text_generator.hpp"
#include "agents/report/outline.hpp"
#include "agents/roles/critique.hpp"
#include "proto/persona.hpp"
#include "proto/problem.hpp"

namespace chimera::roles {

/// Text made by a step: Markdown with references.
struct artifact {
  std::string name;  ///< "inventory", "analysis/sweep-gemma", "draft"
  std::string markdown;
};

/// How many of something the prompt of a call did not tell of.
struct omitted {
  std::uint64_t left_out = 0;
  std::uint64_t of = 0;
  bool operator==(const omitted&) const = default;
};

/// How the prompt of a call was made to fit, and what the model was not shown for that.
struct prompt_fit {
  model_limits limits;              ///< that held for the call; all 0: nothing was left out
  std::uint64_t prompt_tokens = 0;  ///< counted before the call; 0 = not counted
  std::uint64_t answer_tokens = 0;  ///< the most that the answer might have; 0 = no bound
  std::uint32_t words = 0;          ///< that the answer was asked for, at most
  omitted findings;
  omitted slots;                   ///< of the heaviest finding, where not even that fits whole
  omitted identifiers;             ///< facts and names
  omitted parts;                   ///< paragraphs and list items of the steps before
  std::vector<std::string> kinds;  ///< of the findings left out, each once
  std::vector<std::string> ids;    ///< facts and names left out

  bool operator==(const prompt_fit&) const = default;
  [[nodiscard]] bool shown_whole() const {
    return findings.left_out + slots.left_out + identifiers.left_out + parts.left_out == 0;
  }
};

/// What was done to an answer besides the check of its claims, or cannot be said of it. Rules:
/// "words-max" (longer than its persona allows: `kept` of `made` words stand), "length" (the model
/// came to the end of its tokens: the same, for the half sentence), "report-parts" (parts of a
/// report are not there), "report-json" (no JSON, read as Markdown), "repair-empty" (the answer
/// before an empty repair stands), "repair-context" (no prompt to repair it fits), "facts-brief"
/// (facts were told by their values alone), "all-struck" (none of `made` sentences is proven),
/// "revision-context" (no prompt to revise the draft fits).
struct answer_note {
  std::string rule;
  std::string message;
  std::uint64_t made = 0;
  std::uint64_t kept = 0;
  bool operator==(const answer_note&) const = default;
};

/// One prompt and its answer, for transcript.jsonl and the report's metrics.
struct call_record {
  std::string step;
  std::string persona;
  generation_request request;
  generation answer;
  /// What the check replaced and what it found. Of a critic's objections: those that were dropped.
  claims::checked_answer checked;
  prompt_fit fit = {};
  std::vector<answer_note> notes = {};
};

/// What a role works on.
struct role_input {
  const report::outline* outline = nullptr;    ///< outlives the step; null: role plain only
  const report::question* question = nullptr;  ///< analysts: the one to answer; else null
  std::vector<artifact> artifacts;             ///< what the steps before handed on
  std::string prompt;                          ///< what a persona of the role plain is asked
  std::vector<objection> objections;  ///< critics: what the draft is to be revised for; else empty
};

struct role_output {
  artifact made;
  std::vector<call_record> calls;
  bool handed_on = false;  ///< `made` is the draft as it came: its claims are those of its step
};

/// The whole prompt of one step: pure, so that it can be tested and shown. Facts are listed as
/// `id | phrase | value unit | n | warning`, findings as `- kind | severity | slot={{...}} ...`.
[[nodiscard]] std::string build_prompt(const proto::persona& who, const role_input& input);

/// What the prompt of a step tells of, each once, in order of first mention.
struct told_ids {
  std::vector<std::string> facts;
  std::vector<std::string> names;
  std::vector<std::string> texts;  ///< plain words of findings: titles, what a defect prevents
};
[[nodiscard]] told_ids told_in(const proto::persona& who, const role_input& input);

/// Runs one step: prompt, generation, the answer taken out of what models put around it, cleaned of
/// what no report may hold (top-level headings, raw HTML), held to its persona's words and to the
/// facts that the prompt told of. A bare number that is one of them becomes a reference; other
/// issues, and missing parts of a report, go back to the model in at most claims::repairs_max
/// prompts, each a call of its own; sentences that are still wrong are marked to be struck. A first
/// answer without text is an error ("role.empty"); a report begun as JSON that is none is asked for
/// again as Markdown, and an error ("role.json") if it stays so. The role plain is one call: its
/// answer is handed on as it is, nothing is checked, and no report may hold it.
///
/// Where the backend knows a bound of the context, every prompt fits it with room for its answer:
/// what has no room is left out by rank (material.hpp) and recorded in the call's `fit`. If the
/// backend refuses a prompt all the same ("backend.context"), less is told, at most twice. If even
/// the least does not fit: "role.context".
///
/// A critic takes one artifact, the draft of a report, and lists objections; read_critique drops
/// those to sentences that the draft does not have. If any are left, one more call ("STEP/revise",
/// a reporter's prompt with the draft and the objections) writes the draft anew, once, checked and
/// repaired like every answer. Without objections the draft is handed on byte for byte, and so it
/// is when its revision lost a part of the report: an issue "revision-parts" of its call says so;
/// or when the draft has no room in a prompt: a note "revision-context".
[[nodiscard]] task<proto::result<role_output>> run_role(
    proto::persona who, std::string step, role_input input, text_generator* generator,
    std::function<void(std::string_view)> on_token);

}  // namespace chimera::roles
