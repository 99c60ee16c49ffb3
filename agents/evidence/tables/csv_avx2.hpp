// The parts of the CSV reader that use AVX2 and carry-less multiplication. Call them only where
// avx2_here() says so; on other processors it is always false.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "agents/evidence/tables/csv_rows.hpp"
#include "agents/evidence/tables/csv_scan.hpp"

namespace chimera::evidence {

[[nodiscard]] bool avx2_here();
[[nodiscard]] csv_totals count_records_avx2(std::string_view text, std::size_t from, std::size_t to,
                                            csv_marks marks, std::size_t line_bytes);
std::size_t find_separators_avx2(csv_scan& scan, std::span<std::uint32_t> out);
void take_cells_avx2(csv_rows& rows, std::size_t base, std::span<const std::uint32_t> separators);

}  // namespace chimera::evidence
