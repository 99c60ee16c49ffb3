#include "agents/evidence/tables/huge_pages.hpp"

#include <cstdint>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace chimera::evidence {

void ask_for_huge_pages([[maybe_unused]] void* begin, [[maybe_unused]] std::size_t bytes) {
#if defined(__linux__)
  constexpr std::uintptr_t huge = 2U << 20U;
  const auto first = (reinterpret_cast<std::uintptr_t>(begin) + huge - 1) / huge * huge;
  const auto end = (reinterpret_cast<std::uintptr_t>(begin) + bytes) / huge * huge;
  if (end <= first) return;
  // A wish only: that it is declined changes nothing but the time.
  static_cast<void>(madvise(reinterpret_cast<void*>(first), end - first, MADV_HUGEPAGE));
#endif
}

}  // namespace chimera::evidence
