#include "daemon/http_client/url.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace chimera::http {
namespace {

std::unexpected<proto::problem> bad(std::string_view text, std::string detail) {
  return proto::fail("client.bad-url", fmt::format("'{}' is no address of a server", text),
                     std::move(detail));
}

std::uint16_t default_port(bool secure) { return secure ? 443 : 80; }

}  // namespace

std::string url::authority() const {
  const bool v6 = host.find(':') != std::string::npos;
  auto out = v6 ? "[" + host + "]" : host;
  if (port != default_port(secure)) out += fmt::format(":{}", port);
  return out;
}

proto::result<url> parse_url(std::string_view text) {
  const auto blank = [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7F; };
  if (std::any_of(text.begin(), text.end(), blank)) {
    return bad(text, "it has a blank or a control character");
  }
  auto rest = text;
  url out;
  out.secure = rest.starts_with("https://") || rest.starts_with("wss://");
  if (!out.secure && !rest.starts_with("http://") && !rest.starts_with("ws://")) {
    return bad(text, "write http://HOST:PORT/PATH or https://HOST:PORT/PATH");
  }
  out.port = default_port(out.secure);
  rest.remove_prefix(rest.find("//") + 2);
  const auto end = std::min(rest.find_first_of("/?#"), rest.size());
  auto authority = rest.substr(0, end);
  rest.remove_prefix(end);
  rest = rest.substr(0, rest.find('#'));
  if (!rest.empty()) out.target = rest.front() == '/' ? std::string(rest) : "/" + std::string(rest);
  if (authority.find('@') != std::string_view::npos) return bad(text, "it has a user name");
  std::string_view digits;
  if (authority.starts_with('[')) {
    const auto close = authority.find(']');
    if (close == std::string_view::npos) return bad(text, "']' is missing");
    out.host = authority.substr(1, close - 1);
    authority.remove_prefix(close + 1);
    if (!authority.empty() && authority.front() != ':') return bad(text, "no ':' after ']'");
    digits = authority;
  } else {
    const auto colon = std::min(authority.find(':'), authority.size());
    out.host = authority.substr(0, colon);
    digits = authority.substr(colon);
  }
  if (out.host.empty()) return bad(text, "the host is missing");
  if (digits.size() > 1) {
    digits.remove_prefix(1);
    const auto* last = digits.data() + digits.size();
    const auto [stopped, error] = std::from_chars(digits.data(), last, out.port);
    if (error != std::errc() || stopped != last || out.port == 0) {
      return bad(text, "the port is a number from 1 to 65535");
    }
  }
  return out;
}

}  // namespace chimera::http
