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

}  // namespace

std::string url::authority() const {
  const bool v6 = host.find(':') != std::string::npos;
  auto out = v6 ? "[" + host + "]" : host;
  if (port != 80) out += fmt::format(":{}", port);
  return out;
}

proto::result<url> parse_url(std::string_view text) {
  const auto blank = [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7F; };
  if (std::any_of(text.begin(), text.end(), blank)) {
    return bad(text, "it has a blank or a control character");
  }
  auto rest = text;
  if (rest.starts_with("http://") || rest.starts_with("ws://")) {
    rest.remove_prefix(rest.find("//") + 2);
  } else {
    return bad(text, "write http://HOST:PORT/PATH; TLS is not supported");
  }
  url out;
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
