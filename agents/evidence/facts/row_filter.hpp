// Which rows a fact takes: all that did not fail, the warm or cold ones, those of one level.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agents/evidence/columns/evidence_table.hpp"
#include "proto/fact.hpp"

namespace chimera::evidence {

/// A column as a factor: its levels in order of first appearance. A byte a row, as several are
/// kept of a table at a time.
struct factor_levels {
  static constexpr std::uint32_t none = 0xFF;
  std::size_t column = evidence_table::npos;
  std::vector<std::string> levels;
  std::vector<std::uint8_t> of_row;  ///< index into levels a row; none = missing
};

/// Reads a column as a factor; absent if it has more than `at_most` levels
/// (at most 254).
[[nodiscard]] std::optional<factor_levels> read_factor(const evidence_table& t, std::size_t column,
                                                       std::size_t at_most);

/// Rows of one table by two conditions, both optional.
struct row_filter {
  const factor_levels* factor = nullptr;  ///< its rows with `level`
  std::uint32_t level = 0;
  std::optional<warmth> only = std::nullopt;  ///< warm or cold rows only
};

/// The numbers of a column that pass, in row order, and what was left out.
struct selected {
  std::vector<double> values;
  proto::exclusions excluded;
};

[[nodiscard]] selected select_rows(const evidence_table& t, std::size_t column,
                                   const row_filter& filter);
/// The same into a vector of the caller, which serves for many groups; tells what was left out.
proto::exclusions select_into(const evidence_table& t, std::size_t column, const row_filter& filter,
                              std::vector<double>& values);
/// What select_rows leaves out.
[[nodiscard]] proto::exclusions excluded_rows(const evidence_table& t, std::size_t column,
                                              const row_filter& filter);

/// The filter as facts.jsonl writes it.
[[nodiscard]] std::vector<proto::filter_term> to_terms(const evidence_table& t,
                                                       const row_filter& filter);

}  // namespace chimera::evidence
