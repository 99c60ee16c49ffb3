#include <algorithm>

#include <fmt/format.h>

#include "daemon/cli/diff.hpp"
#include "daemon/cli/terminal_text.hpp"

namespace chimera::cli {
namespace {

constexpr std::size_t value_width = 200;

std::string shown(const std::string& text) {
  return text.empty() ? "(not there)" : cut_to(printable(text), value_width);
}

std::string line_of(const changed_value& c) {
  return fmt::format("{}: {} -> {}", printable(c.what), shown(c.before), shown(c.after));
}

std::string line_of(const file_change& c) {
  return fmt::format("{}: {}", printable(c.path), c.what);
}

std::string line_of(const changed_fact& f) {
  if (f.before.empty()) return fmt::format("+ {}: {}", printable(f.phrase), shown(f.after));
  if (f.after.empty()) return fmt::format("- {}: {}", printable(f.phrase), shown(f.before));
  return fmt::format("  {}: {} -> {}", printable(f.phrase), shown(f.before), shown(f.after));
}

std::string line_of(const changed_words& w) {
  std::string text = fmt::format("{}: {}", printable(w.section),
                                 w.behind.empty() ? "" : "... " + printable(w.behind) + " ");
  if (!w.before.empty()) text += fmt::format("[-{}-]", cut_to(printable(w.before), value_width));
  if (!w.after.empty()) text += fmt::format("{{+{}+}}", cut_to(printable(w.after), value_width));
  return text;
}

template <class Changes>
void add(std::string& out, const char* heading, const Changes& changes, std::size_t most) {
  if (changes.empty()) return;
  out += fmt::format("{} ({})\n", heading, changes.size());
  const std::size_t told = most == 0 ? changes.size() : std::min(most, changes.size());
  for (std::size_t i = 0; i < told; ++i) out += "  " + line_of(changes[i]) + "\n";
  if (told < changes.size())
    out += fmt::format("  and {} more; --all shows them\n", changes.size() - told);
}

ordered_json json_of(const std::vector<changed_value>& changes) {
  ordered_json list = ordered_json::array();
  for (const changed_value& c : changes)
    list.push_back({{"what", c.what}, {"before", c.before}, {"after", c.after}});
  return list;
}

}  // namespace

std::string difference_text(const report_difference& d, std::size_t most) {
  std::string out;
  add(out, "Settings", d.settings, most);
  add(out, "Evidence", d.evidence, most);
  add(out, "Facts", d.facts, most);
  if (d.renamed_facts > 0)
    out += fmt::format("{} facts have another id, but the same key and value\n", d.renamed_facts);
  add(out, "Lints", d.lints, most);
  add(out, "Claims by verdict", d.verdicts, most);
  add(out, "Claims", d.claims, most);
  add(out, "Prose", d.prose, most);
  if (d.is_empty()) out += "The reports say the same.\n";
  add(out, "Metrics of the runs, no difference of the reports", d.metrics, most);
  return out;
}

ordered_json difference_json(const report_difference& d) {
  ordered_json evidence = ordered_json::array();
  for (const file_change& c : d.evidence) evidence.push_back({{"file", c.path}, {"what", c.what}});
  ordered_json facts = ordered_json::array();
  for (const changed_fact& f : d.facts)
    facts.push_back({{"id", f.id},
                     {"phrase", f.phrase},
                     {"change", f.before.empty()  ? "added"
                                : f.after.empty() ? "removed"
                                                  : "value"},
                     {"before", f.before},
                     {"after", f.after}});
  ordered_json prose = ordered_json::array();
  for (const changed_words& w : d.prose)
    prose.push_back(
        {{"section", w.section}, {"behind", w.behind}, {"before", w.before}, {"after", w.after}});
  return {{"same", d.is_empty()},
          {"settings", json_of(d.settings)},
          {"evidence", std::move(evidence)},
          {"facts", std::move(facts)},
          {"renamed_facts", d.renamed_facts},
          {"lints", json_of(d.lints)},
          {"verdicts", json_of(d.verdicts)},
          {"claims", json_of(d.claims)},
          {"prose", std::move(prose)},
          {"metrics", json_of(d.metrics)}};
}

}  // namespace chimera::cli
