#include "agents/claims/check/match.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <optional>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "agents/claims/check/candidates.hpp"
#include "agents/claims/check/change.hpp"
#include "agents/claims/check/dates.hpp"
#include "agents/claims/check/scope.hpp"
#include "agents/claims/letters.hpp"
#include "agents/claims/quoted_number.hpp"
#include "agents/claims/reference.hpp"
#include "proto/decimal.hpp"

namespace chimera::claims {
namespace {

using proto::verdict;

constexpr int truth_digits = 6;
constexpr int places_max = 17;

std::string told(double value, const std::string& unit, const quoted_number& q) {
  const int places =
      q.unit_in_last_place >= 1 || q.unit_in_last_place <= 0
          ? proto::places_for(value, truth_digits)
          : std::min(static_cast<int>(std::lround(-std::log10(q.unit_in_last_place))), places_max);
  std::string text =
      q.whole && value == std::trunc(value) ? proto::fixed(value, 0) : proto::fixed(value, places);
  if (!unit.empty()) text += (unit == "%" || unit == "x" ? "" : " ") + unit;
  return text;
}

// A number alone in code ("`87.7 ms`") is told like any other; in a fence each that is no name is.
bool told_in_code(std::string_view text, const number_token& token) {
  constexpr std::size_t reach = 200;  // bytes; what is longer counts as a fence
  const std::size_t low = token.start > reach ? token.start - reach : 0;
  std::size_t from = token.start;
  while (from > low && text[from - 1] != '`' && text[from - 1] != '\n') --from;
  const std::size_t to = token.end + std::min(text.substr(token.end, reach).find_first_of("`\n"),
                                              std::min(reach, text.size() - token.end));
  const auto letters = [](std::string_view part) {
    return std::ranges::any_of(part, ascii_letter);
  };
  const bool in_line = from > 0 && text[from - 1] == '`' && to < text.size() && text[to] == '`';
  const std::string_view before = text.substr(from, token.start - from);
  const std::string_view behind = text.substr(token.end, to - token.end);
  if (!in_line) {
    const UChar32 touching = letter_before(text, token.start).code;
    return !word_character(touching) && touching != '-' && touching != '/' && touching != '.';
  }
  if (letters(before)) return false;
  // What follows may only be a unit.
  const auto q = read_quoted(text, token);
  return q && !letters(text.substr(std::min(q->end, to), to - std::min(q->end, to))) &&
         (behind.empty() || behind.front() != '_');
}

// "twice", "doubled", "threefold", "half": ratios without a unit.
bool is_factor(std::string_view text, const number_token& token) {
  constexpr std::array stems = {"twice", "doubl", "halv",    "half",   "tripl",
                                "trebl", "thric", "quadrup", "quintup"};
  if (token.form != number_form::word) return false;
  std::string word(text.substr(token.start, token.end - token.start));
  for (char& c : word)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  return word.ends_with("fold") ||
         std::ranges::any_of(stems, [&](std::string_view stem) { return word.starts_with(stem); });
}

class matcher {
 public:
  matcher(const spoken_text& spoken, const fact_book& book)
      : spoken_(spoken), text_(spoken.text()), book_(book) {}

  std::vector<matched_number> run() {
    for (const scanned_number& n : scan_numbers(text_)) {
      matched_number m;
      m.number = n;
      if (n.reason == non_claim::code && told_in_code(text_, n.token))
        m.number.reason = non_claim::none;
      found_.push_back(std::move(m));
    }
    leave_out_references();
    std::size_t next = 0;
    const std::vector<sentence> sentences = sentences_of(text_);
    std::unordered_map<std::size_t, spoken_sentence> headings;
    for (const sentence& s : sentences) {
      while (next < found_.size() && found_[next].number.token.start < s.start) by_class(next++);
      const std::size_t first = next;
      while (next < found_.size() && found_[next].number.token.start < s.end) ++next;
      if (next == first) continue;
      const spoken_sentence* heading = nullptr;
      if (s.heading != sentence::npos && !s.is_heading) {
        auto known = headings.find(s.heading);
        if (known == headings.end())
          known =
              headings.emplace(s.heading, read_sentence(text_, sentences[s.heading], book_)).first;
        heading = &known->second;
      }
      judge_sentence(read_sentence(text_, s, book_), heading, first, next);
    }
    while (next < found_.size()) by_class(next++);
    return std::move(found_);
  }

