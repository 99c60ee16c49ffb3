// Where in a Markdown text code, link targets and HTML tags stand.
#pragma once

#include <string_view>
#include <vector>

#include "agents/claims/number_scanner.hpp"

namespace chimera::claims {

/// One entry a byte of `text`: `code`, `link` or `none`. Linear; never fails.
[[nodiscard]] std::vector<non_claim> mask_markdown(std::string_view text);

}  // namespace chimera::claims
