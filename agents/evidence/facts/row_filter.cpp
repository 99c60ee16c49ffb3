#include "agents/evidence/facts/row_filter.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include <boost/unordered/unordered_flat_map.hpp>

namespace chimera::evidence {

namespace {

// Levels by text. A code or a number that was seen before needs no text.
class level_finder {
 public:
  level_finder(const column& cells, std::size_t at_most) : cells_(cells), at_most_(at_most) {
    if (cells.textual()) of_code_.assign(cells.dictionary.size(), factor_levels::none);
  }

  /// Index of the level of a row that is not missing; `none` if it would be one too many.
  std::uint32_t find(std::size_t row) {
    if (cells_.textual()) {
      std::uint8_t& level = of_code_[cells_.codes[row]];
      if (level == factor_levels::none) level = find_text(row);
      return level;
    }
    const auto bits = std::bit_cast<std::uint64_t>(cells_.number(row));
    const auto found = of_number_.find(bits);
    if (found != of_number_.end()) return found->second;
    return of_number_.emplace(bits, find_text(row)).first->second;
  }

  std::vector<std::string> take_levels() { return std::move(levels_); }

 private:
  std::uint8_t find_text(std::size_t row) {
    std::string level = cells_.text(row);
    const auto found = std::ranges::find(levels_, level);
    const auto index = static_cast<std::size_t>(found - levels_.begin());
    if (index == levels_.size()) {
      if (levels_.size() == at_most_) return factor_levels::none;
      levels_.push_back(std::move(level));
    }
    return static_cast<std::uint8_t>(index);
  }

  const column& cells_;
  std::size_t at_most_;
  std::vector<std::string> levels_;
  std::vector<std::uint8_t> of_code_;
  boost::unordered_flat_map<std::uint64_t, std::uint8_t> of_number_;
};

// Calls `take` with each value that passes.
proto::exclusions walk(const evidence_table& t, std::size_t column, const row_filter& filter,
                       const auto& take) {
  proto::exclusions excluded;
  const struct column& cells = t.data.columns[column];
  for (std::size_t row = 0; row < t.data.rows; ++row) {
    if (filter.factor != nullptr && filter.factor->of_row[row] != filter.level) continue;
    if (t.rows.state[row] == row_state::failed) {
      ++excluded.failed;
      continue;
    }
    if (filter.only && t.rows.warm[row] != *filter.only) {
      if (t.rows.warm[row] == warmth::cold) ++excluded.cold;
      continue;
    }
    const double value = cells.number(row);
    if (is_number(value) && std::isfinite(value))
      take(value);
    else
      ++excluded.missing;
  }
  return excluded;
}

}  // namespace

std::optional<factor_levels> read_factor(const evidence_table& t, std::size_t column,
                                         std::size_t at_most) {
  const struct column& cells = t.data.columns[column];
  factor_levels factor;
  factor.column = column;
  factor.of_row.assign(t.data.rows, factor_levels::none);
  level_finder levels(cells, at_most);
  for (std::size_t row = 0; row < t.data.rows; ++row) {
    if (cells.missing(row)) continue;
    const std::uint32_t level = levels.find(row);
    // A level that only failed rows have is still needed to count these rows.
    if (level == factor_levels::none) return std::nullopt;
    factor.of_row[row] = static_cast<std::uint8_t>(level);
  }
  factor.levels = levels.take_levels();
  return factor;
}

selected select_rows(const evidence_table& t, std::size_t column, const row_filter& filter) {
  selected out;
  out.excluded = select_into(t, column, filter, out.values);
  return out;
}

proto::exclusions select_into(const evidence_table& t, std::size_t column, const row_filter& filter,
                              std::vector<double>& values) {
  values.clear();
  values.reserve(t.data.rows);
  return walk(t, column, filter, [&](double value) { values.push_back(value); });
}

proto::exclusions excluded_rows(const evidence_table& t, std::size_t column,
                                const row_filter& filter) {
  return walk(t, column, filter, [](double) {});
}

std::vector<proto::filter_term> to_terms(const evidence_table& t, const row_filter& filter) {
  std::vector<proto::filter_term> terms;
  if (filter.factor != nullptr)
    terms.push_back(
        {t.data.columns[filter.factor->column].name, "=", filter.factor->levels[filter.level]});
  if (filter.only) terms.push_back({"row", "is", *filter.only == warmth::warm ? "warm" : "cold"});
  return terms;
}

}  // namespace chimera::evidence
