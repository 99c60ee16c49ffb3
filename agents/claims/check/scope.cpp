#include "agents/claims/check/scope.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <iterator>
#include <utility>

#include "agents/claims/check/assign.hpp"
#include "agents/claims/letters.hpp"
#include "agents/claims/quoted_number.hpp"

namespace chimera::claims {
namespace {

bool intersect(const std::vector<std::uint32_t>& a, const std::vector<std::uint32_t>& b) {
  return std::ranges::any_of(a,
                             [&](std::uint32_t x) { return std::ranges::find(b, x) != b.end(); });
}

// Subjects that exclude each other stand in one slot.
std::vector<std::vector<const mention*>> slots_of(const std::vector<const mention*>& subjects,
                                                  const fact_book& book) {
  std::vector<std::vector<const mention*>> slots;
  for (const mention* m : subjects) {
    const auto fits = std::ranges::find_if(
        slots, [&](const auto& slot) { return exclude_each_other(*slot.front(), *m, book); });
    if (fits == slots.end())
      slots.push_back({m});
    else
      fits->push_back(m);
  }
  return slots;
}

std::vector<const mention*> of_kind(const spoken_sentence& s, cue_kind kind) {
  std::vector<const mention*> found;
  for (const mention& m : s.mentions)
    if (m.kind == kind) found.push_back(&m);
  return found;
}

// The mention of a statistic is also (part of) the name of a metric.
bool stands_in_metric(const mention& m, const spoken_sentence& s) {
  return std::ranges::any_of(s.mentions, [&](const mention& o) {
    return o.kind == cue_kind::metric && o.start == m.start;
  });
}

bool is_column_name(std::string_view text, const mention& m) {
  return text.substr(m.start, m.end - m.start).find('_') != std::string_view::npos;
}

bool is_sum(const mention& m, const fact_book& book) {
  return std::ranges::any_of(m.ids, [&](std::uint32_t id) {
    const std::string_view name = book.statistic_name(id);
    return name == "sum" || name == "count";
  });
}

bool before_number(std::string_view text, std::size_t at) {
  constexpr std::size_t reach = 32;
  const std::string_view near = text.substr(at, reach);
  const std::size_t digit = near.find_first_of("0123456789{");
  return digit != std::string_view::npos &&
         near.substr(0, digit).find_first_of(".;:") == std::string_view::npos;
}

// "12 ms (lowest)".
bool closes(std::string_view text, const mention& m) {
  return m.start > 0 && text[m.start - 1] == '(' && text.substr(m.end).starts_with(')');
}

// "The largest: ..." is no maximum, "the largest TTFT" is one, "the largest median TTFT" is none.
bool is_idle_adjective(std::string_view text, const mention& m, const spoken_sentence& s,
                       const fact_book& book) {
  constexpr std::size_t reach = 24;  // bytes to the metric
  constexpr std::array adjectives = {"highest", "largest",  "longest",
                                     "lowest",  "smallest", "shortest"};
  if (m.kind != cue_kind::statistic) return false;
  const std::string word = lower_case(text.substr(m.start, m.end - m.start));
  if (std::ranges::find(adjectives, word) == adjectives.end()) return false;
  const auto follows = [&](cue_kind kind, std::size_t within) {
    return std::ranges::any_of(s.mentions, [&](const mention& other) {
      if (other.kind == cue_kind::statistic && stands_in_metric(other, s) &&
          (is_sum(other, book) || is_column_name(text, other)))
        return false;
      return other.kind == kind && other.start >= m.end && other.start < m.end + within;
    });
  };
  if (follows(cue_kind::statistic, 3)) return true;
  // A number close behind, too: "a highest of 12 ms".
  return !follows(cue_kind::metric, reach) && !before_number(text, m.end) && !closes(text, m);
}

// Some words are a metric and a statistic: "total", "median" where a column is called so,
// "mean_time_ms". What else the sentence names tells which is meant.
bool is_other_meaning(std::string_view text, const mention& m, const spoken_sentence& s,
                      const fact_book& book) {
  const auto apart = [&](cue_kind kind, cue_kind twin) {
    return std::ranges::any_of(s.mentions, [&](const mention& o) {
      return o.kind == kind && std::ranges::none_of(s.mentions, [&](const mention& t) {
               return t.kind == twin && t.start == o.start;
             });
    });
  };
  const bool just_behind = std::ranges::any_of(s.mentions, [&](const mention& o) {
    return o.kind == cue_kind::statistic && o.end < m.start && o.end + 3 >= m.start;
  });
  if (m.kind == cue_kind::statistic && stands_in_metric(m, s)) {
    const bool others = apart(cue_kind::statistic, cue_kind::metric);
    // "total files", not "the total for files.csv".
    if (is_sum(m, book))
      return others || std::ranges::none_of(s.mentions, [&](const mention& o) {
               return o.kind == cue_kind::metric && o.start > m.end && o.start <= m.end + 3;
             });
    return is_column_name(text, m) ? others : just_behind;  // "the highest mean_time_ms"
  }
  if (m.kind != cue_kind::metric || just_behind ||
      !fact_book::is_statistic_word(text.substr(m.start, m.end - m.start)))
    return false;
  const auto twin = std::ranges::find_if(s.mentions, [&](const mention& o) {
    return o.kind == cue_kind::statistic && o.start == m.start;
  });
  return twin != s.mentions.end() && apart(cue_kind::metric, cue_kind::statistic) &&
         !is_other_meaning(text, *twin, s, book);
}

// What the heading names counts where the sentence names nothing of the kind; not where what the
// sentence names could not be dealt out.
void add_defaults(spoken_key& key, const spoken_sentence& heading, const spoken_sentence& s,
                  const fact_book& book) {
  const auto named = [&](cue_kind kind) {
    return key.ambiguous &&
           std::ranges::any_of(s.mentions, [&](const mention& m) { return m.kind == kind; });
  };
  for (const mention& m : heading.mentions) {
    if (m.kind != cue_kind::group && named(m.kind)) continue;
    if (m.kind == cue_kind::metric && key.metrics.empty()) key.metrics = m.ids;
    if (m.kind == cue_kind::statistic && key.statistics.empty()) key.statistics = m.ids;
    if (m.kind == cue_kind::rows && key.rows == 0) key.rows = m.ids.front();
    if (m.kind != cue_kind::group) continue;
    const auto excludes = [&](const mention& other) {
      return other.kind == cue_kind::group && exclude_each_other(other, m, book);
    };
    const bool said = key.ambiguous ? std::ranges::any_of(s.mentions, excludes)
                                    : std::ranges::any_of(key.subjects, excludes);
    if (!said) key.subjects.push_back(m);
  }
}

bool measured_in(const std::vector<std::uint32_t>& metrics, std::string_view unit,
                 const fact_book& book) {
  constexpr std::size_t looked_at = 8;  // facts of one metric mostly have one unit
  return std::ranges::any_of(metrics, [&](std::uint32_t metric) {
    const auto facts = book.with_metric(metric);
    return std::ranges::any_of(
        facts.first(std::min(looked_at, facts.size())),
        [&](std::uint32_t f) { return in_quoted_unit(1, book.facts()[f].unit, unit).has_value(); });
  });
}

// Where several metrics are named, a number cannot be of one with another unit.
void take_metrics_by_unit(std::vector<spoken_key>& keys, const std::vector<placed_number>& numbers,
                          const std::vector<const mention*>& metrics, const fact_book& book) {
  if (metrics.size() < 2) return;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const placed_number& n = numbers[i];
    if (n.change || (!keys[i].ambiguous && measured_in(keys[i].metrics, n.unit, book))) continue;
    const mention* only = nullptr;
    bool several = false;
    for (const mention* m : metrics) {
      if (!measured_in(m->ids, n.unit, book)) continue;
      several = several || (only != nullptr && only->ids != m->ids);
      only = m;
    }
    if (only == nullptr || several) continue;
    keys[i].metrics = only->ids;
    keys[i].ambiguous = false;
  }
}

// "76.9 tok/s" names a metric where the words do not, or name one of another unit.
void add_unit_metric(std::vector<spoken_key>& keys, const std::vector<placed_number>& numbers,
                     const mention& unit, const fact_book& book) {
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const placed_number& n = numbers[i];
    if (unit.start < n.start || unit.start >= n.unit_end) continue;
    if (!measured_in(keys[i].metrics, n.unit, book)) keys[i].metrics = unit.ids;
  }
}

}  // namespace

