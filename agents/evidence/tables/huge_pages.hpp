// A wish to the kernel: fewer page faults for a large column.
#pragma once

#include <cstddef>

namespace chimera::evidence {

/// Asks for huge pages for memory that is reserved but not written yet. Does nothing for small
/// pieces, where it is not supported, or where the kernel declines.
void ask_for_huge_pages(void* begin, std::size_t bytes);

}  // namespace chimera::evidence
