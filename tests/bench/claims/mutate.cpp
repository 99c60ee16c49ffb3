#include "claims/mutate.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>
#include <vector>

#include "claims/phrases.hpp"
#include "proto/decimal.hpp"

namespace chimera::bench {
namespace {

using proto::fact;

bool has_digits(const std::string& text) {
  return text.find_first_of("0123456789") != std::string::npos &&
         text.find('{') == std::string::npos;
}

double read(std::string text) {
  std::erase(text, ',');
  return proto::parse_decimal(text).value_or(0);
}

const fact* told(const series& s, std::string_view agg) {
  const auto found = s.by_agg.find(agg);
  return found == s.by_agg.end() ? nullptr : found->second;
}

bool prints_alike(double a, double b) {
  return std::fabs(a - b) <= 0.005 * std::max(std::fabs(a), std::fabs(b));
}

}  // namespace

std::optional<std::size_t> mutator::part_of(const told_sentence& s, role what) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < s.parts.size(); ++i)
    if (s.parts[i].what == what) found.push_back(i);
  if (found.empty()) return std::nullopt;
  return random_.pick(found);
}

std::optional<std::size_t> mutator::bare_number(told_sentence& s) {
  if (s.made == shape::count || s.made == shape::date) return std::nullopt;
  const auto at = part_of(s, role::number);
  if (!at) return std::nullopt;
  part& p = s.parts[*at];
  if (has_digits(p.text)) return at;
  if (!p.text.starts_with("{{f:") || s.values[p.value].what != value_kind::fact)
    return std::nullopt;
  told_value& v = s.values[p.value];
  const shown_number n =
      words_.show(number_of(*v.fact), v.fact->unit, v.truth == std::trunc(v.truth));
  v.truth = n.truth;
  v.shown = n.shown;
  v.step = n.step;
  v.places = n.places;
  p.text = n.digits;
  part unit{n.unit, role::unit, p.value};
  s.parts.insert(s.parts.begin() + static_cast<std::ptrdiff_t>(*at) + 1, std::move(unit));
  return at;
}

mutator::changed mutator::digits(std::size_t index, told_sentence s) {
  const auto at = bare_number(s);
  if (!at) return std::nullopt;
  std::string& text = s.parts[*at].text;
  const told_value& v = s.values[s.parts[*at].value];
  double step = v.step;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] >= '0' && text[i] <= '9') places.push_back(i);
  if (index == 0) {
    const std::size_t i = random_.pick(places);
    char c = text[i];
    while (c == text[i] || (i == places.front() && c == '0'))
      c = static_cast<char>('0' + random_.below(10));
    text[i] = c;
  } else if (index == 1) {
    if (places.size() < 2) return std::nullopt;
    const std::size_t i = random_.below(places.size() - 1);
    std::swap(text[places[i]], text[places[i + 1]]);
  } else if (index == 2) {
    const bool up = random_.one_in(2);
    const int digits = up ? std::max(v.places - 1, 0) : v.places + 1;
    text = proto::fixed(up ? v.shown * 10 : v.shown / 10, std::min(digits, 17));
    step = std::pow(10.0, -digits);
  } else {
    const double cut = std::trunc(v.truth / step) * step;
    const bool truncated = random_.one_in(2) && std::fabs(cut - v.shown) > step / 2;
    const double near = random_.one_in(2) ? v.shown + step : v.shown - step;
    text = proto::fixed(truncated ? cut : near, v.places);
  }
  if (still_true(v, read(text), step)) return std::nullopt;
  return s;
}

mutator::changed mutator::unit(told_sentence s) {
  static const std::map<std::string, std::string, std::less<>> others = {
      {" s", " ms"},
      {"s", "ms"},
      {" seconds", " milliseconds"},
      {" ms", " s"},
      {"ms", "s"},
      {" milliseconds", " seconds"},
      {" tok/s", " ms/token"},
      {" tokens/s", " tokens/ms"},
      {" tokens/second", " tokens/minute"},
      {" tokens per second", " tokens per minute"},
      {" MB", " GB"},
      {" GB", " MB"},
      {"x", "%"},
      {" times", " %"},
  };
  const auto at = bare_number(s);
  if (!at || *at + 1 >= s.parts.size() || s.parts[*at + 1].what != role::unit) return std::nullopt;
  const told_value& v = s.values[s.parts[*at].value];
  if (v.shown == 0) return std::nullopt;
  const auto other = others.find(s.parts[*at + 1].text);
  if (other == others.end()) return std::nullopt;
  s.parts[*at + 1].text = other->second;
  return s;
}

