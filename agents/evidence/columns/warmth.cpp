#include "agents/evidence/columns/warmth.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "agents/evidence/columns/key_words.hpp"

namespace chimera::evidence {
namespace {

constexpr double cold_factor = 5.0;
constexpr std::size_t rows_min = 3;
constexpr std::size_t factors_max = 12;  ///< columns tried as what triggers a reload

/// Whether a column's value differs from the row before, for every row; row 0 begins a run.
using changes = std::vector<bool>;

std::uint64_t cell_identity(const column& c, std::size_t row) {
  if (c.textual()) return c.codes[row];
  return std::bit_cast<std::uint64_t>(c.number(row));
}

changes changes_of(const column& c, std::size_t rows) {
  changes out(rows, false);
  for (std::size_t row = 0; row < rows; ++row) {
    out[row] = row == 0 || cell_identity(c, row) != cell_identity(c, row - 1);
  }
  return out;
}

struct factor {
  std::size_t column = 0;
  changes starts;
};

/// Parameters and labels that change, but not with every row: those that can form blocks.
std::vector<factor> block_factors(const table& t, std::span<const column_traits> traits) {
  std::vector<factor> out;
  for (std::size_t i = 0; i < t.columns.size() && out.size() < factors_max; ++i) {
    const column& c = t.columns[i];
    if (traits[i].role != role::parameter && traits[i].role != role::label) continue;
    if (!c.numeric() && !c.textual()) continue;
    changes starts = changes_of(c, t.rows);
    const auto runs = static_cast<std::size_t>(std::ranges::count(starts, true));
    if (runs > 1 && runs < t.rows) out.push_back({i, std::move(starts)});
  }
  return out;
}

changes joined(const std::vector<factor>& factors, std::uint32_t chosen, std::size_t rows) {
  changes out(rows, false);
  for (std::size_t i = 0; i < factors.size(); ++i) {
    if ((chosen >> i & 1U) == 0) continue;
    for (std::size_t row = 0; row < rows; ++row) out[row] = out[row] || factors[i].starts[row];
  }
  return out;
}

/// Whether two columns name the same partition of the rows: each value of one goes with one value
/// of the other.
bool same_partition(const column& a, const column& b, std::size_t rows) {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> pairs;
  for (std::size_t row = 0; row < rows; ++row) {
    pairs.emplace_back(cell_identity(a, row), cell_identity(b, row));
  }
  std::ranges::sort(pairs);
  const auto gone = std::ranges::unique(pairs);
  pairs.erase(gone.begin(), gone.end());
  std::unordered_set<std::uint64_t> firsts;
  std::unordered_set<std::uint64_t> seconds;
  for (const auto& [x, y] : pairs) {
    if (!firsts.insert(x).second || !seconds.insert(y).second) return false;
  }
  return true;
}

/// The set of at most three factors whose runs begin at every cold row with the fewest runs, then
/// the fewest columns, then the leftmost; 0 if there is none.
std::uint32_t best_factors(const std::vector<factor>& factors, const row_states& states,
                           std::size_t rows) {
  std::uint32_t best = 0;
  std::size_t best_runs = rows;
  for (int width = 1; width <= 3; ++width) {
    for (std::uint32_t chosen = 1; chosen < (1U << factors.size()); ++chosen) {
      if (std::popcount(chosen) != width) continue;
      const changes starts = joined(factors, chosen, rows);
      const auto begins = [&](std::uint32_t row) { return starts[row]; };
      if (!std::ranges::all_of(states.cold_rows, begins)) continue;
      const auto runs = static_cast<std::size_t>(std::ranges::count(starts, true));
      if (runs < best_runs) {
        best = chosen;
        best_runs = runs;
      }
    }
    // Adding columns only adds runs.
    if (best != 0) break;
  }
  return best;
}

/// What precedes the cold rows: the chosen columns and those that change at their runs only, each
/// partition named once.
void find_blocks(const table& t, std::span<const column_traits> traits, row_states& states) {
  const bool only_first =
      states.cold_rows.empty() || (states.cold_rows.size() == 1 && states.cold_rows[0] == 0);
  if (only_first) return;
  const std::vector<factor> factors = block_factors(t, traits);
  const std::uint32_t chosen = best_factors(factors, states, t.rows);
  if (chosen == 0) return;
  const changes starts = joined(factors, chosen, t.rows);
  for (std::size_t i = 0; i < factors.size(); ++i) {
    bool inside = true;
    for (std::size_t row = 0; row < t.rows; ++row) {
      inside = inside && (!factors[i].starts[row] || starts[row]);
    }
    const column& c = t.columns[factors[i].column];
    const auto named = [&](std::size_t other) {
      return same_partition(c, t.columns[other], t.rows);
    };
    if (inside && std::ranges::none_of(states.cold_block_columns, named)) {
      states.cold_block_columns.push_back(factors[i].column);
    }
  }
  states.cold_first_in_block = static_cast<std::uint64_t>(
      std::ranges::count_if(states.cold_rows, [&](std::uint32_t row) { return starts[row]; }));
}

std::optional<std::size_t> find_metric(const table& t, std::span<const column_traits> traits,
                                       std::string_view metric) {
  for (std::size_t i = 0; i < t.columns.size(); ++i) {
    const column& c = t.columns[i];
    const column_traits& its = traits[i];
    if (its.role != role::measure || its.statistic != stored_statistic::none || !c.numeric() ||
        its.dimension != dimension::time) {
      continue;
    }
    if (metric_name(c.key.empty() ? c.name : c.key) == metric) return i;
  }
  return std::nullopt;
}

/// The median over rows that did not fail, or nothing below three of them or where it is zero.
std::optional<double> median_of(const column& c, const row_states& states) {
  std::vector<double> values;
  for (std::size_t row = 0; row < states.state.size(); ++row) {
    const double value = c.number(row);
    if (states.state[row] == row_state::ok && is_number(value)) values.push_back(value);
  }
  if (values.size() < rows_min) return std::nullopt;
  const auto half = static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), values.begin() + half, values.end());
  double median = values[values.size() / 2];
  if (values.size() % 2 == 0) {
    median = (median + *std::max_element(values.begin(), values.begin() + half)) / 2;
  }
  if (median <= 0) return std::nullopt;
  return median;
}

