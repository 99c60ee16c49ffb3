#include "agents/claims/check/tree_counts.hpp"

#include <algorithm>
#include <array>
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

std::size_t tree_counts::find(const std::vector<word>& sentence, double value) const {
  std::set<std::string> words;
  for (const word& w : sentence) words.insert(stem(w.text));
  std::unordered_map<std::uint32_t, std::size_t> met;
  for (const std::string& word : words)
    if (const auto entries = by_word_.find(word); entries != by_word_.end())
      for (const std::uint32_t at : entries->second) ++met[at];
  const entry* best = nullptr;
  for (const auto& [at, count] : met) {
    const entry& e = entries_[at];
    if (count != e.words || e.value != value) continue;
    if (best == nullptr || e.words > best->words || (e.words == best->words && e.fact < best->fact))
      best = &e;
  }
  return best == nullptr ? static_cast<std::size_t>(-1) : best->fact;
}

}  // namespace chimera::claims
