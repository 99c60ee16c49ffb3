#include "agents/claims/check/assign.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "agents/claims/quoted_number.hpp"

namespace chimera::claims {
namespace {

constexpr std::array links = {"for",   "with",   "on", "at",   "in",   "under",   "of",     "by",
                              "using", "across", "to", "from", "when", "running", "within", "as"};
constexpr std::array joints = {"and", "or", "to", "vs", "versus", "against"};

class assigner {
 public:
  assigner(std::string_view text, const spoken_sentence& s,
           const std::vector<placed_number>& numbers)
      : text_(text), sentence_(s), numbers_(numbers) {}

  // `among`: mentions of one kind that exclude each other, by place; not empty.
  assignment run(const std::vector<const mention*>& among) const {
    assignment out;
    out.of_number.resize(numbers_.size());
    out.ambiguous.resize(numbers_.size());
    const std::vector<const mention*> distinct = first_of_each(among);
    if (distinct.size() == 1) {
      give_to_all(among, out);
      return out;
    }
    if (give_in_order(among, out) || give_in_order(distinct, out)) return out;
    give_to_nearest(among, out);
    return out;
  }

 private:
  // "ms" and "s".
  bool alike_units(std::size_t i, std::size_t j) const {
    const std::string& a = numbers_[i].unit;
    const std::string& b = numbers_[j].unit;
    return a == b || in_quoted_unit(1, a, b).has_value();
  }

  static bool same(const mention& a, const mention& b) {
    return a.ids == b.ids && a.files == b.files;
  }

  static std::vector<const mention*> first_of_each(const std::vector<const mention*>& among) {
    std::vector<const mention*> distinct;
    for (const mention* m : among)
      if (std::ranges::none_of(distinct, [&](const mention* d) { return same(*d, *m); }))
        distinct.push_back(m);
    return distinct;
  }

  // The only phrase of its kind.
  void give_to_all(const std::vector<const mention*>& among, assignment& out) const {
    const mention& m = *among.front();
    const std::size_t count = numbers_.size();
    const bool behind_all = m.start >= numbers_.back().start;
    for (std::size_t i = count; i-- > 0;) {
      const placed_number& n = numbers_[i];
      if (m.start < n.end || among.size() >= count) {
        if (!begins_anew(m, n)) out.of_number[i] = &m;
        continue;
      }
      const bool one_clause =
          m.start < n.unit_end ||
          text_.substr(n.unit_end, m.start - n.unit_end).find(';') == std::string_view::npos;
      const bool in_list =
          behind_all && i + 1 < count && out.of_number[i + 1] != nullptr && listed(i);
      const bool of_all = behind_all && one_clause && (count == 1 || of_sentence(m));
      if (of_all || in_list || linked(n.unit_end, m.start))
        out.of_number[i] = &m;
      else
        out.ambiguous[i] = behind_all && one_clause;  // it may be of this group, too
    }
  }

  // Metrics and statistics that are named behind all numbers are theirs, and so are the groups
  // behind such a metric: "With a mean of 5 and a median of 6 the TTFT of q4_0 ...".
  bool of_sentence(const mention& m) const {
    if (m.kind == cue_kind::metric || m.kind == cue_kind::statistic) return true;
    return std::ranges::any_of(sentence_.mentions, [&](const mention& o) {
      return o.kind == cue_kind::metric && o.start >= numbers_.back().unit_end && o.end <= m.start;
    });
  }

  // Behind a semicolon a clause with a metric of its own is about other groups, and one that names
  // groups, too, about other files.
  bool begins_anew(const mention& m, const placed_number& n) const {
    if (m.kind != cue_kind::group && m.kind != cue_kind::rows) return false;
    if (m.end > n.start) return false;
    const std::size_t stop = text_.substr(m.end, n.start - m.end).rfind(';');
    if (stop == std::string_view::npos) return false;
    const auto has = [&](cue_kind kind) {
      return std::ranges::any_of(sentence_.mentions, [&](const mention& o) {
        return o.kind == kind && o.start > m.end + stop && o.end <= n.start;
      });
    };
    return has(cue_kind::metric) && (m.files.empty() || has(cue_kind::group));
  }

  // "76.9 and 46.6": nothing but a joint stands between number i and the next.
  bool listed(std::size_t i) const {
    const std::size_t end = numbers_[i].unit_end;
    const std::vector<word> between = words_of(text_.substr(end, numbers_[i + 1].start - end));
    return between.empty() ||
           (between.size() == 1 && std::ranges::find(joints, between.front().text) != joints.end());
  }

  bool give_in_order(const std::vector<const mention*>& among, assignment& out) const {
    std::vector<std::size_t> values;
    for (std::size_t i = 0; i < numbers_.size(); ++i)
      if (!numbers_[i].change) values.push_back(i);
    if (fits_in_order(values, among)) {
      for (std::size_t k = 0; k < values.size(); ++k) out.of_number[values[k]] = among[k];
      return true;
    }
    // The numbers of each unit by themselves, if all of them fit.
    std::vector<std::vector<std::size_t>> classes;
    for (const std::size_t i : values) {
      const auto alike =
          std::ranges::find_if(classes, [&](const auto& c) { return alike_units(c.front(), i); });
      if (alike != classes.end())
        alike->push_back(i);
      else
        classes.push_back({i});
    }
    const bool fit =
        std::ranges::all_of(classes, [&](const auto& c) { return fits_in_order(c, among); });
    if (!fit || classes.empty()) return false;
    for (const auto& c : classes)
      for (std::size_t k = 0; k < c.size(); ++k) out.of_number[c[k]] = among[k];
    return true;
  }