mutator::changed mutator::statistic(told_sentence s) {
  const bool fits = s.made == shape::one || s.made == shape::groups ||
                    s.made == shape::statistics || s.made == shape::metrics;
  if (!fits || s.agg == "value") return std::nullopt;
  static constexpr std::array<std::string_view, 5> aggs = {"mean", "median", "min", "max", "p95"};
  const std::string agg(random_.pick(aggs));
  const fact* other = told(*s.a, agg);
  if (other == nullptr || agg == s.agg || agg == s.other_agg) return std::nullopt;
  const auto number = std::ranges::find(s.parts, role::number, &part::what);
  told_value& v = s.values[number->value];
  if (references_) {
    if (prints_alike(number_of(*other), number_of(*v.fact))) return std::nullopt;
    number->text = "{{f:" + other->id + "}}";
    return s;
  }
  const double scale = number_of(*v.fact) == 0 ? 1 : v.truth / number_of(*v.fact);
  v.truth = number_of(*other) * scale;
  if (still_true(v, v.shown, v.step)) return std::nullopt;
  const auto name = std::ranges::find_if(s.parts, [&](const part& p) {
    return p.what == role::statistic &&
           std::ranges::find(statistic_names(s.agg), p.text) != statistic_names(s.agg).end();
  });
  if (name == s.parts.end()) return std::nullopt;
  name->text = random_.pick(statistic_names(agg));
  return s;
}

mutator::changed mutator::group(told_sentence s) {
  if (s.a == nullptr || s.values.empty() || s.made == shape::range) return std::nullopt;
  const auto number = std::ranges::find(s.parts, role::number, &part::what);
  told_value& v = s.values[number->value];
  if (v.what != value_kind::fact || s.agg == "value") return std::nullopt;
  const bool file = s.a->siblings.empty() || random_.one_in(4);
  const auto& others = file ? s.a->elsewhere : s.a->siblings;
  if (others.empty()) return std::nullopt;
  const series& other = world_.all[random_.pick(others)];
  const fact* value = told(other, s.agg);
  if (value == nullptr || &other == s.b) return std::nullopt;
  if (references_) {
    if (prints_alike(number_of(*value), number_of(*v.fact))) return std::nullopt;
    number->text = "{{f:" + value->id + "}}";
    return s;
  }
  const double scale = number_of(*v.fact) == 0 ? 1 : v.truth / number_of(*v.fact);
  v.truth = number_of(*value) * scale;
  if (still_true(v, v.shown, v.step)) return std::nullopt;
  const bool whole = words_.group_text(*s.a, nullptr).empty();
  const auto name =
      std::ranges::find(s.parts, file && !whole ? role::file : role::group, &part::what);
  if (name == s.parts.end()) return std::nullopt;
  name->text = file ? words_.file_text(other.file) : words_.group_text(other, nullptr);
  return s;
}

mutator::changed mutator::direction(told_sentence s) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 7> pairs = {{
      {"faster", "slower"},
      {"higher", "lower"},
      {"larger", "smaller"},
      {"increases", "reduces"},
      {"raises", "lowers"},
      {"rises", "drops"},
      {"increases", "decreases"},
  }};
  const auto at = part_of(s, role::direction);
  if (!at) return std::nullopt;
  std::string& text = s.parts[*at].text;
  for (const auto& [a, b] : pairs) {
    if (text != a && text != b) continue;
    text = text == a ? b : a;
    return s;
  }
  return std::nullopt;
}

mutator::changed mutator::with_value(told_sentence s, double value) {
  const auto at = bare_number(s);
  if (!at) return std::nullopt;
  told_value& v = s.values[s.parts[*at].value];
  if (v.what != value_kind::fact || number_of(*v.fact) == 0) return std::nullopt;
  s.parts[*at].text = proto::fixed(value * v.truth / number_of(*v.fact), v.places);
  if (still_true(v, read(s.parts[*at].text), v.step)) return std::nullopt;
  return s;
}