 private:
  // Numbers within names and references; one that only touches them stays.
  void leave_out_references() {
    std::vector<text_span> spans = spoken_.names();
    for (const piece& p : parse_references(text_))
      if (p.what != piece::type::text) spans.push_back({p.start, p.end});
    std::ranges::sort(spans, {}, &text_span::start);
    std::erase_if(found_, [&](const matched_number& m) {
      const auto after =
          std::ranges::upper_bound(spans, m.number.token.start, {}, &text_span::start);
      return after != spans.begin() && m.number.token.end <= std::prev(after)->end;
    });
  }

  static void say(matched_number& m, verdict judgement, std::string_view rule) {
    m.judgement = judgement;
    m.rule = rule;
  }

  // Numbers whose class alone decides.
  bool by_class(std::size_t i) {
    matched_number& m = found_[i];
    if (m.number.reason == non_claim::date) {
      judge_date(m);
      return true;
    }
    if (m.number.reason != non_claim::none) {
      say(m, verdict::non_claim, to_text(m.number.reason));
      return true;
    }
    if (m.rule.empty()) say(m, verdict::unsupported, "key not resolved");
    return false;
  }

  void judge_date(matched_number& m) const {
    const std::string said = date_at(text_, m.number.token.start, m.number.token.end);
    for (const std::uint32_t i : book_.dates()) {
      if (!same_date(said, book_.facts()[i].value)) continue;
      m.fact = i;
      return say(m, verdict::verified, "date");
    }
    say(m, verdict::unsupported, "date");
  }

  // What stands in a sentence and has a key: numbers to be judged, and references to facts.
  struct standing {
    std::vector<placed_number> placed;
    std::vector<std::size_t> which;  // index into found_, npos for a reference
    std::vector<quoted_number> quoted;
  };

  void add_reference(standing& all, const placed_reference& r) const {
    if (r.ref.kind != reference_kind::fact) return;
    const proto::fact* f = book_.find(r.ref.ids[0]);
    if (f == nullptr) return;
    const bool count = f->where.kind == "tree" || f->kind == "count";
    placed_number n{r.start, r.end, r.end, count ? "n" : f->unit};
    n.change = f->kind == "derived";
    all.placed.push_back(n);
    all.which.push_back(fact_book::npos);
    all.quoted.emplace_back();
  }

  standing standing_in(const spoken_sentence& s, std::size_t first, std::size_t last) {
    standing all;
    const auto& references = spoken_.references();
    auto r = std::ranges::lower_bound(references, s.start, {}, &placed_reference::start);
    for (std::size_t i = first; i < last; ++i) {
      const number_token& token = found_[i].number.token;
      for (; r != references.end() && r->start < token.start; ++r) add_reference(all, *r);
      if (!all.quoted.empty() && token.start < all.quoted.back().end &&
          token.start >= all.placed.back().end) {
        say(found_[i], verdict::non_claim, "unit");  // "501.5 1/s"
        continue;
      }
      if (by_class(i) || inside_phrase(i, s)) continue;
      std::optional<quoted_number> q = read_quoted(text_, token);
      if (!q) continue;
      if (q->unit.empty() && is_factor(text_, token)) q->unit = "x";
      placed_number n{token.start, token.end, q->end, q->unit};
      n.change = is_change(text_, s, *q, n);
      all.placed.push_back(n);
      all.which.push_back(i);
      all.quoted.push_back(*q);
    }
    for (; r != references.end() && r->start < s.end; ++r) add_reference(all, *r);
    return all;
  }

  void judge_sentence(const spoken_sentence& s, const spoken_sentence* heading, std::size_t first,
                      std::size_t last) {
    if (s.crowded || last - first > mentions_max) {
      for (std::size_t i = first; i < last; ++i) by_class(i);
      return;
    }
    standing all = standing_in(s, first, last);
    if (all.placed.empty() || all.placed.size() > mentions_max) return;
    share_units(all);
    std::vector<spoken_key> keys = keys_of(text_, s, all.placed, heading, book_);
    say_ranges(all, keys);
    for (std::size_t i = 0; i < all.which.size(); ++i) {
      if (all.which[i] == fact_book::npos) continue;
      matched_number& m = found_[all.which[i]];
      const quoted_number& q = all.quoted[i];
      const change_judgement change = judge_change(text_, s, keys[i], q, all.placed[i], book_);
      if (change.applies)
        take(m, change);
      else
        judge_value(m, keys[i], q);
      if (m.judgement == verdict::unsupported && q.whole && q.unit_in_last_place <= 1 &&
          q.unit.empty())
        judge_count(m, s, q);
    }
  }

