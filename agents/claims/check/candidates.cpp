#include "agents/claims/check/candidates.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace chimera::claims {
namespace {

constexpr std::array unsaid_statistics = {"mean", "median", "value", "pooled"};

bool holds(const fact_key& k, const mention& subject, const fact_book& book) {
  if (is_among(k.file, subject.files)) return true;
  const bool said = std::ranges::any_of(subject.ids, [&](std::uint32_t id) {
    return is_among(id, k.groups) || is_among(id, k.places);
  });
  if (said || !subject.files.empty()) return said;
  // The name of a place in JSON says nothing of facts that have no such places.
  return std::ranges::all_of(subject.ids, [&](std::uint32_t id) {
    return book.is_place(id) && std::ranges::none_of(k.places, [&](std::uint32_t p) {
             return book.column_of_group(p) == book.column_of_group(id);
           });
  });
}

class chooser {
 public:
  chooser(const spoken_key& key, const fact_book& book) : key_(key), book_(book) {
    statistics_ = key.statistics;
    if (statistics_.empty())
      for (const char* agg : unsaid_statistics)
        if (const std::uint32_t id = book.statistic(agg); id != fact_book::npos32)
          statistics_.push_back(id);
  }

  bool fits(std::uint32_t fact) const {
    const fact_key& k = book_.key(fact);
    if (!k.number || k.rows != key_.rows) return false;
    if (!key_.metrics.empty() && !is_among(k.metric, key_.metrics)) return false;
    if (!is_among(k.statistic, statistics_)) return false;
    if (!std::ranges::all_of(key_.subjects, [&](const mention& m) { return holds(k, m, book_); }))
      return false;
    // A fact of a group answers only for a sentence that names the group.
    return std::ranges::all_of(k.groups, [&](std::uint32_t g) {
      return std::ranges::any_of(key_.subjects,
                                 [&](const mention& m) { return is_among(g, m.ids); });
    });
  }

  // The shortest lists that hold all candidates.
  std::vector<std::span<const std::uint32_t>> lists() const {
    std::vector<std::span<const std::uint32_t>> best;
    std::size_t best_size = static_cast<std::size_t>(-1);
    const auto offer = [&](std::vector<std::span<const std::uint32_t>> some) {
      std::size_t size = 0;
      for (const auto& list : some) size += list.size();
      if (size < best_size) {
        best = std::move(some);
        best_size = size;
      }
    };
    for (const mention& m : key_.subjects) {
      if (m.files.empty() &&
          std::ranges::all_of(m.ids, [&](auto id) { return book_.is_place(id); }))
        if (!key_.metrics.empty()) continue;
      std::vector<std::span<const std::uint32_t>> some;
      for (const std::uint32_t id : m.ids) some.push_back(book_.with_group(id));
      for (const std::uint32_t id : m.files) some.push_back(book_.with_file(id));
      offer(std::move(some));
    }
    if (!key_.metrics.empty()) {
      std::vector<std::span<const std::uint32_t>> some;
      for (const std::uint32_t id : key_.metrics) some.push_back(book_.with_metric(id));
      offer(std::move(some));
    }
    return best_size > candidates_max ? std::vector<std::span<const std::uint32_t>>{} : best;
  }

 private:
  const spoken_key& key_;
  const fact_book& book_;
  std::vector<std::uint32_t> statistics_;
};

spoken_key with_subject(const spoken_key& key, const mention& subject, const fact_book& book) {
  spoken_key out = key;
  std::erase_if(out.subjects,
                [&](const mention& m) { return exclude_each_other(m, subject, book); });
  out.subjects.push_back(subject);
  return out;
}

}  // namespace

std::vector<std::uint32_t> candidates_of(const spoken_key& key, const fact_book& book) {
  std::vector<std::uint32_t> found;
  if (key.metrics.empty() && key.subjects.empty()) return found;
  const chooser choose(key, book);
  for (const auto& list : choose.lists())
    for (const std::uint32_t fact : list)
      if (choose.fits(fact)) found.push_back(fact);
  std::ranges::sort(found);
  const auto repeated = std::ranges::unique(found);
  found.erase(repeated.begin(), repeated.end());
  return found;
}

std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs_of(const spoken_key& key,
                                                              const mention& a, const mention& b,
                                                              const fact_book& book) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
  const std::vector<std::uint32_t> of_b = candidates_of(with_subject(key, b, book), book);
  for (const std::uint32_t x : candidates_of(with_subject(key, a, book), book))
    for (const std::uint32_t y : of_b) {
      const fact_key& k = book.key(x);
      const fact_key& l = book.key(y);
      const bool files = !a.files.empty() && !b.files.empty();
      if (x == y || k.metric != l.metric || k.statistic != l.statistic) continue;
      if (k.file != l.file && !files) continue;
      pairs.emplace_back(x, y);
      if (pairs.size() == candidates_max) return pairs;
    }
  return pairs;
}

}  // namespace chimera::claims
