// Wishes to the kernel about the pages of large pieces of memory.
#pragma once

#include <cstddef>

namespace chimera::evidence {

/// Asks for huge pages for memory that is reserved but not written yet: fewer page faults. Does
/// nothing for small pieces, where it is not supported, or where the kernel declines.
void ask_for_huge_pages(void* begin, std::size_t bytes);

/// The pages that lie wholly in this memory hold nothing that is needed: they stop to count as
/// resident. It stays allocated; what it holds afterwards is unspecified. Does nothing where it is
/// not supported.
void give_pages_back(void* begin, std::size_t bytes);

}  // namespace chimera::evidence