  // As many phrases as numbers, and no reading that is nearer: all phrases first or last, or one
  // for each number in turn, or the last number tied to the last phrase.
  bool fits_in_order(const std::vector<std::size_t>& of,
                     const std::vector<const mention*>& among) const {
    if (of.size() != among.size()) return false;
    const std::size_t first = numbers_[of.front()].start;
    const std::size_t last = numbers_[of.back()].start;
    if (among.back()->start < first) {
      // "n = 5 + 5: median 12 against 14" is no list of phrases.
      const bool parted = std::ranges::any_of(numbers_, [&](const placed_number& n) {
        return n.start > among.front()->end && n.start < among.back()->start;
      });
      if (parted) return false;
      return std::ranges::all_of(of, [&](std::size_t i) { return alike_units(i, of.front()); }) ||
             among.front()->kind != cue_kind::group;
    }
    bool before = true;
    bool after = true;
    for (std::size_t k = 0; k < of.size(); ++k) {
      const std::size_t at = numbers_[of[k]].start;
      before =
          before && among[k]->start < at && (k == 0 || among[k]->start > numbers_[of[k - 1]].start);
      after = after && among[k]->start > at &&
              (k + 1 == of.size() || among[k]->start < numbers_[of[k + 1]].start);
    }
    if (before || after) return true;
    if (among.front()->start > last) return true;
    // "At 5, A differs from B at 7"; "A has 5, compared with 7 for B"; "5 for A; with B it is 7".
    if (of.size() == 2 && among[0]->start > first && among[1]->end <= last &&
        alike_units(of[0], of[1]))
      return true;
    return of.size() == 2 && alike_units(of[0], of[1]) &&
           (linked(numbers_[of[1]].unit_end, among[1]->start) ||
            (linked(numbers_[of[0]].unit_end, among[0]->start) && among[1]->start < last));
  }

  // `among`: mentions of one kind that exclude each other, by place.
  void give_to_nearest(const std::vector<const mention*>& among, assignment& out) const {
    std::vector<const mention*> own(numbers_.size());
    std::vector<bool> taken(among.size());
    for (std::size_t i = 0; i < numbers_.size(); ++i) own[i] = tied(i, among, taken);
    const mention* inherited = nullptr;
    std::size_t listed_until = 0;  // numbers before it belong to a list or to nothing
    for (std::size_t i = 0; i < numbers_.size(); ++i) {
      const std::vector<const mention*> before = ahead_of(i, among, taken);
      if (i > 0 && ends_clause(i, among.front()->kind)) inherited = nullptr;
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
  }

  std::size_t from(std::size_t i) const {
    return i == 0 ? sentence_.start : numbers_[i - 1].unit_end;
  }
  std::size_t until(std::size_t i) const {
    return i + 1 < numbers_.size() ? numbers_[i + 1].start : sentence_.end;
  }

  // A preposition ties what begins at `end` to the number that ends at `begin`. Other groups may
  // stand between: "76 tok/s with num_gpu=60, num_ctx=2048".
  bool linked(std::size_t begin, std::size_t end) const {
    constexpr std::size_t words_max = 4;
    if (end < begin) return false;
    std::size_t words = 0;
    bool link = text_.substr(begin).starts_with(" (");
    std::size_t at = begin;
    const auto pass = [&](std::size_t until, bool behind_group) {
      const std::string_view gap = text_.substr(at, until - at);
      if (gap.find_first_of(behind_group ? ";:." : ",;:.") != std::string_view::npos) return false;
      for (const word& w : words_of(gap)) {
        ++words;
        link = link || std::ranges::find(links, w.text) != links.end();
      }
      return true;
    };
    bool behind_group = false;
    for (const mention& m : sentence_.mentions) {
      const bool group = m.kind == cue_kind::group || m.kind == cue_kind::rows;
      if (m.start < at || m.end > end) continue;
      if (!pass(m.start, behind_group)) return false;
      at = m.end;
      behind_group = behind_group || group;
    }
    if (!pass(end, behind_group)) return false;
    const bool bracket = text_.substr(0, end).ends_with('(');
    return words == 0 || (link && words <= words_max) || (words <= 1 && bracket);
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
    // "q8_0 is slow; q4_0 reaches 76": what stands in the number's own clause comes first.
    const std::size_t from_here = from(i);
    const std::size_t semicolon = text_.substr(from_here, numbers_[i].start - from_here).rfind(';');
    const std::size_t stop =
        semicolon == std::string_view::npos ? semicolon : from_here + semicolon;
    const auto in_clause = [&](const mention* m) { return m->start > stop; };
    if (stop != std::string_view::npos && std::ranges::any_of(before, in_clause))
      std::erase_if(before, [&](const mention* m) { return !in_clause(m); });
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

}  // namespace

assignment assign_phrases(std::string_view text, const spoken_sentence& s,
                          const std::vector<placed_number>& numbers,
                          const std::vector<const mention*>& among) {
  return assigner(text, s, numbers).run(among);
}

}  // namespace chimera::claims
