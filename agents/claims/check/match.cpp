#include "agents/claims/check/match.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "agents/claims/check/candidates.hpp"
#include "agents/claims/check/change.hpp"
#include "agents/claims/check/scope.hpp"
#include "agents/claims/check/tree_counts.hpp"
#include "agents/claims/letters.hpp"
#include "agents/claims/quoted_number.hpp"
#include "agents/claims/reference.hpp"
#include "proto/decimal.hpp"

namespace chimera::claims {
namespace {

using proto::verdict;

constexpr int truth_digits = 6;

std::string told(double value, const std::string& unit, const quoted_number& q) {
  const int places = q.unit_in_last_place >= 1 || q.unit_in_last_place <= 0
                         ? proto::places_for(value, truth_digits)
                         : static_cast<int>(std::lround(-std::log10(q.unit_in_last_place)));
  std::string text =
      q.whole && value == std::trunc(value) ? proto::fixed(value, 0) : proto::fixed(value, places);
  if (!unit.empty()) text += (unit == "%" || unit == "x" ? "" : " ") + unit;
  return text;
}

// Characters of a date or time around a place.
std::string_view date_around(std::string_view text, std::size_t start, std::size_t end) {
  const auto part = [](char c) {
    return ascii_digit(c) || c == '-' || c == ':' || c == 'T' || c == '.' || c == '+' || c == 'Z';
  };
  while (start > 0 && part(text[start - 1])) --start;
  while (end < text.size() && part(text[end])) ++end;
  std::string_view date = text.substr(start, end - start);
  while (date.ends_with('.') || date.ends_with(':') || date.ends_with('-')) date.remove_suffix(1);
  return date;
}

class matcher {
 public:
  matcher(std::string_view text, const fact_book& book)
      : text_(text), book_(book), counts_(book.facts()) {
    for (std::size_t i = 0; i < book.facts().size(); ++i)
      if (book.facts()[i].kind == "date") dates_.push_back(i);
  }

  std::vector<matched_number> run() {
    for (const scanned_number& n : scan_numbers(text_)) {
      matched_number m;
      m.number = n;
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
  void leave_out_references() {
    std::vector<piece> pieces = parse_references(text_);
    std::erase_if(pieces, [](const piece& p) { return p.what == piece::type::text; });
    std::erase_if(found_, [&](const matched_number& m) {
      const auto after = std::ranges::upper_bound(pieces, m.number.token.start, {}, &piece::start);
      return after != pieces.begin() && m.number.token.start < std::prev(after)->end;
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
    const std::string_view date = date_around(text_, m.number.token.start, m.number.token.end);
    for (const std::size_t i : dates_) {
      const std::string_view known = book_.facts()[i].value;
      if (date.size() < 7 || !known.starts_with(date)) continue;
      m.fact = i;
      return say(m, verdict::verified, "date");
    }
    say(m, verdict::unsupported, "date");
  }

  void judge_sentence(const spoken_sentence& s, const spoken_sentence* heading, std::size_t first,
                      std::size_t last) {
    std::vector<placed_number> placed;
    std::vector<std::size_t> which;
    std::vector<quoted_number> quoted;
    for (std::size_t i = first; i < last; ++i) {
      if (by_class(i) || inside_phrase(i, s)) continue;
      const number_token& token = found_[i].number.token;
      const std::optional<quoted_number> q = read_quoted(text_, token);
      if (!q) continue;
      placed.push_back({token.start, token.end, q->end, q->unit});
      which.push_back(i);
      quoted.push_back(*q);
    }
    if (placed.empty()) return;
    share_units(placed, quoted);
    const std::vector<spoken_key> keys = keys_of(text_, s, placed, heading, book_);
    for (std::size_t i = 0; i < which.size(); ++i) {
      matched_number& m = found_[which[i]];
      const change_judgement change = judge_change(text_, s, keys[i], quoted[i], placed[i], book_);
      if (change.applies)
        take(m, change);
      else
        judge_value(m, keys[i], quoted[i]);
      if (m.judgement == verdict::unsupported && quoted[i].whole &&
          quoted[i].unit_in_last_place <= 1)
        judge_count(m, s, quoted[i]);
    }
  }

  // "76.9 and 46.6 tok/s", "5 to 10 ms": a unit counts for what is listed before it.
  void share_units(std::vector<placed_number>& placed, std::vector<quoted_number>& quoted) const {
    for (std::size_t i = placed.size() - 1; i > 0; --i) {
      if (!placed[i - 1].unit.empty() || placed[i].unit.empty()) continue;
      const std::size_t end = placed[i - 1].end;
      const std::vector<word> between = words_of(text_.substr(end, placed[i].start - end));
      if (between.size() > 1) continue;
      const std::string joint = between.empty() ? "and" : between.front().text;
      if (joint != "and" && joint != "or" && joint != "to" && joint != "vs" && joint != "against")
        continue;
      placed[i - 1].unit = quoted[i - 1].unit = placed[i].unit;
    }
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
    const std::size_t fact = counts_.find(s.words, q.value);
    if (fact == fact_book::npos) return;
    m.fact = fact;
    m.truth.clear();
    say(m, verdict::verified, "count over the tree");
  }

  struct fitting {
    std::size_t fact = 0;
    double truth = 0;
  };

  void judge_value(matched_number& m, const spoken_key& key, const quoted_number& q) const {
    if (key.ambiguous) return say(m, verdict::unsupported, "key not resolved");
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

  std::string_view text_;
  const fact_book& book_;
  tree_counts counts_;
  std::vector<std::size_t> dates_;
  std::vector<matched_number> found_;
};

}  // namespace

std::vector<matched_number> match_numbers(std::string_view markdown, const fact_book& book) {
  return matcher(markdown, book).run();
}

}  // namespace chimera::claims
