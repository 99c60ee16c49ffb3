#include "agents/evidence/facts/fact_set.hpp"

#include <algorithm>
#include <tuple>

#include "agents/evidence/facts/display.hpp"
#include "proto/decimal.hpp"
#include "proto/fact_id.hpp"

namespace chimera::evidence {
namespace {

// Separates the parts of a key; no path, column or value of a real tree holds it.
constexpr char part_end = '\x1F';

std::string words_of(const proto::fact& f) {
  std::string words = f.agg;
  const std::size_t slash = f.where.path.rfind('/');
  words += ' ';
  words += slash == std::string::npos ? f.where.path : f.where.path.substr(slash + 1);
  for (const proto::filter_term& term : f.filter) words += ' ' + term.value;
  return words;
}

}  // namespace

std::string key_of(const proto::fact& f) {
  std::string key = f.file;
  key += part_end;
  key += f.where.kind;
  key += part_end;
  key += f.where.path;
  for (const proto::filter_term& term : f.filter) {
    key += part_end;
    key += term.column + term.op + term.value;
  }
  key += part_end;
  key += f.agg;
  if (f.kind == "derived" || f.kind == "verdict") {
    for (const std::string& id : f.derived_from) {
      key += part_end;
      key += id;
    }
  }
  return key;
}

std::string fact_set::add(proto::fact f, double number) {
  if (f.value.empty()) f.value = proto::shortest(number);
  if (f.shown.text.empty()) f.shown = display_of(number, f.unit, f.dim, f.agg);
  return keep(std::move(f));
}

std::string fact_set::add_text(proto::fact f) {
  if (f.shown.text.empty()) f.shown.text = f.value;
  return keep(std::move(f));
}

std::string fact_set::keep(proto::fact f) {
  std::string key = key_of(f);
  if (const auto known = by_key_.find(key); known != by_key_.end()) return facts_[known->second].id;
  // Two keys with one hash are possible, if hardly ever: the later one is hashed again.
  std::string salted = key;
  f.id = proto::make_fact_id(words_of(f), salted);
  while (by_id_.contains(f.id)) f.id = proto::make_fact_id(words_of(f), salted += part_end);
  std::string id = f.id;
  by_key_.emplace(std::move(key), facts_.size());
  by_id_.emplace(id, facts_.size());
  facts_.push_back(std::move(f));
  return id;
}

std::string fact_set::id_of(const std::string& key) const {
  const auto found = by_key_.find(key);
  return found == by_key_.end() ? std::string{} : facts_[found->second].id;
}

const proto::fact* fact_set::find(std::string_view id) const {
  const auto found = by_id_.find(std::string(id));
  return found == by_id_.end() ? nullptr : &facts_[found->second];
}

std::vector<proto::fact> fact_set::take_sorted() {
  const auto filter_text = [](const proto::fact& f) {
    std::string text;
    for (const proto::filter_term& term : f.filter)
      text += term.column + part_end + term.op + part_end + term.value + part_end;
    return text;
  };
  std::vector<std::pair<std::string, std::size_t>> order;
  order.reserve(facts_.size());
  for (std::size_t i = 0; i < facts_.size(); ++i) {
    const proto::fact& f = facts_[i];
    order.emplace_back(f.file + part_end + f.where.kind + part_end + f.where.path + part_end +
                           filter_text(f) + part_end + f.agg + part_end + f.id,
                       i);
  }
  std::ranges::sort(order);
  std::vector<proto::fact> sorted;
  sorted.reserve(facts_.size());
  for (const auto& [key, index] : order) sorted.push_back(std::move(facts_[index]));
  facts_.clear();
  by_key_.clear();
  by_id_.clear();
  return sorted;
}

proto::fact fact_of_column(const evidence_table& t, std::size_t column) {
  const column_traits& traits = t.traits[column];
  proto::fact f;
  f.file = t.file;
  f.sha256 = t.sha256;
  f.where.kind = t.data.kind;
  f.where.path = t.data.kind == "md" ? t.data.path + '/' + t.data.columns[column].name
                                     : t.data.columns[column].name;
  f.unit = traits.unit;
  f.dim = to_text(traits.dimension);
  f.polarity = to_text(traits.better);
  if (f.dim == "none") f.dim.clear();
  f.kind = "aggregate";
  return f;
}

}  // namespace chimera::evidence
