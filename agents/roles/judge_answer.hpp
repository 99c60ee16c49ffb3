// An answer as a model gave it, made into the text that stands: unwrapped, cleaned, held to its
// length and to the facts. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agents/claims/check/check_answer.hpp"
#include "agents/roles/role.hpp"
#include "proto/persona.hpp"

namespace chimera::roles {

/// What an answer is judged by; what it refers to outlives it.
struct judging {
  const proto::persona* who = nullptr;
  const claims::fact_book* book = nullptr;
  const claims::name_lookup* names = nullptr;
  const std::vector<std::string>* given = nullptr;  ///< see claims::check_words
};

struct judged_answer {
  claims::checked_answer checked;  ///< without text if there is none
  std::vector<answer_note> notes;
  /// What a repair prompt says besides the issues: missing parts, no JSON. Each a sentence.
  std::vector<std::string> asked_for;
  /// A report begun as JSON that breaks off or is no report: it has no text that could stand.
  bool is_broken_json = false;

  [[nodiscard]] bool stands() const { return checked.issues.empty() && asked_for.empty(); }
};

/// `as_json`: it was asked for as JSON.
[[nodiscard]] judged_answer judge_answer(const generation& answer, bool as_json, const judging& by);

/// What stands behind a prompt to have its answer repaired, the longest first: with the answer and
/// all issues, without the answer, with fewer issues, with one.
[[nodiscard]] std::vector<std::string> repair_tails(const judged_answer& answer);

/// The note "all-struck" where no sentence of an answer is proven.
void note_if_all_struck(const claims::checked_answer& checked, std::vector<answer_note>& notes);

}  // namespace chimera::roles
