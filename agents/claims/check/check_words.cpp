#include "agents/claims/check/check_words.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "agents/claims/check/binding.hpp"
#include "agents/claims/check/direction.hpp"
#include "agents/claims/check/extremes.hpp"
#include "agents/claims/check/related.hpp"
#include "agents/claims/check/scope.hpp"
#include "agents/claims/letters.hpp"

namespace chimera::claims {
namespace {

constexpr double stable_cv_max = 0.05;
constexpr std::size_t comparing_reach = 8;  // words between a comparative and its "than"

constexpr std::array comparing = {"than", "over",     "versus",   "vs",
                                  "by",   "compared", "relative", "against"};
// Comparatives that compare whatever follows; others may mean nothing of the kind ("more rows").
constexpr std::array plain_comparatives = {
    "faster",     "slower",       "quicker",  "outperforms", "beats",
    "outperform", "outperformed", "superior", "inferior",    "underperforms"};

class word_checker {
 public:
  word_checker(const spoken_text& spoken, const fact_book& book, std::span<const std::string> given,
               std::span<const text_span> proven)
      : spoken_(spoken),
        text_(spoken.text()),
        book_(book),
        proven_(proven),
        not_the_writers_(spoken.names()) {
    for (const std::string& text : given)
      for (std::size_t at = text_.find(text); at != std::string::npos && !text.empty();
           at = text_.find(text, at + text.size()))
        not_the_writers_.push_back({at, at + text.size()});
    std::ranges::sort(not_the_writers_, {}, &text_span::start);
    join_overlapping(not_the_writers_);
  }

  std::vector<text_issue> run() {
    const std::vector<sentence> sentences = sentences_of(text_);
    std::map<std::size_t, spoken_sentence> headings;
    bool interpretation = false;
    for (const sentence& s : sentences) {
      if (s.start == 0 || text_[s.start - 1] == '\n') interpretation = begins_interpretation(s);
      const spoken_sentence* heading = nullptr;
      if (s.heading != sentence::npos && !s.is_heading) {
        const auto known = headings.find(s.heading);
        heading =
            known != headings.end()
                ? &known->second
                : &headings.emplace(s.heading, read_sentence(text_, sentences[s.heading], book_))
                       .first->second;
      }
      check_sentence(s, heading, interpretation);
    }
    return std::move(issues_);
  }

 private:
  bool begins_interpretation(const sentence& s) const {
    const std::string_view start = std::string_view(text_).substr(s.start, s.end - s.start);
    const std::size_t letter = start.find_first_not_of("-*_> ");
    return letter != std::string_view::npos && start.substr(letter).starts_with("Interpretation:");
  }

  void check_sentence(const sentence& s, const spoken_sentence* heading, bool interpretation) {
    start_ = s.start;
    end_ = s.end;
    const spoken_sentence read = read_sentence(text_, s, book_);
    for (std::string& message : misbindings(spoken_, read, heading, book_))
      say("binding", std::move(message));
    std::vector<stance_word> stances = stances_of(text_, read.words);
    std::erase_if(stances, [&](const stance_word& w) { return is_given(w); });
    if (stances.empty()) return;
    pairs_ = related_in(spoken_, s.start, s.end, book_);
    facts_ = facts_in(spoken_, s.start, s.end, book_);
    about_something_ = !facts_.empty() || !read.mentions.empty() || !pairs_.empty();
    std::erase_if(stances, [&](const stance_word& w) {
      return is_computed(w, read) || is_part_of_name(w, read);
    });
    for (const stance_word& w : stances) check(w, read.words, interpretation);
  }

  static void join_overlapping(std::vector<text_span>& spans) {
    std::vector<text_span> joined;
    for (const text_span& s : spans) {
      if (!joined.empty() && s.start < joined.back().end)
        joined.back().end = std::max(joined.back().end, s.end);
      else
        joined.push_back(s);
    }
    spans = std::move(joined);
  }

  bool is_given(const stance_word& w) const {
    const auto after = std::ranges::upper_bound(not_the_writers_, w.start, {}, &text_span::start);
    return after != not_the_writers_.begin() && w.end <= std::prev(after)->end;
  }

  void say(std::string_view rule, std::string message) {
    issues_.push_back({start_, end_, std::string(rule), std::move(message)});
  }

  std::string_view word_text(const stance_word& w) const {
    return std::string_view(text_).substr(w.start, w.end - w.start);
  }

  void check(const stance_word& w, const std::vector<word>& words, bool interpretation) {
    switch (w.what) {
      case stance::better:
      case stance::worse:
      case stance::larger:
      case stance::smaller:
        if (!beside_proven(w) && compares(w, words)) check_comparative(w);
        return;
      case stance::best:
      case stance::worst:
      case stance::largest:
      case stance::smallest:
        return check_superlative(w);
      case stance::significant:
        return check_significant(w);
      case stance::always:
        if (about_something_ && !w.negated)
          say("consistency", fmt::format("'{}' is not shown by facts of groups", word_text(w)));
        return;
      case stance::stable:
        return check_stable(w);
      case stance::similar:
        return check_similar(w);
      case stance::causal:
        if (about_something_ && !interpretation)
          say("cause", fmt::format("'{}' names a cause; begin the paragraph with "
                                   "'Interpretation:' or leave it out",
                                   word_text(w)));
        return;
    }
  }

