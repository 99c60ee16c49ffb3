// Which rows are measurements: failed, cold and warm rows told apart, with the reason.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agents/evidence/columns/traits.hpp"
#include "agents/evidence/tables/table.hpp"

namespace chimera::evidence {

enum class row_state : std::uint8_t { ok, failed };
/// unknown: nothing in the table tells cold from warm.
enum class warmth : std::uint8_t { unknown, warm, cold };

/// How a failure was written; the five that real trees show, and error text stored as success.
enum class failure_encoding : std::uint8_t {
  empty_cells,
  zeros_with_error,
  nulls,
  zero_with_success_false,
  zero_tokens,
  error_text_as_success,
  error_only
};
[[nodiscard]] std::string_view to_text(failure_encoding);

struct row_failure {
  std::uint32_t row = 0;
  failure_encoding how = failure_encoding::error_only;
  std::string error;  ///< the error text, at most 200 bytes
};

struct row_states {
  std::vector<row_state> state;       ///< one a row
  std::vector<warmth> warm;           ///< one a row; failed rows are `unknown`
  std::vector<row_failure> failures;  ///< in row order
  std::uint64_t failed = 0;
  std::uint64_t cold = 0;
  std::uint64_t warm_rows = 0;  ///< warm; cold + warm_rows > 0 only if the table tells them apart
  std::string
      cold_because;  ///< "load_s > 5 x median", "is_warmup", "first row after a change of ..."
  std::vector<std::uint32_t> cold_rows;
  /// Columns (indexes) whose change precedes the cold rows: what triggers the reload. Empty when no
  /// set of parameters and labels explains all of them, or only the first row is cold.
  std::vector<std::size_t> cold_block_columns;
  std::uint64_t cold_first_in_block = 0;  ///< cold rows that are the first of such a block
};

/// Judges every row of `t`. Failure: a non-empty error/status text, success = false, or all
/// measures zero or missing beside an error; zero tokens with positive time. Cold: a declared
/// warm-up flag; else a load time > 5 x its median (median over rows that did not fail, n >= 3);
/// else the first row after a change of a parameter whose TTFT is > 5 x the median.
/// Pure, thread-safe.
[[nodiscard]] row_states judge_rows(const table& t, std::span<const column_traits> traits);

}  // namespace chimera::evidence