bool exclude_each_other(const mention& a, const mention& b, const fact_book& book) {
  assert(a.kind == cue_kind::group && b.kind == cue_kind::group);
  if (!a.files.empty() && !b.files.empty()) return true;
  std::vector<std::uint32_t> columns_a;
  std::vector<std::uint32_t> columns_b;
  for (const std::uint32_t id : a.ids) columns_a.push_back(book.column_of_group(id));
  for (const std::uint32_t id : b.ids) columns_b.push_back(book.column_of_group(id));
  return intersect(columns_a, columns_b);
}

spoken_sentence read_sentence(std::string_view text, const sentence& s, const fact_book& book) {
  spoken_sentence out;
  out.start = s.start;
  out.end = s.end;
  out.words = words_of(text.substr(s.start, s.end - s.start));
  for (word& w : out.words) {
    w.start += s.start;
    w.end += s.start;
  }
  for (const cue& c : book.cues_of(out.words)) {
    const bool subject = c.kind == cue_kind::group || c.kind == cue_kind::file;
    const cue_kind kind = subject ? cue_kind::group : c.kind;
    // Meanings of one phrase stand beside each other.
    auto same = out.mentions.end();
    for (auto m = out.mentions.end(); m != out.mentions.begin();) {
      --m;
      if (m->start != c.start) break;
      if (m->kind == kind) same = m;
    }
    mention& m = same != out.mentions.end() ? *same : out.mentions.emplace_back();
    m.kind = kind;
    m.start = c.start;
    m.end = c.end;
    (c.kind == cue_kind::file ? m.files : m.ids).push_back(c.id);
  }
  if (out.mentions.size() > mentions_max) {
    out.mentions.clear();
    out.crowded = true;
    return out;
  }
  const auto leave_out = [&](auto&& idle) {
    const spoken_sentence before{out.start, out.end, {}, out.mentions, false};
    std::erase_if(out.mentions, [&](const mention& m) { return idle(m, before); });
  };
  leave_out(
      [&](const mention& m, const auto& all) { return is_idle_adjective(text, m, all, book); });
  leave_out(
      [&](const mention& m, const auto& all) { return is_other_meaning(text, m, all, book); });
  return out;
}

