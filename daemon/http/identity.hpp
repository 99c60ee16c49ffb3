// Who asks, and what they may do. Made by auth from a token; a certificate can make one later.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace chimera::http {

/// Bits of what a principal may do. `scope_admin` includes the others.
using scope_set = std::uint8_t;
inline constexpr scope_set scope_open = 0;  ///< of a route: needs nobody
inline constexpr scope_set scope_read = 1;
inline constexpr scope_set scope_submit = 2;
inline constexpr scope_set scope_admin = 4;

struct identity {
  std::string name;  ///< the tenant; "local" without tokens
  scope_set scopes = 0;
  std::uint64_t token = 0;  ///< which one it came with: says nothing of its secret; 0 = none

  /// True if one of `wanted` (or admin) is there, or nothing is wanted.
  [[nodiscard]] bool may(scope_set wanted) const {
    return wanted == scope_open || (scopes & (wanted | scope_admin)) != 0;
  }
};

/// "read", "submit", "admin" to its bit; 0 for another word.
[[nodiscard]] scope_set scope_of(std::string_view word);
/// "read or submit".
[[nodiscard]] std::string to_text(scope_set scopes);

}  // namespace chimera::http
