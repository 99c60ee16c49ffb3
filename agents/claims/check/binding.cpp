#include "agents/claims/check/binding.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace chimera::claims {
namespace {

bool contains(const std::vector<std::uint32_t>& some, std::uint32_t x) {
  return std::ranges::find(some, x) != some.end();
}

// The sentence names a value of a column that the fact is filtered by, and it is another one.
bool other_group(const mention& subject, const fact_key& k, const fact_book& book) {
  bool same_column = false;
  for (const std::uint32_t id : subject.ids) {
    for (const auto* groups : {&k.groups, &k.places})
      for (const std::uint32_t g : *groups) {
        if (g == id) return false;
        same_column = same_column || book.column_of_group(g) == book.column_of_group(id);
      }
  }
  if (contains(subject.files, k.file)) return false;
  return same_column || (!subject.files.empty() && subject.ids.empty());
}

std::string conflict(const proto::fact& f, const spoken_key& said, const fact_book& book) {
  const fact_key& k = book.key(book.index_of(f.id));
  if (!said.metrics.empty() && !contains(said.metrics, k.metric))
    return fmt::format("is {}, another metric than the sentence names", f.where.path);
  if (!said.statistics.empty() && !contains(said.statistics, k.statistic) && f.agg != "value")
    return fmt::format("is the {}, another statistic than the sentence names", f.agg);
  if (said.rows != 0 && k.rows != said.rows)
    return "is of other rows (warm or cold) than the sentence names";
  for (const mention& subject : said.subjects)
    if (other_group(subject, k, book)) return "is of another group or file than the sentence names";
  return {};
}

}  // namespace

std::vector<std::string> misbindings(const spoken_text& spoken, const spoken_sentence& s,
                                     const spoken_sentence* heading, const fact_book& book) {
  std::vector<placed_number> places;
  std::vector<const proto::fact*> facts;
  const auto& all = spoken.references();
  for (auto r = std::ranges::lower_bound(all, s.start, {}, &placed_reference::start);
       r != all.end() && r->start < s.end; ++r) {
    if (r->ref.kind != reference_kind::fact) continue;
    const proto::fact* f = book.find(r->ref.ids[0]);
    if (f == nullptr) continue;
    places.push_back({r->start, r->end, r->end, f->unit + '/' + f->kind + '/' + f->agg});
    facts.push_back(f);
  }
  if (places.empty()) return {};
  const std::vector<spoken_key> keys = keys_of(spoken.text(), s, places, heading, book);
  std::vector<std::string> messages;
  for (std::size_t i = 0; i < facts.size(); ++i) {
    const proto::fact& f = *facts[i];
    // Counts over the tree and derived facts have keys of their own.
    if (f.where.kind == "tree" || f.kind == "derived" || f.kind == "count" || keys[i].ambiguous)
      continue;
    if (const std::string why = conflict(f, keys[i], book); !why.empty())
      messages.push_back(fmt::format("{{{{f:{}}}}} {}", f.id, why));
  }
  return messages;
}

}  // namespace chimera::claims
