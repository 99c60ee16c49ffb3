#include "claims/writer.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "agents/evidence/columns/traits.hpp"
#include "agents/evidence/columns/vocabulary.hpp"
#include "claims/draft.hpp"
#include "proto/decimal.hpp"

namespace chimera::bench {

using proto::fact;

namespace {

constexpr std::array<std::string_view, 6> told_aggs = {"mean", "median", "min", "max", "p95", "sd"};

std::vector<std::string> aggs_of(const series& s) {
  std::vector<std::string> found;
  for (const std::string_view agg : told_aggs)
    if (s.by_agg.contains(agg)) found.emplace_back(agg);
  return found;
}

struct shown_unit {
  std::string_view text;
  double factor;
};

// How the unit of a file is told in prose.
std::vector<shown_unit> units_for(std::string_view unit) {
  if (unit == "s")
    return {{" s", 1},    {" seconds", 1}, {"s", 1},
            {" ms", 1e3}, {"ms", 1e3},     {" milliseconds", 1e3}};
  if (unit == "ms")
    return {{" ms", 1}, {"ms", 1}, {" milliseconds", 1}, {" s", 1e-3}, {" seconds", 1e-3}};
  if (unit == "tok/s")
    return {{" tok/s", 1}, {" tokens/s", 1}, {" tokens/second", 1}, {" tokens per second", 1}};
  if (unit == "1/s") return {{" per second", 1}, {" 1/s", 1}};
  if (unit == "MB") return {{" MB", 1}, {" GB", 1e-3}};
  if (unit == "%") return {{" %", 1}, {"%", 1}, {" percent", 1}};
  return {};
}

}  // namespace

bool still_true(double shown, double step, hedging weakened, double truth) {
  const double noise = 1e-9 * std::max(std::fabs(shown), std::fabs(truth));
  const double off = std::fabs(shown - truth);
  if (off <= step / 2 + noise) return true;
  const double slack = std::max(step, 0.02 * std::fabs(truth)) + noise;
  if (weakened == hedging::about) return off <= slack;
  if (weakened == hedging::nearly) return truth <= shown && off <= slack;
  if (weakened == hedging::over) return truth > shown && truth < 1.25 * shown;
  return false;
}

bool still_true(const told_value& v, double shown, double step) {
  return still_true(shown, step, v.weakened, v.truth) ||
         (v.also != 0 && still_true(shown, step, v.weakened, v.also));
}

shown_number writer::show(double truth, std::string_view unit, bool whole) {
  shown_number out;
  const std::vector<shown_unit> units = units_for(unit);
  double factor = 1;
  if (!units.empty()) {
    const shown_unit& u = random_.pick(units);
    out.unit = u.text;
    factor = u.factor;
  } else if (!unit.empty()) {
    out.unit = " " + std::string(unit);
  }
  out.truth = truth * factor;
  const int digits = static_cast<int>(2 + random_.below(4));
  out.places = whole && factor == 1 ? 0 : proto::places_for(out.truth, digits);
  if (std::fabs(out.truth) >= 100 && out.places == 0 && !whole && random_.one_in(2)) out.places = 1;
  out.places = std::min(out.places, 9);
  out.digits = proto::fixed(out.truth, out.places);
  out.shown = proto::parse_decimal(out.digits).value_or(0);
  out.step = std::pow(10.0, -out.places);
  if (out.places == 0 && std::fabs(out.shown) >= 1000 && random_.one_in(2))
    out.digits = proto::grouped(static_cast<std::int64_t>(out.shown));
  return out;
}

std::string writer::name(std::string text) {
  const auto known = name_ids_.find(text);
  if (known != name_ids_.end()) return "{{m:" + known->second + "}}";
  std::string id = "name-";
  for (std::size_t n = names_.size() + 1; n > 0; n /= 20)
    id += static_cast<char>("bcdfghjklmnpqrstvwxz"[n % 20]);
  id += "-x";
  names_.emplace(id, text);
  name_ids_.emplace(std::move(text), id);
  return "{{m:" + id + "}}";
}

std::string writer::file_text(const std::string& path) {
  const std::string base(last_segment(path));
  const auto count = world_.base_names.find(base);
  const bool unique = count != world_.base_names.end() && count->second == 1;
  const std::string& shown = unique && random_.one_in(2) ? base : path;
  if (references_) return name(shown);
  return random_.one_in(4) ? shown : "`" + shown + "`";
}

std::string writer::group_text(const series& s, const series* other) {
  std::string out;
  std::string rows;
  for (const auto& term : s.filter) {
    if (term.op == "is") {
      rows = term.value;
      continue;
    }
    // Of two groups what they share stands once, with the first.
    const bool shared = other != nullptr && std::ranges::any_of(other->filter, [&](const auto& t) {
                          return t.column == term.column && t.value == term.value;
                        });
    if (shared) continue;
    if (!out.empty()) out += ", ";
    const bool numeric = proto::parse_decimal(term.value).has_value();
    const bool plain = term.value == "true" || term.value == "false" || term.value.size() < 2;
    if (references_)
      out += name(numeric || plain ? std::string(last_segment(term.column)) + "=" + term.value
                                   : term.value);
    else if (numeric || plain)
      out += fmt::format(fmt::runtime(random_.pick(std::array<std::string_view, 5>{
                             "{}={}", "`{}={}`", "{} {}", "{} = {}", "a {} of {}"})),
                         last_segment(term.column), term.value);
    else
      out += fmt::format(
          fmt::runtime(random_.pick(std::array<std::string_view, 4>{"{}", "`{}`", "**{}**", "{}"})),
          term.value);
  }
  for (const std::string& segment : s.telling) {
    if (other != nullptr && std::ranges::find(other->telling, segment) != other->telling.end())
      continue;
    out += (out.empty() ? "" : " ") + (references_ ? name(segment) : "`" + segment + "`");
  }
  if (!rows.empty()) out += (out.empty() ? "" : ", ") + rows + " rows";
  return out;
}

std::string writer::metric_text(const series& s) {
  const std::string column(last_segment(s.where.path));
  const std::string metric = evidence::metric_name(column);
  switch (random_.below(4)) {
    case 0:
      return references_ ? name(column) : "`" + column + "`";
    case 1:
      if (metric == "ttft") return "time to first token";
      break;
    case 2:
      if (!references_ && column.find_first_of("0123456789") == std::string::npos) return column;
      break;
    default:
      break;
  }
  const std::string label = evidence::label_for(metric);
  const bool plain = !label.empty() && label.find_first_of("0123456789") == std::string::npos;
  if (plain) return label;
  return references_ ? name(column) : "`" + column + "`";
}

std::string writer::date_text(const fact& date) {
  static constexpr std::array<std::string_view, 12> months = {
      "January", "February", "March",     "April",   "May",      "June",
      "July",    "August",   "September", "October", "November", "December"};
  const std::string day = date.value.substr(0, 10);
  if (day.size() < 10) return date.value;
  const auto month = static_cast<std::size_t>(std::stoi(day.substr(5, 2)) - 1);
  const int of_month = std::stoi(day.substr(8, 2));
  switch (random_.below(4)) {
    case 0:
      return fmt::format("{} {}, {}", months.at(month), of_month, day.substr(0, 4));
    case 1:
      return fmt::format("{} {} {}", of_month, months.at(month), day.substr(0, 4));
    case 2:
      return date.value;
    default:
      return day;
  }
}

void writer::add(draft& d, std::string text, role what, std::size_t value) {
  if (!text.empty()) d.out.parts.push_back({std::move(text), what, value});
}

bool writer::draw_sibling(draft& d) {
  if (world_.with_siblings.empty()) return false;
  d.a = &world_.all[random_.pick(world_.with_siblings)];
  d.b = &world_.all[random_.pick(d.a->siblings)];
  return d.b->by_agg.contains(d.agg) || d.agg.empty();
}

bool writer::draw(draft& d, shape made, const series* about) {
  d.out.made = made;
  if (made == shape::date) {
    if (world_.dates.empty()) return false;
    d.single = random_.pick(world_.dates);
    return d.single->agg == "first";
  }
  if (made == shape::count) return true;
  if (made == shape::comparative || (made == shape::times && references_)) {
    if (world_.proven.empty()) return false;
    d.pair = &random_.pick(world_.proven);
    d.a = &world_.all[d.pair->a];
    d.b = &world_.all[d.pair->b];
    d.agg = "median";
  } else if (made == shape::groups || made == shape::percent || made == shape::times ||
             made == shape::extreme) {
    if (!draw_sibling(d)) return false;
  } else {
    d.a = about != nullptr ? about : &world_.all[random_.below(world_.all.size())];
    if (made == shape::metrics) {
      if (d.a->beside.empty()) return false;
      d.b = &world_.all[random_.pick(d.a->beside)];
    }
  }
  if (d.a->ambiguous || (d.b != nullptr && d.b->ambiguous)) return false;
  const std::vector<std::string> aggs = aggs_of(*d.a);
  if (made == shape::range) {
    d.agg = "min";
    d.other_agg = "max";
    return d.a->by_agg.contains("min") && d.a->by_agg.contains("max");
  }
  if (d.agg.empty()) {
    // A stored value has no statistic of its own.
    if (aggs.empty())
      d.agg = "value";
    else
      d.agg = random_.pick(aggs);
  }
  if (made == shape::extreme && d.agg != "mean" && d.agg != "median") return false;
  if (made == shape::statistics) {
    if (aggs.size() < 2) return false;
    do d.other_agg = random_.pick(aggs);
    while (d.other_agg == d.agg);
  }
  return d.a->by_agg.contains(d.agg) && (d.b == nullptr || d.b->by_agg.contains(d.agg));
}

}  // namespace chimera::bench