std::vector<spoken_key> keys_of(std::string_view text, const spoken_sentence& s,
                                const std::vector<placed_number>& numbers,
                                const spoken_sentence* heading, const fact_book& book) {
  std::vector<spoken_key> keys(numbers.size());
  if (numbers.empty()) return keys;
  const auto take = [&](const std::vector<const mention*>& among, auto&& put) {
    if (among.empty()) return;
    const assignment a = assign_phrases(text, s, numbers, among);
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (a.of_number[i] != nullptr) put(keys[i], *a.of_number[i]);
      keys[i].ambiguous = keys[i].ambiguous || a.ambiguous[i];
    }
  };
  const auto in_unit = [&](const mention* m) {
    return std::ranges::any_of(numbers, [&](const placed_number& n) {
      return m->start >= n.start && m->start < n.unit_end;
    });
  };
  std::vector<const mention*> metrics = of_kind(s, cue_kind::metric);
  std::erase_if(metrics, in_unit);
  take(metrics, [](spoken_key& k, const mention& m) { k.metrics = m.ids; });
  take_metrics_by_unit(keys, numbers, metrics, book);
  take(of_kind(s, cue_kind::statistic), [&](spoken_key& k, const mention& m) {
    k.statistics = m.ids;
    k.stored = stands_in_metric(m, s) && is_column_name(text, m);
  });
  take(of_kind(s, cue_kind::rows), [](spoken_key& k, const mention& m) { k.rows = m.ids.front(); });
  for (const auto& slot : slots_of(of_kind(s, cue_kind::group), book))
    take(slot, [](spoken_key& k, const mention& m) { k.subjects.push_back(m); });
  if (heading != nullptr)
    for (spoken_key& key : keys) add_defaults(key, *heading, s, book);
  for (const mention& m : s.mentions)
    if (m.kind == cue_kind::metric && in_unit(&m)) add_unit_metric(keys, numbers, m, book);
  return keys;
}

}  // namespace chimera::claims
