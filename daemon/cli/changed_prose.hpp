// The words of two reports, section by section.
#pragma once

#include <string_view>
#include <vector>

#include "daemon/cli/difference.hpp"

namespace chimera::cli {

/// Runs of words that differ, with a few words before each. Sections of what only the run knows
/// (verification, workflow, metrics, appendix) and the header are left out: their numbers are facts
/// and settings. A section whose differing middle is longer than some 4,000 words is told
/// as one change.
[[nodiscard]] std::vector<changed_words> changed_prose(std::string_view before,
                                                       std::string_view after);

}  // namespace chimera::cli
