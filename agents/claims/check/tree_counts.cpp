#include "agents/claims/check/tree_counts.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "proto/decimal.hpp"

namespace chimera::claims {
namespace {

// The singular, and one word for what has several.
std::string stem(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 8> same = {{
      {"markdown", "md"},
      {"document", "file"},
      {"duplicated", "duplicate"},
      {"failing", "failed"},
      {"fail", "failed"},
      {"failure", "failed"},
      {"record", "row"},
      {"run", "row"},
  }};
  std::string out(text);
  if (out.size() > 3 && out.ends_with('s') && !out.ends_with("ss")) out.pop_back();
  for (const auto& [from, to] : same)
    if (out == from) return std::string(to);
  return out;
}

// "rows/csv/failed" -> row, csv, failed.
std::set<std::string> words_of_path(std::string_view path) {
  std::set<std::string> words;
  std::string word;
  for (std::size_t i = 0; i <= path.size(); ++i) {
    const char c = i < path.size() ? path[i] : '/';
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
      word += c;
      continue;
    }
    if (!word.empty()) words.insert(stem(word));
    word.clear();
  }
  return words;
}

}  // namespace

tree_counts::tree_counts(std::span<const proto::fact> facts) {
  for (std::size_t i = 0; i < facts.size(); ++i) {
    const proto::fact& f = facts[i];
    if (f.where.kind != "tree" || f.kind != "count") continue;
    if (f.where.path.starts_with("rule/") || f.where.path.starts_with("lint/")) continue;
    const auto value = proto::parse_decimal(f.value);
    if (!value) continue;
    const std::set<std::string> words = words_of_path(f.where.path);
    const auto at = static_cast<std::uint32_t>(entries_.size());
    entries_.push_back({i, words.size(), *value});
    for (const std::string& word : words) by_word_[word].push_back(at);
  }
}

std::vector<const tree_counts::entry*> tree_counts::covered(const std::vector<word>& sentence,
                                                            std::size_t end) const {
  std::set<std::string> words;
  for (const word& w : sentence) words.insert(stem(w.text));
  std::map<std::uint32_t, std::size_t> met;
  for (const std::string& word : words)
    if (const auto entries = by_word_.find(word); entries != by_word_.end())
      for (const std::uint32_t at : entries->second) ++met[at];
  const auto next = std::ranges::lower_bound(sentence, end, {}, &word::start);
  const auto counted = next == sentence.end() ? by_word_.end() : by_word_.find(stem(next->text));
  std::vector<const entry*> found;
  for (const auto& [at, count] : met) {
    const bool meant = counted == by_word_.end() || std::ranges::binary_search(counted->second, at);
    if (meant && count == entries_[at].words) found.push_back(&entries_[at]);
  }
  return found;
}

std::size_t tree_counts::find(const std::vector<word>& sentence, std::size_t end,
                              double value) const {
  const entry* best = nullptr;
  for (const entry* e : covered(sentence, end))
    if (e->value == value && (best == nullptr || e->words > best->words)) best = e;
  return best == nullptr ? static_cast<std::size_t>(-1) : best->fact;
}

std::size_t tree_counts::meant(const std::vector<word>& sentence, std::size_t start,
                               std::size_t end, std::string_view text) const {
  constexpr std::size_t none = static_cast<std::size_t>(-1);
  std::size_t before = start;
  while (before > 0 && (text[before - 1] == ' ' || text[before - 1] == '*')) --before;
  const bool labelled = before > 0 && text[before - 1] == ':';
  const auto next = std::ranges::lower_bound(sentence, end, {}, &word::start);
  const bool counted = next != sentence.end() && by_word_.contains(stem(next->text));
  if (!labelled && !counted) return none;
  const entry* best = nullptr;
  bool alone = true;
  for (const entry* e : covered(sentence, end)) {
    if (best == nullptr || e->words > best->words) {
      best = e;
      alone = true;
    } else if (e->words == best->words && e->value != best->value) {
      alone = false;
    }
  }
  return best == nullptr || !alone ? none : best->fact;
}

}  // namespace chimera::claims
