#include "agents/claims/check/fact_book.hpp"

#include <algorithm>
#include <array>

#include "agents/claims/check/fact_phrases.hpp"
#include "agents/claims/letters.hpp"
#include "agents/evidence/columns/key_words.hpp"
#include "agents/evidence/columns/traits.hpp"
#include "agents/evidence/columns/vocabulary.hpp"
#include "proto/decimal.hpp"

namespace chimera::claims {
namespace {

constexpr std::size_t phrase_words_max = 10;

std::string_view last_segment(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

// The aggregation that a stored statistic is ("mean_time_ms"); "" for none.
std::string_view stored_aggregation(evidence::stored_statistic s) {
  switch (s) {
    case evidence::stored_statistic::mean:
      return "mean";
    case evidence::stored_statistic::median:
      return "median";
    case evidence::stored_statistic::sd:
      return "sd";
    case evidence::stored_statistic::min:
      return "min";
    case evidence::stored_statistic::max:
      return "max";
    case evidence::stored_statistic::p95:
      return "p95";
    case evidence::stored_statistic::p99:
      return "p99";
    case evidence::stored_statistic::cv:
      return "cv";
    default:
      return {};
  }
}

// The key of a column or pointer; of an array's elements that of the array.
std::string_view key_of(std::string_view path) {
  while (path.ends_with("/*")) path.remove_suffix(2);
  return last_segment(path);
}

bool is_number(std::string_view text) { return proto::parse_decimal(text).has_value(); }

}  // namespace

std::uint32_t fact_book::interner::operator[](std::string_view text) {
  if (const auto known = ids_.find(text); known != ids_.end()) return known->second;
  const auto id = static_cast<std::uint32_t>(ids_.size());
  ids_.emplace(std::string(text), id);
  return id;
}

std::uint32_t fact_book::interner::find(std::string_view text) const {
  const auto found = ids_.find(text);
  return found == ids_.end() ? npos32 : found->second;
}

fact_book::fact_book(std::span<const proto::fact> facts, std::span<const file_alias> aliases)
    : facts_(facts), keys_(facts.size()), counts_(facts) {
  by_id_.reserve(facts.size());
  add_statistics();
  for (std::uint32_t i = 0; i < facts.size(); ++i) add_fact(i);
  for (const file_alias& alias : aliases)
    if (const std::uint32_t id = files_.find(alias.file); id != npos32)
      add_phrase(alias.name, {cue_kind::file, id});
}

void fact_book::add_statistics() {
  for (const named_statistic& s : statistic_phrases) {
    const std::uint32_t id = statistic_ids_[s.agg];
    if (id == statistics_.size()) statistics_.emplace_back(s.agg);
    add_phrase(s.phrase, {cue_kind::statistic, id});
  }
  add_phrase("warm", {cue_kind::rows, 1});
  add_phrase("cold", {cue_kind::rows, 2});
  // "43 rows are cold starts" says nothing of the rows behind the next number.
  for (const char* phrase : {"cold start", "cold starts", "cold-start", "cold-starts"}) {
    phrases_.try_emplace(phrase);
  }
  for (const char* word : {"cold", "cold-start", "cold-starts"}) {
    longest_from_[word] = 2;
  }
}

void fact_book::add_phrase(std::string_view phrase, meaning m) {
  const std::vector<word> words = words_of(phrase);
  const std::size_t count = words.size();
  if (count == 0 || count > phrase_words_max) return;
  std::string text;
  for (const word& w : words) text += (text.empty() ? "" : " ") + w.text;
  std::size_t& longest = longest_from_[words.front().text];
  longest = std::max(longest, count);
  std::vector<meaning>& known = phrases_[text];
  if (std::ranges::find(known, m) == known.end()) known.push_back(m);
}

fact_book::column_meaning fact_book::add_metric(const proto::fact& f) {
  const auto known = metric_of_path_.find(f.where.path);
  if (known != metric_of_path_.end()) return known->second;
  const std::string_view key = key_of(f.where.path);
  std::string metric = evidence::metric_name(key);
  if (metric.empty()) metric = lower_case(key);
  column_meaning column;
  column.metric = metrics_[metric];
  if (by_metric_.size() <= column.metric) by_metric_.resize(column.metric + 1);
  const meaning m{cue_kind::metric, column.metric};
  std::string spoken = metric;
  std::ranges::replace(spoken, '_', ' ');
  add_phrase(metric, m);
  add_phrase(spoken, m);
  add_phrase(key, m);
  if (const std::string_view agg = stored_aggregation(evidence::split_key(key).statistic);
      !agg.empty()) {
    column.statistic = statistic_ids_[agg];
    if (column.statistic == statistics_.size()) statistics_.emplace_back(agg);
    add_phrase(key, {cue_kind::statistic, column.statistic});
  }
  add_phrase(evidence::label_for(metric), m);
  if (const evidence::known_quantity* quantity = evidence::known(metric);
      quantity != nullptr && !quantity->label.empty())
    add_phrase(quantity->label, m);
  for (const named_metric& other : metric_phrases)
    if (other.metric == metric) add_phrase(other.phrase, m);
  metric_of_path_.emplace(f.where.path, column);
  return column;
}

std::uint32_t fact_book::group(std::string_view column, std::string_view value) {
  const std::string text = lower_case(value);
  const std::string owner = lower_case(column);
  const std::uint32_t id = group_ids_[owner + '\x1F' + text];
  if (id < group_columns_.size()) return id;
  group_columns_.push_back(columns_[owner]);
  by_group_.emplace_back();
  places_.push_back(owner.starts_with("place "));
  const meaning m{cue_kind::group, id};
  const bool says = text.size() > 1 && std::ranges::find(meaningless, text) == meaningless.end();
  if (says && !is_number(value)) {
    add_phrase(value, m);
    return id;
  }
  const std::string name(last_segment(column));
  for (const char* joint : {" ", " of ", " is ", " at "}) add_phrase(name + joint + text, m);
  return id;
}

void fact_book::add_groups(const proto::fact& f, fact_key& k) {
  for (const proto::filter_term& term : f.filter) {
    if (term.column == "row" && term.op == "is")
      k.rows = term.value == "warm" ? 1 : term.value == "cold" ? 2 : 3;
    else
      k.groups.push_back(group(term.column, term.value));
  }
  if (f.where.kind == "json" || f.where.kind == "jsonl") {
    const std::string_view path = f.where.path;
    std::size_t depth = 0;
    for (std::size_t at = 1; at < path.size(); ++depth) {
      const std::size_t slash = path.find('/', at);
      if (slash == std::string_view::npos) break;
      const std::string_view segment = path.substr(at, slash - at);
      const bool tells = segment != "*" && !is_number(segment) &&
                         std::ranges::find(containers, segment) == containers.end();
      if (tells) k.places.push_back(group("place " + std::to_string(depth), segment));
      at = slash + 1;
    }
  }
  std::ranges::sort(k.groups);
  std::ranges::sort(k.places);
}

void fact_book::add_file(std::string_view file, std::uint32_t id) {
  const meaning m{cue_kind::file, id};
  add_phrase(file, m);
  const std::string_view base = last_segment(file);
  add_phrase(base, m);
  const std::size_t dot = base.rfind('.');
  if (dot != std::string_view::npos && dot > 3) add_phrase(base.substr(0, dot), m);
}

void fact_book::add_fact(std::uint32_t index) {
  const proto::fact& f = facts_[index];
  fact_key& k = keys_[index];
  by_id_.emplace(f.id, index);
  if (f.kind == "date") dates_.push_back(index);
  if (f.derived_from.size() == 2)
    by_operands_[f.derived_from[0] + ' ' + f.derived_from[1]].push_back(index);
  k.file = files_[f.file];
  if (by_file_.size() <= k.file) by_file_.resize(k.file + 1);
  auto& of_file = by_file_[k.file];
  if (of_file.empty() && f.file != ".") add_file(f.file, k.file);
  of_file.push_back(index);
  k.statistic = statistic_ids_[f.agg];
  if (k.statistic == statistics_.size()) statistics_.push_back(f.agg);
  if (f.where.kind == "tree") return;  // counts over the tree have words, no metric
  const column_meaning column = add_metric(f);
  k.metric = column.metric;
  if (f.agg == "value" && column.statistic != npos32) k.statistic = column.statistic;
  by_metric_[k.metric].push_back(index);
  add_groups(f, k);
  for (const std::uint32_t g : k.groups) by_group_[g].push_back(index);
  for (const std::uint32_t g : k.places) by_group_[g].push_back(index);
  if (const auto value = proto::parse_decimal(f.value)) {
    k.value = *value;
    k.number = true;
  }
}

const std::vector<fact_book::meaning>* fact_book::longest_at(const std::vector<word>& words,
                                                             std::size_t first, std::size_t most,
                                                             std::size_t& length) const {
  const auto reach = longest_from_.find(words[first].text);
  if (reach == longest_from_.end()) return nullptr;
  length = std::min({reach->second, words.size() - first, most});
  std::string phrase;
  std::array<std::size_t, phrase_words_max> ends{};
  for (std::size_t i = 0; i < length; ++i) {
    if (i != 0) phrase += ' ';
    phrase += words[first + i].text;
    ends.at(i) = phrase.size();
  }
  for (; length > 0; --length) {
    const auto known = phrases_.find(std::string_view(phrase).substr(0, ends.at(length - 1)));
    if (known != phrases_.end()) return &known->second;
  }
  return nullptr;
}

// "temperature 0.2 against 0.8": the second value is of the same column.
std::size_t fact_book::add_listed(const std::vector<word>& words, std::size_t column,
                                  std::size_t next, std::vector<cue>& found) const {
  constexpr std::array joints = {"against", "and", "or", "to", "vs", "versus"};
  while (next < words.size()) {
    const bool joint = std::ranges::find(joints, words[next].text) != joints.end();
    const std::size_t value = next + (joint ? 1 : 0);
    if (value >= words.size() || !is_number(words[value].text)) return next;
    const auto known = phrases_.find(words[column].text + ' ' + words[value].text);
    if (known == phrases_.end()) return next;
    for (const meaning& m : known->second)
      found.push_back({m.kind, m.id, words[value].start, words[value].end});
    next = value + 1;
  }
  return next;
}

std::vector<cue> fact_book::cues_of(const std::vector<word>& words) const {
  std::vector<cue> found;
  for (std::size_t i = 0; i < words.size();) {
    std::size_t length = 0;
    const std::vector<meaning>* known = longest_at(words, i, phrase_words_max, length);
    // "p50 time to first token": the longer phrase begins behind the first word.
    for (std::size_t j = i + 1; known != nullptr && j < i + length; ++j) {
      std::size_t longer = 0;
      if (longest_at(words, j, phrase_words_max, longer) == nullptr || longer <= length) continue;
      known = longest_at(words, i, j - i, length);
    }
    if (known == nullptr) {
      ++i;
      continue;
    }
    for (const meaning& m : *known)
      found.push_back({m.kind, m.id, words[i].start, words[i + length - 1].end});
    const bool column_and_value = length == 2 && is_number(words[i + 1].text);
    i = column_and_value ? add_listed(words, i, i + 2, found) : i + length;
  }
  return found;
}

bool fact_book::is_statistic_word(std::string_view text) {
  const std::string word = lower_case(text);
  return std::ranges::any_of(statistic_phrases,
                             [&](const named_statistic& s) { return s.phrase == word; });
}

const proto::fact* fact_book::find(std::string_view id) const {
  const std::size_t at = index_of(id);
  return at == npos ? nullptr : &facts_[at];
}

std::size_t fact_book::index_of(std::string_view id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? npos : found->second;
}

std::span<const std::uint32_t> fact_book::with_metric(std::uint32_t metric) const {
  return metric < by_metric_.size() ? std::span(by_metric_[metric])
                                    : std::span<const std::uint32_t>{};
}
std::span<const std::uint32_t> fact_book::with_group(std::uint32_t group) const {
  return group < by_group_.size() ? std::span(by_group_[group]) : std::span<const std::uint32_t>{};
}
std::span<const std::uint32_t> fact_book::with_file(std::uint32_t file) const {
  return file < by_file_.size() ? std::span(by_file_[file]) : std::span<const std::uint32_t>{};
}

std::uint32_t fact_book::statistic(std::string_view agg) const { return statistic_ids_.find(agg); }

std::span<const std::uint32_t> fact_book::derived_from(std::string_view a,
                                                       std::string_view b) const {
  std::string key(a);
  key += ' ';
  key += b;
  const auto found = by_operands_.find(key);
  return found == by_operands_.end() ? std::span<const std::uint32_t>{} : found->second;
}

const proto::fact* fact_book::verdict_on(std::string_view a, std::string_view b) const {
  for (const auto& [x, y] : {std::pair{a, b}, std::pair{b, a}})
    for (const std::uint32_t i : derived_from(x, y))
      if (facts_[i].kind == "verdict") return &facts_[i];
  return nullptr;
}

}  // namespace chimera::claims
