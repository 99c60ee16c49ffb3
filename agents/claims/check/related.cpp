#include "agents/claims/check/related.hpp"

#include <algorithm>
#include <utility>

#include "proto/decimal.hpp"

namespace chimera::claims {
namespace {

constexpr double significant_below = 0.05;

related_pair judged(const proto::fact& a, const proto::fact& b, const fact_book& book) {
  related_pair pair{&a, &b};
  for (const auto& [x, y] : {std::pair{&a, &b}, std::pair{&b, &a}})
    for (const std::uint32_t i : book.derived_from(x->id, y->id)) {
      const proto::fact& f = book.facts()[i];
      if (f.agg == "p_holm") {
        const auto p = proto::parse_decimal(f.value);
        pair.tested = true;
        pair.different = p && *p < significant_below;
      }
      if (f.kind == "verdict") {
        pair.tested = pair.tested || f.value != "untestable";
        pair.equivalent = f.value == "equivalent";
        pair.different = pair.different || f.value == "different";
      }
    }
  return pair;
}

bool comparable(const proto::fact& a, const proto::fact& b, const fact_book& book) {
  const fact_key& x = book.key(book.index_of(a.id));
  const fact_key& y = book.key(book.index_of(b.id));
  return x.number && y.number && x.metric == y.metric && x.statistic == y.statistic &&
         a.unit == b.unit && a.derived_from.empty() && b.derived_from.empty() &&
         a.kind != "count" && a.where.kind != "tree" && b.where.kind != "tree";
}

}  // namespace

std::vector<const proto::fact*> facts_in(const spoken_text& spoken, std::size_t start,
                                         std::size_t end, const fact_book& book) {
  std::vector<const proto::fact*> found;
  const auto& all = spoken.references();
  for (auto r = std::ranges::lower_bound(all, start, {}, &placed_reference::start);
       r != all.end() && r->start < end; ++r)
    if (r->ref.kind == reference_kind::fact)
      if (const proto::fact* f = book.find(r->ref.ids[0])) found.push_back(f);
  return found;
}

std::vector<related_pair> related_in(const spoken_text& spoken, std::size_t start, std::size_t end,
                                     const fact_book& book) {
  std::vector<related_pair> pairs;
  const auto& all = spoken.references();
  for (auto r = std::ranges::lower_bound(all, start, {}, &placed_reference::start);
       r != all.end() && r->start < end; ++r) {
    if (r->ref.kind != reference_kind::comparison) continue;
    const proto::fact* a = book.find(r->ref.ids[0]);
    const proto::fact* b = book.find(r->ref.ids[1]);
    if (a != nullptr && b != nullptr) pairs.push_back(judged(*a, *b, book));
  }
  const std::vector<const proto::fact*> facts = facts_in(spoken, start, end, book);
  constexpr std::size_t compared_max = 12;  // a sentence with more is a list
  const std::size_t count = std::min(facts.size(), compared_max);
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t j = i + 1; j < count; ++j)
      if (facts[i] != facts[j] && comparable(*facts[i], *facts[j], book))
        pairs.push_back(judged(*facts[i], *facts[j], book));
  if (!pairs.empty()) return pairs;
  for (const proto::fact* f : facts) {
    if (f->derived_from.size() != 2) continue;
    const proto::fact* a = book.find(f->derived_from[0]);
    const proto::fact* b = book.find(f->derived_from[1]);
    if (a != nullptr && b != nullptr) pairs.push_back(judged(*a, *b, book));
  }
  return pairs;
}

}  // namespace chimera::claims
