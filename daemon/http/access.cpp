#include "daemon/http/access.hpp"

#include <algorithm>
#include <cctype>

namespace chimera::http {
namespace {

std::string lower(std::string_view text) {
  std::string low(text);
  for (char& c : low) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return low;
}

// "localhost:80" and "[::1]:80" without the port.
std::string_view without_port(std::string_view host) {
  if (host.starts_with('[')) {
    const std::size_t end = host.find(']');
    return end == std::string_view::npos ? host : host.substr(0, end + 1);
  }
  return host.substr(0, host.find(':'));
}

bool is_dotted_quad(std::string_view text) {
  int dots = 0;
  for (const char c : text) {
    if (c == '.')
      ++dots;
    else if (c < '0' || c > '9')
      return false;
  }
  return dots == 3;
}

bool is_loopback_name(std::string_view host) {
  return host == "localhost" || host == "[::1]" ||
         (host.starts_with("127.") && is_dotted_quad(host));
}

bool contains(const std::vector<std::string>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

// The same host and port as the request went to, whatever the scheme: a proxy may add TLS.
bool is_own_origin(std::string_view origin, std::string_view host) {
  const std::size_t scheme = origin.find("://");
  return scheme != std::string_view::npos && lower(origin.substr(scheme + 3)) == lower(host);
}

}  // namespace

std::optional<refusal> check_access(const access_rules& rules, const request& asked) {
  const std::string host = lower(without_port(asked.header("host")));
  if (!is_loopback_name(host) && !contains(rules.hosts, host) && !contains(rules.hosts, "*"))
    return refused("access.host", "this server does not answer to that host name",
                   "Host must be a loopback name or one that the configuration lists");
  const std::string_view origin = asked.header("origin");
  if (origin.empty() || is_own_origin(origin, asked.header("host")) ||
      contains(rules.origins, origin))
    return std::nullopt;
  return refused("access.origin", "pages of this origin may not call this server",
                 "list the origin in the configuration, or call without an Origin header");
}

bool is_foreign_friend(const access_rules& rules, const request& asked) {
  const std::string_view origin = asked.header("origin");
  return !origin.empty() && !is_own_origin(origin, asked.header("host")) &&
         contains(rules.origins, origin);
}

bool is_loopback_peer(std::string_view peer) {
  const std::string_view host = without_port(peer);
  return peer == "unix" || peer == "::1" || host == "[::1]" || is_loopback_name(host);
}

}  // namespace chimera::http
