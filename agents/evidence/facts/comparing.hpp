// The parts from which comparisons are made: within a table, across files. Pure, thread-safe.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "agents/evidence/facts/comparison.hpp"

namespace chimera::evidence {

/// True if the table's rows may take part in comparisons at all.
[[nodiscard]] bool can_be_compared(const evidence_table& t);

/// True if the group has a ratio to others: values, and neither mean nor median is 0.
[[nodiscard]] bool has_ratio(const sample_group& group);

/// A group while it is compared, with its values as sort_values sorts them.
struct sorted_group {
  sample_group group;
  std::span<const double> sorted;
};

/// Compares two groups; p_holm and the judgement are left to judge_family. Linear time.
[[nodiscard]] comparison compare_groups(const sorted_group& a, const sorted_group& b);

/// Corrects the comparisons of one family together and judges them.
void judge_family(std::span<comparison> family);

/// How many parts the comparisons within a table have: its measures if it is large, else one.
[[nodiscard]] std::size_t parts_of(const evidence_table& t);
/// Comparisons between the levels of each factor of tables[index]; the measures of a large table
/// are spread over the threads. Calls `done` after each part, from any thread.
[[nodiscard]] std::vector<comparison> compare_levels(std::span<const evidence_table> tables,
                                                     std::size_t index, std::size_t threads,
                                                     const std::function<void()>& done);

/// Comparisons of whole tables of different files, or of different models in one file.
[[nodiscard]] std::vector<comparison> compare_tables(std::span<const evidence_table> tables);

}  // namespace chimera::evidence
