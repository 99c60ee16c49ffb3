#include "agents/evidence/facts/factors.hpp"

#include <algorithm>
#include <cmath>

#include "agents/evidence/columns/key_words.hpp"
#include "agents/evidence/columns/vocabulary.hpp"

namespace chimera::evidence {
namespace {

constexpr std::size_t levels_max = 8;
constexpr std::size_t circumstance_levels_max = 64;

bool is_ok(const evidence_table& t, std::size_t row) {
  return t.rows.state[row] != row_state::failed;
}

std::vector<std::size_t> rows_by_level(const evidence_table& t, const factor_levels& factor) {
  std::vector<std::size_t> count(factor.levels.size(), 0);
  for (std::size_t row = 0; row < t.data.rows; ++row) {
    if (is_ok(t, row) && factor.of_row[row] != factor_levels::none) ++count[factor.of_row[row]];
  }
  return count;
}

// The level of `b` that goes with each level of `a`, if it is always the same one, over rows that
// did not fail; else nothing.
std::vector<std::uint32_t> images(const evidence_table& t, const factor_levels& a,
                                  const factor_levels& b) {
  std::vector<std::uint32_t> of(a.levels.size(), factor_levels::none);
  for (std::size_t row = 0; row < t.data.rows; ++row) {
    if (!is_ok(t, row)) continue;
    const std::uint32_t x = a.of_row[row];
    const std::uint32_t y = b.of_row[row];
    if ((x == factor_levels::none) != (y == factor_levels::none)) return {};
    if (x == factor_levels::none) continue;
    if (of[x] != factor_levels::none && of[x] != y) return {};
    of[x] = y;
  }
  return of;
}

bool make_same_groups(const evidence_table& t, const factor_levels& a, const factor_levels& b) {
  return !images(t, a, b).empty() && !images(t, b, a).empty();
}

std::size_t text_length(const factor_levels& factor) {
  std::size_t length = 0;
  for (const std::string& level : factor.levels) length += level.size();
  return length;
}

bool is_part_of(std::string_view a, std::string_view b) {
  return a.find(b) != std::string_view::npos || b.find(a) != std::string_view::npos;
}

}  // namespace

std::vector<std::size_t> comparable_measures(const evidence_table& t) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < t.traits.size(); ++i) {
    const column_traits& traits = t.traits[i];
    if (traits.role == role::measure && traits.statistic == stored_statistic::none &&
        traits.better != polarity::none && t.data.columns[i].numeric())
      found.push_back(i);
  }
  return found;
}

bool tells_cold_rows(const evidence_table& t) { return t.rows.cold > 0 && t.rows.warm_rows > 0; }

std::vector<factor_levels> comparable_factors(const evidence_table& t) {
  std::vector<factor_levels> found;
  for (std::size_t i = 0; i < t.traits.size(); ++i) {
    if (t.traits[i].role != role::label && t.traits[i].role != role::parameter) continue;
    std::optional<factor_levels> factor = read_factor(t, i, factor_levels_max);
    if (!factor) continue;
    const std::vector<std::size_t> rows = rows_by_level(t, *factor);
    const auto used =
        static_cast<std::size_t>(std::ranges::count_if(rows, [](std::size_t n) { return n > 0; }));
    if (used < 2 || used > levels_max || std::ranges::max(rows) < 2) continue;
    const auto same = std::ranges::find_if(
        found, [&](const factor_levels& other) { return make_same_groups(t, other, *factor); });
    if (same == found.end()) {
      found.push_back(std::move(*factor));
    } else if (text_length(*factor) < text_length(*same)) {
      *same = std::move(*factor);
    }
  }
  std::ranges::sort(found, {}, &factor_levels::column);
  return found;
}

std::vector<factor_levels> circumstances(const evidence_table& t) {
  std::vector<factor_levels> found;
  for (std::size_t i = 0; i < t.traits.size(); ++i) {
    const role r = t.traits[i].role;
    if (r != role::label && r != role::parameter && r != role::note) continue;
    const column& cells = t.data.columns[i];
    if (r == role::note && (!cells.textual() || names_output(split_key(cells.key)))) continue;
    if (auto factor = read_factor(t, i, circumstance_levels_max))
      found.push_back(std::move(*factor));
  }
  return found;
}

bool name_the_same(const evidence_table& t, const factor_levels& a, const factor_levels& b) {
  if (!make_same_groups(t, a, b)) return false;
  const std::vector<std::uint32_t> partner = images(t, a, b);
  for (std::size_t level = 0; level < partner.size(); ++level) {
    if (partner[level] == factor_levels::none) continue;
    if (!is_part_of(a.levels[level], b.levels[partner[level]])) return false;
  }
  return true;
}

double distance_between(std::span<const double> a, std::span<const double> b) {
  double all_a = 0;
  double all_b = 0;
  for (const double x : a) all_a += x;
  for (const double x : b) all_b += x;
  if (all_a == 0 || all_b == 0) return 0;
  double distance = 0;
  for (std::size_t i = 0; i < a.size(); ++i) distance += std::abs(a[i] / all_a - b[i] / all_b) / 2;
  return distance;
}

confound_finder::confound_finder(const evidence_table& t, const factor_levels& factor,
                                 std::span<const factor_levels> all_circumstances) {
  const std::size_t levels = factor.levels.size();
  cold_.assign(levels, std::vector<double>(2, 0));
  const auto each_row = [&](const auto& visit) {
    for (std::size_t row = 0; row < t.data.rows; ++row) {
      const std::uint32_t level = factor.of_row[row];
      if (is_ok(t, row) && level != factor_levels::none)
        visit(row, level, t.rows.warm[row] == warmth::cold);
    }
  };
  each_row([&](std::size_t, std::uint32_t level, bool cold) { cold_[level][cold ? 1 : 0] += 1; });
  for (const factor_levels& other : all_circumstances) {
    if (other.column == factor.column || name_the_same(t, factor, other)) continue;
    const std::vector<std::size_t> rows = rows_by_level(t, other);
    // A name of its own for each row differs between any two groups and tells nothing.
    if (rows.empty() || std::ranges::max(rows) < 2) continue;
    one_column counts{t.data.columns[other.column].name,
                      {levels, std::vector<double>(other.levels.size(), 0)},
                      {}};
    counts.warm = counts.all;
    each_row([&](std::size_t row, std::uint32_t level, bool cold) {
      const std::uint32_t value = other.of_row[row];
      if (value == factor_levels::none) return;
      counts.all[level][value] += 1;
      if (!cold) counts.warm[level][value] += 1;
    });
    columns_.push_back(std::move(counts));
  }
}

std::vector<std::string> confound_finder::between(std::uint32_t a, std::uint32_t b,
                                                  bool warm_only) const {
  std::vector<std::string> found;
  for (const one_column& c : columns_) {
    const auto& counts = warm_only ? c.warm : c.all;
    if (distance_between(counts[a], counts[b]) >= confounded_from) found.push_back(c.name);
  }
  return found;
}

bool confound_finder::cold_differs(std::uint32_t a, std::uint32_t b) const {
  return (cold_[a][1] > 0) != (cold_[b][1] > 0) ||
         distance_between(cold_[a], cold_[b]) >= confounded_from;
}

}  // namespace chimera::evidence
