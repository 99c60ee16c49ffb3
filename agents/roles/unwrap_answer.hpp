// What small models put around an answer.
#pragma once

#include <string_view>

namespace chimera::roles {

/// The answer within `text`: without a block of thoughts before it (`<think>`, closed or not, or
/// all up to a lone `</think>`), without a first line that only announces it ("Sure, here is the
/// report:"), without a code fence around the whole. Never cuts the answer itself; empty if there
/// is none. Linear.
[[nodiscard]] std::string_view unwrap_answer(std::string_view text);

}  // namespace chimera::roles
