#include <algorithm>
#include <array>
#include <cmath>

#include "claims/draft.hpp"
#include "proto/decimal.hpp"

namespace chimera::bench {
namespace {

using proto::fact;
using words = std::array<std::string_view, 2>;

const fact& told(const series& s, std::string_view agg) { return *s.by_agg.find(agg)->second; }

bool has_direction(const fact& f) { return f.polarity == "lower" || f.polarity == "higher"; }

// Both sides of a change: the one told of, and its base.
struct sides {
  const fact* a;
  const fact* b;
  [[nodiscard]] double first() const { return number_of(*a); }
  [[nodiscard]] double base() const { return number_of(*b); }
  [[nodiscard]] bool better() const { return (first() > base()) != (a->polarity == "lower"); }
};

// "threads 2 269" cannot be told from "threads 2,269".
bool runs_together(const told_sentence& s) {
  for (std::size_t i = 1; i + 1 < s.parts.size(); ++i) {
    const std::string& before = s.parts[i - 1].text;
    const std::string& after = s.parts[i + 1].text;
    const bool digits = !before.empty() && before.back() >= '0' && before.back() <= '9' &&
                        !after.empty() && after.front() >= '0' && after.front() <= '9';
    if (digits && s.parts[i].text == " ") return true;
  }
  return false;
}

}  // namespace

void writer::put_value(draft& d, const fact& f, hedging weak) {
  told_value v;
  v.fact = &f;
  v.truth = number_of(f);
  v.weakened = weak;
  const std::size_t index = d.out.values.size();
  if (references_) {
    d.out.values.push_back(v);
    return add(d, "{{f:" + f.id + "}}", role::number, index);
  }
  const bool whole = v.truth == std::trunc(v.truth);
  shown_number n = show(v.truth, f.unit, whole);
  if (weak == hedging::nearly || weak == hedging::over) {
    // Rounded to the side that the word asks for.
    const double scaled = n.truth / n.step;
    n.shown = (weak == hedging::nearly ? std::ceil(scaled) : std::floor(scaled)) * n.step;
    n.digits = proto::fixed(n.shown, n.places);
    n.shown = proto::parse_decimal(n.digits).value_or(0);
    const bool fits = weak == hedging::nearly ? n.shown >= n.truth : n.shown < n.truth;
    if (!fits || n.shown <= 0 || !still_true(n.shown, n.step, weak, n.truth)) ok_ = false;
    add(d,
        std::string(random_.pick(weak == hedging::nearly ? words{"nearly ", "almost "}
                                                         : words{"over ", "more than "})),
        role::plain);
  } else if (weak == hedging::about) {
    add(d,
        std::string(random_.pick(
            std::array<std::string_view, 4>{"about ", "~", "roughly ", "approximately "})),
        role::plain);
  }
  v.truth = n.truth;
  v.shown = n.shown;
  v.step = n.step;
  v.places = n.places;
  d.out.values.push_back(v);
  add(d, n.digits, role::number, index);
  add(d, n.unit, role::unit, index);
}

void writer::put_change(draft& d) {
  const sides s{&told(*d.a, d.agg), &told(*d.b, d.agg)};
  if (!(s.first() > 0) || !(s.base() > 0)) {
    ok_ = false;
    return;
  }
  told_value v;
  v.fact = s.a;
  v.base = s.b;
  const std::size_t index = d.out.values.size();
  const double ratio = s.first() / s.base();
  if (d.out.made == shape::times && references_) {
    v.fact = d.pair->ratio;
    v.what = value_kind::times;
    d.out.values.push_back(v);
    return add(d, "{{f:" + d.pair->ratio->id + "}}", role::number, index);
  }
  if (d.out.made == shape::times) {
    v.what = value_kind::times;
    v.truth = d.by_speed ? std::max(ratio, 1 / ratio) : ratio;
    v.places = v.truth < 10 ? 2 : 1;
    if (v.truth < 0.2 || std::fabs(v.truth - 1) < 0.02) ok_ = false;
  } else {
    v.what = value_kind::percent;
    v.truth = std::fabs(100 * (ratio - 1));
    // "20 % faster" of a time: the work done in a unit of time, or the time saved.
    const bool time = s.a->polarity == "lower";
    if (d.by_speed && time) v.also = std::fabs(100 * (1 / ratio - 1));
    if (d.by_speed && time && random_.one_in(2)) std::swap(v.truth, v.also);
    v.places = static_cast<int>(random_.below(3));
    if (v.truth < 1.5) ok_ = false;
  }
  const std::string digits = proto::fixed(v.truth, v.places);
  v.shown = proto::parse_decimal(digits).value_or(0);
  v.step = std::pow(10.0, -v.places);
  add(d, digits, role::number, index);
  if (v.what == value_kind::times)
    add(d, std::string(random_.pick(std::array<std::string_view, 3>{"x", " times", "\xC3\x97"})),
        role::unit, index);
  else
    add(d, std::string(random_.pick(std::array<std::string_view, 3>{" %", "%", " percent"})),
        role::unit, index);
  d.out.values.push_back(v);
}

void writer::put_direction(draft& d, std::string_view slot) {
  const sides s{&told(*d.a, d.agg), &told(*d.b, d.agg)};
  const bool up = s.first() > s.base();
  if (s.first() == s.base()) ok_ = false;
  if (slot == "fast") {
    if (!has_direction(*s.a)) ok_ = false;
    return add(d, s.better() ? "faster" : "slower", role::direction);
  }
  if (slot == "up")
    return add(
        d, std::string(random_.pick(up ? words{"higher", "larger"} : words{"lower", "smaller"})),
        role::direction);
  if (slot == "verb")
    return add(
        d,
        std::string(random_.pick(up ? words{"increases", "raises"} : words{"reduces", "lowers"})),
        role::direction);
  add(d, std::string(random_.pick(up ? words{"rises", "increases"} : words{"drops", "decreases"})),
      role::direction);
}

bool writer::put_extreme(draft& d) {
  const fact& f = told(*d.a, d.agg);
  bool largest = true;
  bool smallest = true;
  for (const std::size_t i : d.a->siblings) {
    const auto other = world_.all[i].by_agg.find(d.agg);
    if (other == world_.all[i].by_agg.end()) return false;
    largest = largest && number_of(f) > number_of(*other->second);
    smallest = smallest && number_of(f) < number_of(*other->second);
  }
  if (!largest && !smallest) return false;
  if (has_direction(f) && random_.one_in(3)) {
    add(d, largest == (f.polarity == "higher") ? "best" : "worst", role::superlative);
    return true;
  }
  add(d,
      std::string(
          random_.pick(largest ? words{"highest", "largest"} : words{"lowest", "smallest"})),
      role::superlative);
  return true;
}

void writer::put_count(draft& d) {
  const count_form& form = random_.pick(count_forms());
  const auto counted = std::ranges::find_if(
      world_.counts, [&](const fact* f) { return f->where.path == form.path; });
  if (counted == world_.counts.end() || number_of(**counted) < 2) {
    ok_ = false;
    return;
  }
  const fact& f = **counted;
  const std::size_t at = form.text.find("{n}");
  told_value v;
  v.what = value_kind::count;
  v.fact = &f;
  v.truth = v.shown = number_of(f);
  d.out.values.push_back(v);
  add(d, std::string(form.text.substr(0, at)), role::plain);
  const std::string_view word = number_word_of(static_cast<std::size_t>(v.truth));
  if (references_)
    add(d, "{{f:" + f.id + "}}", role::number);
  else if (!word.empty() && random_.one_in(2))
    add(d, std::string(word), role::number);
  else
    add(d, proto::grouped(static_cast<std::int64_t>(v.truth)), role::number);
  add(d, std::string(form.text.substr(at + 3)), role::plain);
}

void writer::put(draft& d, std::string_view slot) {
  const hedging weak = references_ || !random_.one_in(6)
                           ? hedging::none
                           : static_cast<hedging>(1 + random_.below(3));
  if (slot == "s" || slot == "t") {
    const std::string& agg = slot == "s" ? d.agg : d.other_agg;
    if (agg == "value") return;  // a stored value has no statistic to name
    const auto names = statistic_names(agg);
    if (slot == "s" && d.statistic.empty()) d.statistic = random_.pick(names);
    return add(d, slot == "s" ? d.statistic : std::string(random_.pick(names)), role::statistic);
  }
  if (slot == "m") return add(d, d.metric, role::metric);
  if (slot == "o") return add(d, d.other_metric, role::metric);
  if (slot == "g" || slot == "h") return add(d, slot == "g" ? d.group : d.other_group, role::group);
  if (slot == "v") return put_value(d, told(*d.a, d.agg), weak);
  if (slot == "w") {
    const bool same = d.out.made == shape::statistics || d.out.made == shape::range;
    return put_value(d, same ? told(*d.a, d.other_agg) : told(*d.b, d.agg), hedging::none);
  }
  if (slot == "p" || slot == "x") return put_change(d);
  if (slot == "sup") {
    ok_ = put_extreme(d) && ok_;
    return;
  }
  if (slot == "n") return put_count(d);
  if (slot == "d") {
    told_value v;
    v.what = value_kind::date;
    v.fact = d.single;
    d.out.values.push_back(v);
    return add(d, references_ ? "{{f:" + d.single->id + "}}" : date_text(*d.single), role::number);
  }
  if (slot == "cmp")
    return add(d, "{{cmp:" + d.pair->first->id + "," + d.pair->second->id + "}}", role::number);
  put_direction(d, slot);
}

// The file that groups are of: in the heading above, or first in the sentence.
void writer::put_context(draft& d) {
  if (d.a == nullptr || d.whole_file) return;
  const std::string file = file_text(d.a->file);
  switch (random_.below(4)) {
    case 0:
      add(d, "## Results in ", role::plain);
      add(d, file, role::file);
      return add(d, "\n\n", role::plain);
    case 1:
      add(d, "## ", role::plain);
      add(d, file, role::file);
      return add(d, "\n\n", role::plain);
    case 2:
      add(d, "In ", role::plain);
      add(d, file, role::file);
      return add(d, random_.one_in(2) ? ": " : ", ", role::plain);
    default:
      add(d, "According to ", role::plain);
      add(d, file, role::file);
      return add(d, ", ", role::plain);
  }
}

std::optional<told_sentence> writer::write(const form& f, const series* about) {
  ok_ = true;
  draft d;
  if (!draw(d, f.made, about)) return std::nullopt;
  // A stored value has no statistic to name.
  for (const std::string_view needed : {"({s}", "a {s} of"})
    if (d.agg == "value" && f.text.find(needed) != std::string_view::npos) return std::nullopt;
  if (d.a != nullptr) {
    const bool two = d.b != nullptr && f.made != shape::metrics;
    d.metric = metric_text(*d.a);
    d.group = group_text(*d.a, nullptr);
    const bool list_of_two = f.text.find("\n- ") != std::string_view::npos;
    if (two) d.other_group = group_text(*d.b, list_of_two ? nullptr : d.a);
    if (two && d.a->file != d.b->file) {
      d.group += (d.group.empty() ? "" : " of ") + file_text(d.a->file);
      d.other_group += (d.other_group.empty() ? "" : " of ") + file_text(d.b->file);
    }
    if (f.made == shape::metrics) d.other_metric = metric_text(*d.b);
    if (f.made == shape::metrics && d.metric == d.other_metric) return std::nullopt;
    d.whole_file = d.group.empty() || (two && d.a->file != d.b->file);
    if (d.group.empty()) d.group = file_text(d.a->file);
    if (two && d.other_group.empty()) return std::nullopt;
  }
  d.by_speed = f.text.find("{fast}") != std::string_view::npos;
  const bool list = f.text.starts_with("- ");
  if (!list || random_.one_in(2)) put_context(d);
  if (list && d.out.parts.size() == 3 && d.out.parts[2].text != "\n\n") return std::nullopt;
  if (list && d.out.parts.empty() && d.a != nullptr && !d.whole_file) {
    add(d, "### ", role::plain);
    add(d, file_text(d.a->file), role::file);
    add(d, "\n\n", role::plain);
  }
  const bool leads = !d.out.parts.empty() && d.out.parts.back().text != "\n\n";
  for (std::size_t at = 0; at < f.text.size();) {
    const std::size_t open = std::min(f.text.find('{', at), f.text.size());
    std::string words(f.text.substr(at, open - at));
    // "In a.csv, the ...": lower case behind what leads.
    if (leads && at == 0 && !words.empty() && words[0] >= 'A' && words[0] <= 'Z') words[0] ^= 0x20;
    add(d, std::move(words), role::plain);
    if (open == f.text.size()) break;
    const std::size_t close = f.text.find('}', open);
    put(d, f.text.substr(open + 1, close - open - 1));
    at = close + 1;
    // Without a statistic no blank is left over.
    if (d.agg == "value" && f.text.substr(open, close + 1 - open) == "{s}" && at < f.text.size() &&
        f.text[at] == ' ')
      ++at;
  }
  if (!ok_ || runs_together(d.out)) return std::nullopt;
  d.out.a = d.a;
  d.out.b = d.b;
  d.out.agg = d.agg;
  d.out.other_agg = d.other_agg;
  return std::move(d.out);
}

}  // namespace chimera::bench
