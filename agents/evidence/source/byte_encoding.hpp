// Text that is not plain UTF-8: UTF-16 in its broken and unbroken forms, code pages, mixtures.
#pragma once

#include <string_view>

#include "agents/evidence/source/text_encoding.hpp"

namespace chimera::evidence {

/// Decodes bytes that are no valid UTF-8 or hold NULs; both properties are given. line_ends stays
/// empty. encoding "" if they are no text.
[[nodiscard]] decoded_text decode_other(std::string_view bytes, bool valid_utf8, bool has_nul);

}  // namespace chimera::evidence
