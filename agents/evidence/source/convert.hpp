// From one charset to another; ICU does the work.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace chimera::evidence {

enum class on_error : std::uint8_t { stop, replace };

/// `bytes` from charset `from` to charset `to` (names that ICU knows). With on_error::stop nothing
/// if one character is ill-formed or has no place in `to`; with on_error::replace such characters
/// become U+FFFD (or the substitute of `to`). Nothing if ICU does not know a name.
[[nodiscard]] std::optional<std::string> convert(const char* from, const char* to,
                                                 std::string_view bytes, on_error mode);

}  // namespace chimera::evidence
