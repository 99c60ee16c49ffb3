// Any bytes as JSON: no crash, no hang, views and positions of one length.
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
  limits.memory_bytes = 16U << 20U;
  const auto read = read_json(text, limits);
  if (!read) {
    if (read.error().code.empty()) std::abort();
    return 0;
  }
  for (const table& t : read->tables) {
    if (t.shape == table_shape::keyed && t.row_keys.size() != t.rows) std::abort();
    if (!t.row_indexes.empty() && t.row_indexes.size() != t.rows * t.stars) std::abort();
    if (!t.row_lines.empty() && t.row_lines.size() != t.rows) std::abort();
    for (const column& c : t.columns) {
      if (c.numeric() && c.values.size() != t.rows) std::abort();
      if (c.textual() && c.codes.size() != t.rows) std::abort();
      for (const std::uint32_t code : c.codes) {
        if (code != column::no_text && code >= c.dictionary.size()) std::abort();
      }
      if (t.rows > 0) static_cast<void>(t.place(t.rows - 1, c));
    }
  }
  return 0;
}