  std::string_view between(const standing& all, std::size_t i) const {
    const std::size_t end = all.placed[i].unit_end;
    return text_.substr(end, all.placed[i + 1].start - end);
  }

  // "76.9 and 46.6 tok/s", "5 to 10 ms": a unit counts for what is listed before it.
  void share_units(standing& all) const {
    for (std::size_t i = all.placed.size() - 1; i > 0; --i) {
      placed_number& n = all.placed[i - 1];
      if (!n.unit.empty() || all.placed[i].unit.empty() || all.which[i - 1] == fact_book::npos)
        continue;
      const std::vector<word> words = words_of(between(all, i - 1));
      if (words.size() > 1) continue;
      const std::string joint = words.empty() ? "and" : words.front().text;
      if (joint != "and" && joint != "or" && joint != "to" && joint != "vs" && joint != "against")
        continue;
      n.unit = all.quoted[i - 1].unit = all.placed[i].unit;
    }
  }

  // "from 5 to 10 ms", "between 5 and 10 ms", "5-10 ms": the minimum and the maximum, where no
  // statistic is named and both are of the same.
  void say_ranges(const standing& all, std::vector<spoken_key>& keys) const {
    const std::uint32_t least = book_.statistic("min");
    const std::uint32_t most = book_.statistic("max");
    for (std::size_t i = 0; i + 1 < keys.size(); ++i) {
      if (all.placed[i].change || all.placed[i + 1].change) continue;
      const auto said = [](const spoken_key& k) { return !k.statistics.empty() && !k.stored; };
      if (said(keys[i]) || said(keys[i + 1])) continue;
      const bool alike = all.placed[i].unit == all.placed[i + 1].unit ||
                         in_quoted_unit(1, all.placed[i].unit, all.placed[i + 1].unit);
      if (!alike || !is_range(all, i)) continue;
      const auto same = [](const mention& a, const mention& b) {
        return a.ids == b.ids && a.files == b.files;
      };
      if (!std::ranges::equal(keys[i].subjects, keys[i + 1].subjects, same)) continue;
      if (least != fact_book::npos32) keys[i].statistics = {least};
      if (most != fact_book::npos32) keys[i + 1].statistics = {most};
    }
  }

  bool is_range(const standing& all, std::size_t i) const {
    const std::string_view gap = between(all, i);
    if (gap == "-" || gap == "\xE2\x80\x93" || gap == " - " || gap == " \xE2\x80\x93 ") return true;
    const std::vector<word> words = words_of(gap);
    if (words.size() != 1) return false;
    constexpr std::size_t reach = 32;
    const std::size_t start = all.placed[i].start;
    const std::size_t from = start > reach ? start - reach : 0;
    const std::vector<word> before = words_of(text_.substr(from, start - from));
    if (before.empty()) return false;
    const auto is_said = [&](std::string_view word) {
      return std::ranges::any_of(before, [&](const auto& w) { return w.text == word; });
    };
    return (words.front().text == "to" && (is_said("from") || is_said("spans"))) ||
           (words.front().text == "and" && is_said("between"));
  }

  static void take(matched_number& m, const change_judgement& change) {
    m.judgement = change.judgement;
    m.rule = change.rule;
    m.fact = change.fact;
    m.truth = change.truth;
  }

  // "temperature 0.2" names a group that exists.
  bool inside_phrase(std::size_t i, const spoken_sentence& s) {
    const number_token& token = found_[i].number.token;
    for (const mention& m : s.mentions)
      if (m.kind == cue_kind::group && m.start < token.start && token.end <= m.end + 1 &&
          token.start < m.end) {
        say(found_[i], verdict::verified, "configuration");
        return true;
      }
    return false;
  }

