// Dates as prose writes them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace chimera::claims {

/// The date or time that the number in [start, end) is part of, as far as it goes, in the order of
/// ISO 8601: "2025-11-14T08:30", "2025-11-14" for "November 14, 2025" and "2025/11/14", "2025-11"
/// for "November 2025", "--11-14" for "14 November"; "" if it is none.
[[nodiscard]] std::string date_at(std::string_view text, std::size_t start, std::size_t end);

/// True if `said` (as date_at gives it) and the date `known` are the same as far as `said` goes.
[[nodiscard]] bool same_date(std::string_view said, std::string_view known);

}  // namespace chimera::claims
