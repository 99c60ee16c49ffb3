// Where a request goes. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "proto/problem.hpp"

namespace chimera::http {

struct url {
  std::string host;  ///< a name or a number; IPv6 without brackets
  std::uint16_t port = 80;
  bool secure = false;       ///< over TLS
  std::string target = "/";  ///< path and query, as they are sent

  /// "host:port", IPv6 in brackets, the port left out if it is the scheme's own: for people and the
  /// Host header.
  [[nodiscard]] std::string authority() const;
};

/// Takes "http://host:port/path?query", "ws://...", and the same over TLS: "https://...",
/// "wss://...". Refused with `client.bad-url`: other schemes, user names, ports out of range,
/// blanks and control characters.
[[nodiscard]] proto::result<url> parse_url(std::string_view text);

}  // namespace chimera::http
