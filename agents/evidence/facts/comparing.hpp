// The parts from which comparisons are made: within a table, across files. Pure, thread-safe.
#pragma once

#include <span>
#include <vector>

#include "agents/evidence/facts/comparison.hpp"

namespace chimera::evidence {

/// True if the table's rows may take part in comparisons at all.
[[nodiscard]] bool can_be_compared(const evidence_table& t);

/// True if the group has a ratio to others: values, and neither mean nor median is 0.
[[nodiscard]] bool has_ratio(const sample_group& group);

/// Compares two groups; p_holm and the judgement are left to judge_family.
[[nodiscard]] comparison compare_groups(const sample_group& a, const sample_group& b);

/// Corrects the comparisons of one family together and judges them.
void judge_family(std::span<comparison> family);

/// Comparisons between the levels of each factor of tables[index].
[[nodiscard]] std::vector<comparison> compare_levels(std::span<const evidence_table> tables,
                                                     std::size_t index);

/// Comparisons of whole tables of different files, or of different models in one file.
[[nodiscard]] std::vector<comparison> compare_tables(std::span<const evidence_table> tables);

}  // namespace chimera::evidence
