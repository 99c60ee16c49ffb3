// base64url (RFC 4648, 5, without padding) and what is written in it: cursors that callers pass
// back unread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace chimera::http {

[[nodiscard]] std::string to_base64url(std::string_view bytes);
/// Strict: only the alphabet, no padding, no stray bits. Nothing for other text.
[[nodiscard]] std::optional<std::string> from_base64url(std::string_view text);
/// Base64 with padding (RFC 4648, 4) of hex digits; "" if they are not hex.
[[nodiscard]] std::string hex_to_base64(std::string_view hex);
[[nodiscard]] std::string to_hex(std::string_view bytes);

/// A cursor of one kind of list, and back; nothing for a cursor of another list or a made-up one.
[[nodiscard]] std::string make_cursor(std::string_view kind, std::string_view place);
[[nodiscard]] std::optional<std::string> read_cursor(std::string_view kind, std::string_view text);

}  // namespace chimera::http