// The value of another run, or (`anywhere`) of any other fact.
mutator::changed mutator::other_value(told_sentence s, bool anywhere) {
  if (s.a == nullptr || s.agg == "value" || s.made == shape::range) return std::nullopt;
  const auto number = std::ranges::find(s.parts, role::number, &part::what);
  if (number == s.parts.end()) return std::nullopt;
  const fact* mine = s.values.empty() ? nullptr : s.values[number->value].fact;
  if (mine == nullptr || !number->text.starts_with("{{f:") == references_) return std::nullopt;
  if (!anywhere && s.a->elsewhere.empty()) return std::nullopt;
  const series& other =
      world_.all[anywhere ? random_.below(world_.all.size()) : random_.pick(s.a->elsewhere)];
  const std::string agg =
      anywhere ? std::next(other.by_agg.begin(),
                           static_cast<std::ptrdiff_t>(random_.below(other.by_agg.size())))
                     ->first
               : s.agg;
  const fact* value = told(other, agg);
  if (value == nullptr || value == mine) return std::nullopt;
  if (references_) {
    if (prints_alike(number_of(*value), number_of(*mine)) && value->unit == mine->unit)
      return std::nullopt;
    number->text = "{{f:" + value->id + "}}";
    return s;
  }
  return with_value(std::move(s), number_of(*value));
}

mutator::changed mutator::tail(told_sentence s) {
  if (s.made != shape::one || s.a->refused_tail == nullptr) return std::nullopt;
  const auto name = std::ranges::find(s.parts, role::statistic, &part::what);
  if (name == s.parts.end()) return std::nullopt;
  static constexpr std::array<std::string_view, 3> names = {"p99", "99th percentile", "P99"};
  name->text = random_.pick(names);
  const double value = number_of(*s.a->refused_tail);
  if (references_ && random_.one_in(2)) {
    std::ranges::find(s.parts, role::number, &part::what)->text =
        "{{f:" + s.a->refused_tail->id + "}}";
    return s;
  }
  const auto at = bare_number(s);
  if (!at) return std::nullopt;
  const told_value& v = s.values[s.parts[*at].value];
  const double scale = number_of(*v.fact) == 0 ? 1 : v.truth / number_of(*v.fact);
  s.parts[*at].text = proto::fixed(value * scale * (random_.one_in(2) ? 1 : 1.05), v.places);
  return s;
}

mutator::changed mutator::base(told_sentence s) {
  if (s.made == shape::times && references_) {
    std::vector<std::size_t> groups;
    for (std::size_t i = 0; i < s.parts.size(); ++i)
      if (s.parts[i].what == role::group) groups.push_back(i);
    if (groups.size() != 2) return std::nullopt;
    std::swap(s.parts[groups[0]].text, s.parts[groups[1]].text);
    return s;
  }
  if (s.made != shape::percent) return std::nullopt;
  const auto at = bare_number(s);
  const told_value& v = s.values[0];
  const double a = number_of(*v.fact);
  const double b = number_of(*v.base);
  const double right = std::fabs(100 * (a / b - 1));
  const double wrong = std::fabs(100 * (b / a - 1));
  s.parts[*at].text = proto::fixed(std::fabs(v.truth - right) < 1e-9 ? wrong : right, v.places);
  if (still_true(v, read(s.parts[*at].text), v.step)) return std::nullopt;
  return s;
}

mutator::changed mutator::zeros(told_sentence s) {
  if (s.agg != "mean" || s.made != shape::one) return std::nullopt;
  const fact& f = *told(*s.a, "mean");
  if (f.excluded.failed == 0 || f.n == 0) return std::nullopt;
  const auto n = static_cast<double>(f.n);
  return with_value(std::move(s), number_of(f) * n / (n + static_cast<double>(f.excluded.failed)));
}

std::optional<std::string> mutator::mutate(std::size_t index, told_sentence s) {
  const changed out = [&]() -> changed {
    switch (index) {
      case 3:
        return unit(std::move(s));
      case 4:
        return statistic(std::move(s));
      case 5:
        return group(std::move(s));
      case 6:
        return direction(std::move(s));
      case 7:
        return other_value(std::move(s), false);
      case 8:
        return digits(3, std::move(s));
      case 9:
        return tail(std::move(s));
      case 10:
        return count(std::move(s));
      case 11:
        return date(std::move(s));
      case 12:
        return points(std::move(s));
      case 13:
        return base(std::move(s));
      case 14:
        return zeros(std::move(s));
      case 15:
        return superlative(std::move(s));
      case 16:
        return other_value(std::move(s), true);
      case 17:
        return word(std::move(s));
      default:
        return digits(index, std::move(s));
    }
  }();
  if (!out) return std::nullopt;
  return out->text();
}

}  // namespace chimera::bench
