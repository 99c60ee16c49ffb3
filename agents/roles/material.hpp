// What the prompt of a step may tell of, by rank, and what of it is told where not all fits.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "agents/report/outline.hpp"
#include "agents/roles/role.hpp"
#include "proto/persona.hpp"

namespace chimera::roles {

/// An artifact of a step before, as parts (a paragraph, a list item, a heading) that make it up
/// byte for byte.
struct parted_text {
  std::string name;
  std::vector<std::string> parts;
  bool whole = true;  ///< false if parts of it are left out

  [[nodiscard]] std::string text() const;
};

/// Everything that the prompt of one step tells of.
struct material {
  std::string task;
  std::string title;  ///< of the question; "" = none
  std::vector<report::finding> findings;
  std::vector<parted_text> texts;
  std::vector<objection> objections;
  std::string prompt;    ///< of the role plain
  bool as_json = false;  ///< a report is asked for as structured_report.hpp reads it
  /// Facts and names are told by their values alone, at the end of each finding: for contexts in
  /// which the lines that say what they are leave no room for the heaviest finding.
  bool brief = false;
};

/// Stands in a brief prompt, and in no other.
inline constexpr std::string_view brief_mark = "VALUES stand behind 'prints='";

/// All that there is for a step. `input.outline` may be null for the role plain only.
[[nodiscard]] material material_of(const proto::persona& who, const role_input& input);

/// One thing that a prompt may do without.
struct candidate {
  enum class kind { finding, slot, part };
  kind what = kind::finding;
  std::size_t index = 0;  ///< of the finding, or of the text
  std::size_t part = 0;   ///< which slot of the finding, or which part of the text
  bool operator==(const candidate&) const = default;
};

/// The candidates of a prompt, what must stay longest first, and how many of them it cannot do
/// without. Rules, task, question, objections and a plain prompt are none: they always stay.
///
/// Findings are ranked as they come, heaviest first, and told whole; only of the first, which may
/// be too long for a narrow context, single slots are told. A reporter's recommendations stand
/// between them, one after every second one. Parts of the steps before follow: first those that
/// name a fact or a name of a finding. A critic's draft goes before the findings where it is to be
/// written anew (all of it is needed), and turn by turn with them where it is only read.
struct ranking {
  std::vector<candidate> order;
  std::size_t least = 0;
};
[[nodiscard]] ranking rank(const material& all, std::size_t recommendations);

/// `all` with the first `kept` candidates only; each stands where it stood. A finding that lost
/// slots says so in a last one, "cut".
[[nodiscard]] material keep(const material& all, const ranking& by, std::size_t kept);

/// Facts, names and plain words that it tells of.
[[nodiscard]] told_ids told_in(const material& told);

/// Its prompt; `words` is the most that the answer may have. What all analysts of a pipeline share
/// (rules, texts of the steps before, the identifiers in them) stands before what is their own, so
/// that a backend need read it only once.
[[nodiscard]] std::string build_prompt(const material& told, const report::outline* plan,
                                       std::uint32_t words);

}  // namespace chimera::roles
