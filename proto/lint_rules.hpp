// The names of the rules that find lints; docs/lints.md says what each finds.
#pragma once

#include <span>
#include <string_view>

namespace chimera::proto {

/// Sorted.
[[nodiscard]] std::span<const std::string_view> lint_rule_names();

}  // namespace chimera::proto
