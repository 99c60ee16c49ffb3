#include "agents/evidence/facts/fact_set.hpp"

#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>

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

int order_of(const std::vector<proto::filter_term>& a, const std::vector<proto::filter_term>& b) {
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    if (const int by = a[i].column.compare(b[i].column); by != 0) return by;
    if (const int by = a[i].op.compare(b[i].op); by != 0) return by;
    if (const int by = a[i].value.compare(b[i].value); by != 0) return by;
  }
  return a.size() < b.size() ? -1 : static_cast<int>(a.size() > b.size());
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

std::uint64_t hash_of_id(std::string_view id) { return std::hash<std::string_view>{}(id); }

std::string_view file_of_key(std::string_view key) { return key.substr(0, key.find(part_end)); }

bool fact_set::take_id(std::string_view id) {
  const std::uint64_t hash = hash_of_id(id);
  if (taken_ != nullptr && !taken_->insert(hash).second) return false;
  return own_.insert(hash).second;
}

std::size_t fact_set::index_of(std::string_view key, std::uint64_t& hash) const {
  for (hash = std::hash<std::string_view>{}(key);; ++hash) {
    const auto found = by_key_.find(hash);
    if (found == by_key_.end()) return npos;
    if (key_of(facts_[found->second]) == key) return found->second;
  }
}

std::string fact_set::keep(proto::fact f) {
  std::string key = key_of(f);
  std::uint64_t hash = 0;
  if (const std::size_t known = index_of(key, hash); known != npos) return facts_[known].id;
  by_key_.emplace(hash, facts_.size());
  // Two keys with one id are possible, if hardly ever: the later one is hashed again.
  const std::string words = words_of(f);
  f.id = proto::make_fact_id(words, key);
  while (!take_id(f.id)) f.id = proto::make_fact_id(words, key += part_end);
  facts_.push_back(std::move(f));
  return facts_.back().id;
}

std::string fact_set::id_of(std::string_view key) const {
  std::uint64_t hash = 0;
  const std::size_t found = index_of(key, hash);
  return found == npos ? std::string{} : facts_[found].id;
}

std::vector<std::size_t> sorted_order(const std::vector<proto::fact>& facts) {
  std::vector<std::size_t> order(facts.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
    const proto::fact& x = facts[a];
    const proto::fact& y = facts[b];
    if (const int by = x.where.kind.compare(y.where.kind); by != 0) return by < 0;
    if (const int by = x.where.path.compare(y.where.path); by != 0) return by < 0;
    if (const int by = order_of(x.filter, y.filter); by != 0) return by < 0;
    if (const int by = x.agg.compare(y.agg); by != 0) return by < 0;
    return x.id < y.id;
  });
  return order;
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
