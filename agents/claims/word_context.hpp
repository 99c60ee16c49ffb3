// What the word around a number says about it: name, path, date, ordinal, or nothing.
#pragma once

#include <string_view>

#include "agents/claims/number_scanner.hpp"

namespace chimera::claims {

/// Why the number `token` of `text`, whose digits stand in [digits, digits_end), claims nothing.
/// In doubt it claims something: letters that only follow ("5-fold", "42percent") make no name, nor
/// does a unit after a hyphen ("sub-100ms") or a label before a colon ("TTFT:87"). Looks at no more
/// than 200 bytes on each side.
[[nodiscard]] non_claim classify_digits(std::string_view text, const number_token& token,
                                        std::size_t digits, std::size_t digits_end);

/// `path` if the number word in [start, end) is part of a path, else `none`.
[[nodiscard]] non_claim classify_word(std::string_view text, std::size_t start, std::size_t end);

}  // namespace chimera::claims
