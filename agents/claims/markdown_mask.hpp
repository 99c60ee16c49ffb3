// Where in a Markdown text code, link targets, tags and the numbers of lists and headings stand.
#pragma once

#include <string_view>
#include <vector>

#include "agents/claims/number_scanner.hpp"

namespace chimera::claims {

/// One entry a byte of `text`: `code`, `link`, `ordinal` or `none`. Blocks are CommonMark's
/// (cmark-gfm finds them); within a block, what only might be code, link or tag is `none`: a number
/// that a reader sees is never masked. Linear; never fails.
[[nodiscard]] std::vector<non_claim> mask_markdown(std::string_view text);

}  // namespace chimera::claims
