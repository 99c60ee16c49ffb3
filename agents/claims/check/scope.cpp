#include "agents/claims/check/scope.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace chimera::claims {
namespace {

constexpr std::array links = {"for", "with", "on", "at", "in", "under", "of", "by", "using"};

// What becomes of one kind of phrase: which mention each number gets.
struct assignment {
  std::vector<const mention*> of_number;
  std::vector<bool> ambiguous;
};

class assigner {
 public:
  assigner(std::string_view text, const spoken_sentence& s,
           const std::vector<placed_number>& numbers)
      : text_(text), sentence_(s), numbers_(numbers) {}

  // `among`: mentions of one kind that exclude each other, by place.
  assignment run(const std::vector<const mention*>& among) {
    assignment out;
    out.of_number.resize(numbers_.size());
    out.ambiguous.resize(numbers_.size());
    std::vector<const mention*> own(numbers_.size());
    std::vector<bool> taken(among.size());
    for (std::size_t i = 0; i < numbers_.size(); ++i) own[i] = tied(i, among, taken);
    const mention* inherited = nullptr;
    std::size_t listed_until = 0;  // numbers before it belong to a list or to nothing
    for (std::size_t i = 0; i < numbers_.size(); ++i) {
      const std::vector<const mention*> before = ahead_of(i, among, taken);
      if (i > 0 && !among.empty() && ends_clause(i, among.front()->kind)) inherited = nullptr;
      if (own[i] != nullptr) {
        inherited = own[i];
      } else if (before.size() == 1) {
        inherited = before.front();
      } else if (before.size() > 1) {
        inherited = nullptr;
        listed_until = deal(i, before, among, own, taken, out);
      }
      if (i >= listed_until || own[i] != nullptr) out.of_number[i] = inherited;
    }
    return out;
  }

 private:
  std::size_t from(std::size_t i) const {
    return i == 0 ? sentence_.start : numbers_[i - 1].unit_end;
  }
  std::size_t until(std::size_t i) const {
    return i + 1 < numbers_.size() ? numbers_[i + 1].start : sentence_.end;
  }

  // Words between two places; nothing if a comma, semicolon or stop stands between them.
  bool linked(std::size_t begin, std::size_t end) const {
    const std::string_view between = text_.substr(begin, end - begin);
    if (between.find_first_of(",;:.") != std::string_view::npos) return false;
    std::size_t words = 0;
    bool link = false;
    for (const word& w : words_of(between)) {
      ++words;
      link = link || std::ranges::find(links, w.text) != links.end();
    }
    return words == 0 || (link && words <= 3);
  }

  const mention* tied(std::size_t i, const std::vector<const mention*>& among,
                      std::vector<bool>& taken) const {
    const placed_number& n = numbers_[i];
    for (std::size_t m = 0; m < among.size(); ++m) {
      if (among[m]->start < n.end || among[m]->end > until(i)) continue;
      const bool unit = among[m]->start < n.unit_end;
      if (!unit && !linked(n.unit_end, among[m]->start)) return nullptr;
      taken[m] = true;
      return unit && among[m]->kind != cue_kind::metric ? nullptr : among[m];
    }
    return nullptr;
  }

  std::vector<const mention*> ahead_of(std::size_t i, const std::vector<const mention*>& among,
                                       const std::vector<bool>& taken) const {
    std::vector<const mention*> before;
    for (std::size_t m = 0; m < among.size(); ++m)
      if (!taken[m] && among[m]->start >= from(i) && among[m]->end <= numbers_[i].start &&
          std::ranges::none_of(before, [&](const mention* b) {
            return b->ids == among[m]->ids && b->files == among[m]->files;
          }))
        before.push_back(among[m]);
    return before;
  }

  // Subjects and rows hold to the end of their clause, metrics and statistics of the sentence.
  bool ends_clause(std::size_t i, cue_kind kind) const {
    if (kind == cue_kind::metric || kind == cue_kind::statistic) return false;
    return text_.substr(from(i), numbers_[i].start - from(i)).find(';') != std::string_view::npos;
  }

