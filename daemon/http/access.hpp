// Which names this server answers to and which pages may call it: against DNS rebinding and
// requests that a browser makes for a page of somebody else.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/http/problem_json.hpp"
#include "daemon/http/server/message.hpp"

namespace chimera::http {

struct access_rules {
  /// Host names beyond the loopback ones ("localhost", "127.0.0.0/8", "[::1]"); without port; "*"
  /// takes any.
  std::vector<std::string> hosts;
  /// Origins beyond the server's own: "https://desk.example".
  std::vector<std::string> origins;
};

/// The refusal of a request by its Host and Origin: access.host, access.origin.
[[nodiscard]] std::optional<refusal> check_access(const access_rules& rules, const request& asked);

/// True if the Origin is another than the server's own and in the list (it gets CORS headers).
[[nodiscard]] bool is_foreign_friend(const access_rules& rules, const request& asked);

/// True for "127.0.0.1:54321", "[::1]:5", "::1" and "unix".
[[nodiscard]] bool is_loopback_peer(std::string_view peer);

}  // namespace chimera::http
