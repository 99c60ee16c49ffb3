// Any bytes as Markdown: spans in order, inside the text, not overlapping.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "agents/claims/number_scanner.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  std::size_t at = 0;
  for (const auto& n : chimera::claims::scan_numbers(text)) {
    if (n.token.start < at || n.token.end <= n.token.start || n.token.end > size) std::abort();
    if (n.token.unit.size() >= n.token.end - n.token.start) std::abort();
    at = n.token.end;
  }
  return 0;
}
