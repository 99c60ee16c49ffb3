#include "agents/claims/check/extremes.hpp"

#include <algorithm>
#include <vector>

namespace chimera::claims {
namespace {

std::vector<std::uint32_t> columns_of(const std::vector<std::uint32_t>& groups,
                                      const fact_book& book) {
  std::vector<std::uint32_t> columns;
  for (const std::uint32_t g : groups) columns.push_back(book.column_of_group(g));
  std::ranges::sort(columns);
  return columns;
}

std::size_t differences(const std::vector<std::uint32_t>& a, const std::vector<std::uint32_t>& b) {
  return static_cast<std::size_t>(std::ranges::count_if(
      a, [&](std::uint32_t x) { return std::ranges::find(b, x) == b.end(); }));
}

}  // namespace

bool is_extreme(const proto::fact& f, bool of_size, bool first, const fact_book& book) {
  const fact_key& k = book.key(book.index_of(f.id));
  if (!k.number) return false;
  const bool lower_better = f.polarity == "lower";
  // The largest value is wanted for "largest", and for "best" where more is better.
  const bool want_large = of_size ? first : first != lower_better;
  if (f.agg == "max" || f.agg == "min") return (f.agg == "max") == want_large;
  if (f.agg == "rank") return first && k.value == 1;
  if (!of_size && f.polarity != "lower" && f.polarity != "higher") return false;
  std::size_t siblings = 0;
  for (const std::uint32_t i : book.with_file(k.file)) {
    const fact_key& other = book.key(i);
    if (!other.number || other.metric != k.metric || other.statistic != k.statistic ||
        other.rows != k.rows || &other == &k)
      continue;
    if (columns_of(other.groups, book) != columns_of(k.groups, book) ||
        columns_of(other.places, book) != columns_of(k.places, book))
      continue;
    if (differences(other.groups, k.groups) + differences(other.places, k.places) != 1) continue;
    ++siblings;
    if (want_large ? other.value > k.value : other.value < k.value) return false;
  }
  return siblings > 0;
}

}  // namespace chimera::claims
