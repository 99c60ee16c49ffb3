#include "agents/claims/check/binding.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "agents/claims/check/change.hpp"
#include "agents/claims/reference.hpp"

namespace chimera::claims {
namespace {

// There are facts of this metric and file for the group that the sentence names: this is none.
bool known_beside(const mention& subject, const fact_key& k, const fact_book& book) {
  const auto of_file = book.with_file(k.file);
  if (of_file.empty() || !subject.files.empty()) return false;
  return std::ranges::any_of(subject.ids, [&](std::uint32_t id) {
    const auto list = book.with_group(id);
    const auto last = std::ranges::upper_bound(list, of_file.back());
    return std::any_of(std::ranges::lower_bound(list, of_file.front()), last, [&](std::uint32_t f) {
      const fact_key& other = book.key(f);
      return other.file == k.file && other.metric == k.metric;
    });
  });
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
  if (is_among(k.file, subject.files)) return false;
  return same_column || known_beside(subject, k, book) ||
         (!subject.files.empty() && subject.ids.empty());
}

std::string conflict(const proto::fact& f, const spoken_key& said, const fact_book& book) {
  const fact_key& k = book.key(book.index_of(f.id));
  if (!said.metrics.empty() && !is_among(k.metric, said.metrics))
    return fmt::format("is {}, another metric than the sentence names", f.where.path);
  if (!said.statistics.empty() && !said.stored && !is_among(k.statistic, said.statistics) &&
      f.agg != "value")
    return fmt::format("is the {}, another statistic than the sentence names", f.agg);
  if (said.rows != 0 && k.rows != said.rows)
    return "is of other rows (warm or cold) than the sentence names";
  for (const mention& subject : said.subjects)
    if (other_group(subject, k, book)) return "is of another group or file than the sentence names";
  return {};
}

// A comparison or a ratio of two facts whose sides the sentence names otherwise.
std::string sides_conflict(const std::vector<std::string>& operands, const spoken_key& said,
                           const std::optional<two_sides>& sides, const fact_book& book) {
  if (operands.size() != 2) return {};
  const proto::fact* a = book.find(operands[0]);
  const proto::fact* b = book.find(operands[1]);
  if (a == nullptr || b == nullptr) return {};
  spoken_key key = said;
  key.subjects.clear();
  for (const proto::fact* f : {a, b})
    if (std::string why = conflict(*f, key, book); !why.empty()) return why;
  if (!sides) return {};
  if (other_group(*sides->subject, book.key(book.index_of(a->id)), book) ||
      other_group(*sides->base, book.key(book.index_of(b->id)), book))
    return "compares other groups, or the same the other way round, than the sentence names";
  return {};
}

// "{{f:..}} times", "{{f:..}}x" behind what is no ratio.
bool told_as_factor(std::string_view text, std::size_t end) {
  const std::string_view behind = text.substr(end);
  return behind.starts_with(" times") || behind.starts_with("\xC3\x97") ||
         behind.starts_with(" x ") || behind.starts_with("x ");
}

// Counts have keys of their own.
bool is_count(const proto::fact& f) { return f.where.kind == "tree" || f.kind == "count"; }

bool is_ratio(const proto::fact& f) {
  return f.agg == "ratio_of_medians" || f.agg == "ratio_of_means" || f.agg == "ratio";
}

// False if an artifact's name of several words stands in the sentence and is none that the book
// knows as a whole: what the sentence is about cannot be told then.
bool subjects_are_known(const spoken_text& spoken, const spoken_sentence& s) {
  const auto& names = spoken.names();
  for (auto n = std::ranges::lower_bound(names, s.start, {}, &text_span::start);
       n != names.end() && n->start < s.end; ++n) {
    const std::vector<word> words =
        words_of(std::string_view(spoken.text()).substr(n->start, n->end - n->start));
    const bool told = std::ranges::any_of(s.mentions, [&](const mention& m) {
      // One name for a group and for a file tells neither.
      const bool one_thing = m.ids.empty() || m.files.empty();
      return one_thing && m.kind == cue_kind::group && !words.empty() &&
             m.start <= n->start + words.front().start && m.end >= n->start + words.back().end;
    });
    if (!told && (words.size() != 1 || spoken.unspoken(*n))) return false;
  }
  return true;
}

}  // namespace

std::vector<std::string> misbindings(const spoken_text& spoken, const spoken_sentence& s,
                                     const spoken_sentence* heading, const fact_book& book) {
  std::vector<placed_number> places;
  std::vector<const placed_reference*> references;
  const auto& all = spoken.references();
  for (auto r = std::ranges::lower_bound(all, s.start, {}, &placed_reference::start);
       r != all.end() && r->start < s.end; ++r) {
    const bool compares = r->ref.kind == reference_kind::comparison;
    if (r->ref.kind != reference_kind::fact && !compares) continue;
    const proto::fact* f = book.find(r->ref.ids[0]);
    if (f == nullptr) continue;
    placed_number n{r->start, r->end, r->end, is_count(*f) ? "n" : f->unit};
    n.change = compares || f->kind == "derived";
    places.push_back(n);
    references.push_back(&*r);
  }
  if (places.empty()) return {};
  if (s.crowded || places.size() > mentions_max)
    return {"too much is named in one sentence to tell what belongs to what"};
  std::vector<spoken_key> keys = keys_of(spoken.text(), s, places, heading, book);
  const bool known = subjects_are_known(spoken, s);
  if (!known)
    for (spoken_key& key : keys) key.subjects.clear();
  std::vector<std::string> messages;
  for (std::size_t i = 0; i < places.size(); ++i) {
    const reference& ref = references[i]->ref;
    const proto::fact& f = *book.find(ref.ids[0]);
    const std::optional<two_sides> sides =
        known ? sides_of(spoken.text(), s, places[i].end, book) : std::nullopt;
    std::string why;
    const bool factor = told_as_factor(spoken.text(), references[i]->end);
    if (factor && !is_ratio(f) && f.dim != "ratio")
      why = "is no ratio";
    else if (ref.kind == reference_kind::comparison)
      why = sides_conflict(ref.ids, keys[i], sides, book);
    else if (is_ratio(f))
      why = sides_conflict(f.derived_from, keys[i], sides, book);
    else if (f.kind != "derived" && !is_count(f))
      why = conflict(f, keys[i], book);
    if (!why.empty()) messages.push_back(to_text(ref) + ' ' + why);
  }
  return messages;
}

}  // namespace chimera::claims
