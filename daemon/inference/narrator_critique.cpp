// The narrator as critic.
#include <algorithm>

#include "agents/roles/critique.hpp"
#include "agents/roles/finding_lines.hpp"
#include "daemon/inference/narrator_phrases.hpp"

namespace chimera::inference {
namespace {

using report::finding;

// The lints of the inventory are the collector's, recommendations follow from other findings.
bool belongs_into_verdict(const finding& f) {
  return f.level == proto::severity::error && f.kind != "gap" && advice_of(f).empty();
}

// A finding without facts cannot be missed.
bool leaves_out(std::string_view draft, const finding& f) {
  bool has_facts = false;
  for (const auto& [slot, value] : f.slots) {
    if (!value.starts_with("{{f:") && !value.starts_with("{{cmp:")) continue;
    if (draft.contains(value)) return false;
    has_facts = true;
  }
  return has_facts;
}

// Of the verdict, or of a draft without one.
std::string first_sentence(std::string_view draft) {
  constexpr std::string_view heading = "### Verdict\n";
  if (const std::size_t at = draft.find(heading); at != std::string_view::npos)
    draft.remove_prefix(at + heading.size());
  draft.remove_prefix(std::min(draft.find_first_not_of(" \n"), draft.size()));
  const std::size_t paragraph = draft.find("\n\n");
  const std::size_t stop = draft.find(". ");
  if (stop < paragraph) return std::string(draft.substr(0, stop + 1));
  return std::string(draft.substr(0, paragraph));
}

}  // namespace

std::string object_to(std::string_view draft, const std::vector<finding>& findings) {
  std::string text;
  for (const finding& f : findings) {
    if (!belongs_into_verdict(f) || !leaves_out(draft, f)) continue;
    const roles::objection missed = {roles::on_one_line(first_sentence(draft)),
                                     "it leaves out that " + roles::on_one_line(clause_of(f))};
    text += to_line(missed) + '\n';
  }
  return text.empty() ? std::string(roles::no_objection) : text;
}

}  // namespace chimera::inference