  bool compares(const stance_word& w, const std::vector<word>& words) const {
    const std::string said = lower_case(word_text(w));
    if (std::ranges::find(plain_comparatives, said) != plain_comparatives.end())
      return about_something_;
    const auto at = std::ranges::lower_bound(words, w.end, {}, &word::start);
    const auto reach = std::min<std::ptrdiff_t>(comparing_reach, words.end() - at);
    return about_something_ && std::any_of(at, at + reach, [](const word& next) {
             return std::ranges::find(comparing, next.text) != comparing.end();
           });
  }

  // "top k" is a metric.
  static bool is_part_of_name(const stance_word& w, const spoken_sentence& s) {
    return std::ranges::any_of(s.mentions, [&](const mention& m) {
      return m.kind != cue_kind::statistic && m.start <= w.start && w.end <= m.end &&
             m.end - m.start > w.end - w.start;
    });
  }

  // "The lowest TTFT drops by 12 %": the statistic of a change that was computed.
  bool is_computed(const stance_word& w, const spoken_sentence& s) const {
    const auto change = std::ranges::lower_bound(proven_, start_, {}, &text_span::start);
    if (change == proven_.end() || change->start >= end_) return false;
    const auto same_word = [&](const mention& m) {
      return m.kind == cue_kind::statistic && m.start == w.start;
    };
    return std::ranges::any_of(s.mentions, same_word);
  }

  bool beside_proven(const stance_word& w) const {
    constexpr std::size_t reach = 48;  // bytes, as for the direction of a change
    const std::size_t from = w.start > reach ? w.start - reach : 0;
    const auto near =
        std::ranges::lower_bound(proven_, std::max(from, start_), {}, &text_span::end);
    return near != proven_.end() && near->start < std::min(w.end + reach, end_);
  }

  // +1 if the words say that the first fact is the better (or larger) one.
  static int sign_of(const stance_word& w) {
    return w.what == stance::better || w.what == stance::larger ? 1 : -1;
  }

  void check_comparative(const stance_word& w) {
    if (w.negated) return;
    if (pairs_.empty())
      return say("comparative",
                 fmt::format("'{}' names no two facts that it compares", word_text(w)));
    const bool of_size = w.what == stance::larger || w.what == stance::smaller;
    std::string why = "the test finds no difference";
    for (const related_pair& pair : pairs_) {
      if (!pair.different) continue;
      const double a = book_.key(book_.index_of(pair.a->id)).value;
      const double b = book_.key(book_.index_of(pair.b->id)).value;
      int sign = a > b ? 1 : -1;
      if (!of_size && pair.a->polarity == "lower") sign = -sign;
      if (!of_size && pair.a->polarity != "lower" && pair.a->polarity != "higher") continue;
      if (sign == sign_of(w)) return;
      why = "the facts say the opposite";
    }
    say("comparative", fmt::format("'{}': {}", word_text(w), why));
  }

  void check_superlative(const stance_word& w) {
    if (w.negated || !about_something_ || indefinite(w)) return;
    const auto& all = spoken_.references();
    for (auto r = std::ranges::lower_bound(all, start_, {}, &placed_reference::start);
         r != all.end() && r->start < end_; ++r)
      if (r->ref.kind == reference_kind::best) return;
    const bool of_size = w.what == stance::largest || w.what == stance::smallest;
    const bool first = w.what == stance::best || w.what == stance::largest;
    for (const proto::fact* f : facts_)
      if (is_extreme(*f, of_size, first, book_)) return;
    say("superlative", fmt::format("'{}' names no fact that is so among its kind", word_text(w)));
  }

  // "a best configuration" speaks of any, not of one.
  bool indefinite(const stance_word& w) const {
    const std::string_view before = std::string_view(text_).substr(0, w.start);
    return before.ends_with(" a ") || before.ends_with(" an ") || before.ends_with("A ");
  }

  void check_significant(const stance_word& w) {
    if (w.negated || !about_something_) return;
    const bool proven = std::ranges::any_of(pairs_, &related_pair::different) ||
                        std::ranges::any_of(facts_, [](const proto::fact* f) {
                          return f->where.path.starts_with("comparisons/");
                        });
    if (!proven)
      say("significance", fmt::format("'{}' needs a test that found a difference", word_text(w)));
  }

  void check_stable(const stance_word& w) {
    if (w.negated || !about_something_) return;
    const bool proven = std::ranges::any_of(facts_, [&](const proto::fact* f) {
      const fact_key& k = book_.key(book_.index_of(f->id));
      return f->agg == "cv" && k.number && k.value <= stable_cv_max && f->flags.empty();
    });
    if (!proven)
      say("stability", fmt::format("'{}' needs a coefficient of variation of at most 5 % over "
                                   "rows that are not partly cold",
                                   word_text(w)));
  }

  void check_similar(const stance_word& w) {
    if (w.negated || !about_something_) return;
    if (std::ranges::none_of(pairs_, &related_pair::equivalent))
      say("similarity", fmt::format("'{}' needs an interval within 5 %", word_text(w)));
  }

  const spoken_text& spoken_;
  const std::string& text_;
  const fact_book& book_;
  std::span<const text_span> proven_;
  std::vector<text_span> not_the_writers_;  // by start
  std::size_t start_ = 0;
  std::size_t end_ = 0;
  bool about_something_ = false;
  std::vector<related_pair> pairs_;
  std::vector<const proto::fact*> facts_;
  std::vector<text_issue> issues_;
};

}  // namespace

std::vector<text_issue> check_words(const spoken_text& spoken, const fact_book& book,
                                    std::span<const std::string> given,
                                    std::span<const text_span> proven) {
  return word_checker(spoken, book, given, proven).run();
}

}  // namespace chimera::claims