  // Several phrases stand before number i: those of one unit among the numbers up to the next
  // phrase get them in order if there are as many; a number alone of its unit is about all of them
  // (a ratio); any other count is ambiguous. Returns one past the last number dealt with.
  std::size_t deal(std::size_t i, const std::vector<const mention*>& list,
                   const std::vector<const mention*>& among, const std::vector<const mention*>& own,
                   const std::vector<bool>& taken, assignment& out) const {
    std::size_t end = i + 1;
    while (end < numbers_.size() && own[end] == nullptr && ahead_of(end, among, taken).empty() &&
           !ends_clause(end, list.front()->kind))
      ++end;
    for (std::size_t j = i; j < end; ++j) {
      std::vector<std::size_t> alike;
      for (std::size_t k = i; k < end; ++k)
        if (numbers_[k].unit == numbers_[j].unit) alike.push_back(k);
      if (alike.front() != j) continue;
      for (std::size_t k = 0; k < alike.size(); ++k) {
        if (alike.size() == list.size())
          out.of_number[alike[k]] = list[k];
        else
          out.ambiguous[alike[k]] = true;
      }
    }
    return end;
  }

  std::string_view text_;
  const spoken_sentence& sentence_;
  const std::vector<placed_number>& numbers_;
};

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

// "The largest: ..." is no maximum, "the largest TTFT" is one.
bool is_idle_adjective(std::string_view text, const mention& m, const spoken_sentence& s) {
  constexpr std::size_t reach = 24;  // bytes to the metric
  constexpr std::array adjectives = {"highest", "largest",  "longest",
                                     "lowest",  "smallest", "shortest"};
  if (m.kind != cue_kind::statistic) return false;
  std::string word(text.substr(m.start, m.end - m.start));
  for (char& c : word)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  if (std::ranges::find(adjectives, word) == adjectives.end()) return false;
  return std::ranges::none_of(s.mentions, [&](const mention& other) {
    return other.kind == cue_kind::metric && other.start >= m.end && other.start < m.end + reach;
  });
}

void add_defaults(spoken_key& key, const spoken_sentence& heading, const fact_book& book) {
  for (const mention& m : heading.mentions) {
    if (m.kind == cue_kind::metric && key.metrics.empty()) key.metrics = m.ids;
    if (m.kind == cue_kind::statistic && key.statistics.empty()) key.statistics = m.ids;
    if (m.kind == cue_kind::rows && key.rows == 0) key.rows = m.ids.front();
    if (m.kind == cue_kind::group && std::ranges::none_of(key.subjects, [&](const mention& s) {
          return exclude_each_other(s, m, book);
        }))
      key.subjects.push_back(m);
  }
}

}  // namespace

bool exclude_each_other(const mention& a, const mention& b, const fact_book& book) {
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
    const auto same = std::ranges::find_if(
        out.mentions, [&](const mention& m) { return m.start == c.start && m.kind == kind; });
    mention& m = same != out.mentions.end() ? *same : out.mentions.emplace_back();
    m.kind = kind;
    m.start = c.start;
    m.end = c.end;
    (c.kind == cue_kind::file ? m.files : m.ids).push_back(c.id);
  }
  std::erase_if(out.mentions, [&](const mention& m) { return is_idle_adjective(text, m, out); });
  return out;
}

std::vector<spoken_key> keys_of(std::string_view text, const spoken_sentence& s,
                                const std::vector<placed_number>& numbers,
                                const spoken_sentence* heading, const fact_book& book) {
  std::vector<spoken_key> keys(numbers.size());
  assigner assign(text, s, numbers);
  const auto take = [&](cue_kind kind, auto&& put) {
    const std::vector<const mention*> among = of_kind(s, kind);
    if (among.empty()) return;
    const assignment a = assign.run(among);
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (a.of_number[i] != nullptr) put(keys[i], *a.of_number[i]);
      keys[i].ambiguous = keys[i].ambiguous || a.ambiguous[i];
    }
  };
  take(cue_kind::metric, [](spoken_key& k, const mention& m) { k.metrics = m.ids; });
  take(cue_kind::statistic, [](spoken_key& k, const mention& m) { k.statistics = m.ids; });
  take(cue_kind::rows, [](spoken_key& k, const mention& m) { k.rows = m.ids.front(); });
  for (const auto& slot : slots_of(of_kind(s, cue_kind::group), book)) {
    const assignment a = assign.run(slot);
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (a.of_number[i] != nullptr) keys[i].subjects.push_back(*a.of_number[i]);
      keys[i].ambiguous = keys[i].ambiguous || a.ambiguous[i];
    }
  }
  if (heading != nullptr)
    for (spoken_key& key : keys) add_defaults(key, *heading, book);
  return keys;
}

}  // namespace chimera::claims
