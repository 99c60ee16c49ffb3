#include "agents/evidence/tables/memory_pages.hpp"

#include <cstdint>

#if defined(__linux__)
#include <sys/mman.h>
#include <unistd.h>
#endif

namespace chimera::evidence {
namespace {

#if defined(__linux__)

// Advice only: that it is declined changes nothing but time and memory.
void advise(void* begin, std::size_t bytes, std::uintptr_t page, int advice) {
  const auto first = (reinterpret_cast<std::uintptr_t>(begin) + page - 1) / page * page;
  const auto end = (reinterpret_cast<std::uintptr_t>(begin) + bytes) / page * page;
  if (end <= first) return;
  static_cast<void>(madvise(reinterpret_cast<void*>(first), end - first, advice));
}

#endif

}  // namespace

void ask_for_huge_pages([[maybe_unused]] void* begin, [[maybe_unused]] std::size_t bytes) {
#if defined(__linux__)
  advise(begin, bytes, 2U << 20U, MADV_HUGEPAGE);
#endif
}

void give_pages_back([[maybe_unused]] void* begin, [[maybe_unused]] std::size_t bytes) {
#if defined(__linux__)
  const long page = sysconf(_SC_PAGESIZE);
  if (page > 0) advise(begin, bytes, static_cast<std::uintptr_t>(page), MADV_DONTNEED);
#endif
}

}  // namespace chimera::evidence
