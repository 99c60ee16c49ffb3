// Defects that no other part tells: identities, negative improvements, percentiles of two samples.
#include <algorithm>
#include <array>

#include "agents/evidence/facts/tree_facts.hpp"
#include "agents/report/outline_builder.hpp"

namespace chimera::report {
namespace {

// Rules whose story another part of the outline tells with its own facts.
constexpr std::array told_elsewhere = {"failed-rows", "cold-rows", "one-sample-per-configuration",
                                       "cold-rows-confound", "failures-written-as-zero"};
constexpr std::size_t examples_max = 6;

double weight_of(const proto::lint& l) {
  const double share = l.of > 0 ? static_cast<double>(l.count) / static_cast<double>(l.of) : 0.5;
  return share + 0.01 * static_cast<double>(std::min<std::uint64_t>(l.files, 50));
}

finding finding_of(outline_builder& b, const proto::lint& l) {
  finding f;
  f.kind = l.rule == "derived-column"         ? "identity"
           : l.rule == "negative-improvement" ? "negative-improvement"
                                              : "defect";
  f.level = l.level;
  f.weight = weight_of(l) + (f.kind == "defect" ? 0 : 3);
  f.slots = {{"rule", l.rule},
             {"title", l.title},
             {"count", b.tree("lint/" + l.rule)},
             {"counted", l.counted},
             {"files", b.tree("lint/" + l.rule + "/files")},
             {"prevents", l.prevents}};
  if (l.of > 0) f.slots.emplace_back("of", b.tree("lint/" + l.rule + "/of"));
  if (!l.places.empty()) {
    const proto::lint_place& example = l.places.front();
    f.slots.emplace_back("file", b.name(example.file, {}, "path"));
    if (!example.where.empty())
      f.slots.emplace_back("where", b.name(example.where, example.file, "place"));
    if (!example.shows.empty())
      f.slots.emplace_back("shows", b.name(example.shows, example.file, "lint " + l.rule));
  }
  return f;
}

std::string add_examples(outline_builder& b, const proto::lint& l) {
  table_block table;
  table.caption = l.title;
  table.header = {"File", "Where", "What stands there"};
  table.align = {"l", "l", "l"};
  for (std::size_t i = 0; i < l.places.size() && i < examples_max; ++i) {
    const proto::lint_place& place = l.places[i];
    table.rows.push_back(
        {b.name(place.file, {}, "path"),
         place.where.empty() ? "" : b.name(place.where, place.file, "place"),
         place.shows.empty() ? "" : b.name(place.shows, place.file, "lint " + l.rule)});
  }
  std::string id = "defect-";  // ids hold no digits
  for (const char c : l.rule) id += c >= '0' && c <= '9' ? 'n' : c;
  b.out().names.tables.emplace(id, std::move(table));
  return id;
}

}  // namespace

void outline_defects(outline_builder& b, part& p) {
  question q;
  q.id = "stored-figures";
  q.title = "Can the figures that the files state be trusted?";
  for (const proto::lint& l : b.data().lints) {
    if (std::ranges::find(told_elsewhere, l.rule) != told_elsewhere.end()) continue;
    if (l.level == proto::severity::info) continue;
    finding f = finding_of(b, l);
    p.headline.push_back(f);
    q.findings.push_back(std::move(f));
  }
  std::ranges::stable_sort(q.findings, [](const finding& x, const finding& y) {
    return x.level != y.level ? x.level < y.level : x.weight > y.weight;
  });
  if (q.findings.empty()) return;
  for (const finding& f : q.findings) {
    if (q.tables.size() == 3) break;
    if (f.level == proto::severity::error)
      q.tables.push_back(add_examples(b, *b.lint(f.slot("rule"))));
  }
  p.questions.push_back(std::move(q));
  if (const proto::lint* l = b.lint("derived-column");
      l != nullptr && l->level == proto::severity::error) {
    finding advice = finding_of(b, *l);
    advice.kind = "measure-alone";
    p.recommendations.push_back(std::move(advice));
  }
}

}  // namespace chimera::report