void mark(row_states& states, std::size_t row, bool cold) {
  states.warm[row] = cold ? warmth::cold : warmth::warm;
  if (cold) states.cold_rows.push_back(static_cast<std::uint32_t>(row));
}

std::optional<bool> flag_value(const column& c, std::size_t row) {
  std::string text = c.text(row);
  for (char& letter : text) {
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  }
  if (text == "true" || text == "yes" || text == "1" || text == "warmup" || text == "cold") {
    return true;
  }
  if (text.empty()) return std::nullopt;
  return false;
}

bool is_flag(const column& c, const key_parts& parts, std::size_t rows) {
  constexpr std::array<std::string_view, 8> names{
      "is_warmup", "warmup", "warm_up", "is_warm_up", "cold", "is_cold", "cold_start", "phase"};
  const std::string name = parts.joined();
  if (std::ranges::find(names, name) == names.end()) return false;
  // A number of warm-up runs is no flag: only 0 and 1 are.
  for (std::size_t row = 0; row < rows; ++row) {
    const double value = c.number(row);
    if (is_number(value) && value != 0 && value != 1) return false;
  }
  if (name == "phase" && std::ranges::find(c.dictionary, "warmup") == c.dictionary.end()) {
    return false;
  }
  return c.numeric() || c.textual();
}

bool by_flag(const table& t, row_states& states) {
  for (const column& c : t.columns) {
    const key_parts parts = split_key(c.key.empty() ? c.name : c.key);
    if (!is_flag(c, parts, t.rows)) continue;
    for (std::size_t row = 0; row < t.rows; ++row) {
      const std::optional<bool> cold = flag_value(c, row);
      if (states.state[row] == row_state::ok && cold) mark(states, row, *cold);
    }
    states.cold_because = c.key.empty() ? c.name : c.key;
    return true;
  }
  return false;
}

bool by_load(const table& t, std::span<const column_traits> traits, row_states& states) {
  const std::optional<std::size_t> load = find_metric(t, traits, "load");
  if (!load) return false;
  const column& c = t.columns[*load];
  const std::optional<double> median = median_of(c, states);
  if (!median) return false;
  for (std::size_t row = 0; row < t.rows; ++row) {
    const double value = c.number(row);
    if (states.state[row] != row_state::ok || !is_number(value)) continue;
    mark(states, row, value > cold_factor * *median);
  }
  states.cold_because = (c.key.empty() ? c.name : c.key) + " > 5 x median";
  return true;
}

/// TTFT alone is weaker evidence than a load time, so a change of a parameter must come with it;
/// and rows without any such jump are not called warm.
void by_ttft(const table& t, std::span<const column_traits> traits, row_states& states) {
  const std::optional<std::size_t> ttft = find_metric(t, traits, "ttft");
  if (!ttft) return;
  const column& c = t.columns[*ttft];
  const std::optional<double> median = median_of(c, states);
  if (!median) return;
  changes after_change(t.rows, false);
  after_change[0] = true;
  for (std::size_t i = 0; i < t.columns.size(); ++i) {
    if (traits[i].role != role::parameter && traits[i].role != role::label) continue;
    if (!t.columns[i].numeric() && !t.columns[i].textual()) continue;
    const changes starts = changes_of(t.columns[i], t.rows);
    for (std::size_t row = 0; row < t.rows; ++row) {
      after_change[row] = after_change[row] || starts[row];
    }
  }
  const auto cold = [&](std::size_t row) {
    return after_change[row] && states.state[row] == row_state::ok && is_number(c.number(row)) &&
           c.number(row) > cold_factor * *median;
  };
  bool any = false;
  for (std::size_t row = 0; row < t.rows; ++row) any = any || cold(row);
  if (!any) return;
  for (std::size_t row = 0; row < t.rows; ++row) {
    if (states.state[row] == row_state::ok && is_number(c.number(row))) {
      mark(states, row, cold(row));
    }
  }
  states.cold_because =
      "first row after a change, " + (c.key.empty() ? c.name : c.key) + " > 5 x median";
}

}  // namespace

void judge_warmth(const table& t, std::span<const column_traits> traits, row_states& states) {
  if (t.shape != table_shape::records || t.rows == 0 || traits.size() != t.columns.size()) return;
  if (!by_flag(t, states) && !by_load(t, traits, states)) by_ttft(t, traits, states);
  states.cold = states.cold_rows.size();
  states.warm_rows = static_cast<std::uint64_t>(std::ranges::count(states.warm, warmth::warm));
  if (states.cold == 0 && states.warm_rows == 0) states.cold_because.clear();
  find_blocks(t, traits, states);
}

}  // namespace chimera::evidence
