// Any bytes as a source: its pieces cover it, and what reads as a reference writes back the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "agents/claims/reference.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using chimera::claims::piece;
  const std::string_view source(reinterpret_cast<const char*>(bytes), size);
  std::size_t at = 0;
  for (const piece& p : chimera::claims::parse_references(source)) {
    if (p.start != at || p.end <= p.start) std::abort();
    const std::string_view part = source.substr(p.start, p.end - p.start);
    if (p.what == piece::type::reference && chimera::claims::to_text(p.ref) != part) std::abort();
    if (p.what == piece::type::text && part.find("{{") != part.npos) std::abort();
    at = p.end;
  }
  if (at != size) std::abort();
  return 0;
}