  void judge_count(matched_number& m, const spoken_sentence& s, const quoted_number& q) const {
    if (q.value < 0) return;
    const tree_counts& counts = book_.counts();
    std::size_t fact = counts.find(s.words, m.number.token.end, q.value);
    if (fact != fact_book::npos) {
      m.fact = fact;
      m.truth.clear();
      return say(m, verdict::verified, "count over the tree");
    }
    fact = counts.meant(s.words, m.number.token.start, m.number.token.end, text_);
    if (fact == fact_book::npos) return;
    m.fact = fact;
    m.truth = book_.facts()[fact].value;
    say(m, verdict::contradicted, "count over the tree");
  }

  struct fitting {
    std::size_t fact = 0;
    double truth = 0;
  };

  void judge_value(matched_number& m, const spoken_key& key, const quoted_number& q) const {
    // "hundred files" may be anything: a bare number needs more than the name of a metric.
    const bool bare = q.unit.empty() && key.statistics.empty() && key.subjects.empty();
    if (key.ambiguous || bare) return say(m, verdict::unsupported, "key not resolved");
    std::vector<fitting> fits;
    bool refused = false;
    for (const std::uint32_t i : candidates_of(key, book_)) {
      const proto::fact& f = book_.facts()[i];
      const auto truth = in_quoted_unit(book_.key(i).value, f.unit, q.unit);
      if (!truth) continue;
      if (f.refused())
        refused = true;
      else
        fits.push_back({i, *truth});
    }
    if (fits.empty()) return say(m, verdict::unsupported, refused ? "refused" : "key not resolved");
    decide(m, key, q, fits);
  }

  void decide(matched_number& m, const spoken_key& key, const quoted_number& q,
              const std::vector<fitting>& fits) const {
    std::vector<const fitting*> agreeing;
    agreement best = agreement::no;
    for (const fitting& f : fits) {
      const agreement a = agree(q, f.truth);
      if (a == agreement::no) continue;
      if (a > best) agreeing.clear();
      if (a >= best) agreeing.push_back(&f);
      best = std::max(best, a);
    }
    const bool resolved = is_resolved(key, fits);
    if (agreeing.empty()) {
      // Nothing said but the metric: the number may be of any run or group.
      const bool said = !key.statistics.empty() || !key.subjects.empty();
      if (!resolved || !said) return say(m, verdict::unsupported, "several facts fit");
      const fitting& truth = fits.front();
      m.fact = truth.fact;
      m.truth = told(truth.truth, q.unit, q);
      return say(m, verdict::contradicted, "differs from the fact");
    }
    if (!resolved && !one_subject(agreeing))
      return say(m, verdict::unsupported, "several facts fit");
    m.fact = agreeing.front()->fact;
    const bool exact = best == agreement::yes && (q.significant >= 2 || q.whole);
    say(m, exact ? verdict::verified : verdict::verified_approx, "fact");
  }

  // All candidates are statistics of one column, group and file.
  bool is_resolved(const spoken_key& key, const std::vector<fitting>& fits) const {
    const fact_key& first = book_.key(fits.front().fact);
    return std::ranges::all_of(fits,
                               [&](const fitting& f) {
                                 const fact_key& k = book_.key(f.fact);
                                 return k.metric == first.metric && k.file == first.file &&
                                        k.groups == first.groups &&
                                        book_.facts()[f.fact].where ==
                                            book_.facts()[fits.front().fact].where;
                               }) &&
           (!key.metrics.empty() || fits.size() == 1);
  }

  bool one_subject(const std::vector<const fitting*>& agreeing) const {
    return std::ranges::all_of(agreeing,
                               [&](const fitting* f) {
                                 const proto::fact& a = book_.facts()[f->fact];
                                 const proto::fact& b = book_.facts()[agreeing.front()->fact];
                                 return a.file == b.file && a.where == b.where &&
                                        a.filter == b.filter;
                               }) &&
           agreeing.size() <= 2;
  }

  const spoken_text& spoken_;
  std::string_view text_;
  const fact_book& book_;
  std::vector<matched_number> found_;
};

}  // namespace

std::vector<matched_number> match_numbers(const spoken_text& spoken, const fact_book& book) {
  return matcher(spoken, book).run();
}

std::vector<matched_number> match_numbers(std::string_view markdown, const fact_book& book) {
  const spoken_text spoken(markdown, {});
  return matcher(spoken, book).run();
}

}  // namespace chimera::claims
