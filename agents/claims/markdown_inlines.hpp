// Code spans, link targets and tags within one block of Markdown.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "agents/claims/number_scanner.hpp"

namespace chimera::claims {

struct stretch {
  std::size_t start = 0;
  std::size_t end = 0;
};

/// Marks what stands in `block` of `text` (a paragraph, a heading, or a table that still looks like
/// a paragraph). Linear in the block.
void mask_inlines(std::string_view text, stretch block, std::vector<non_claim>& mask);

}  // namespace chimera::claims
