#include "daemon/http/server/target.hpp"

#include <cstddef>
#include <optional>

#include <simdjson.h>

namespace chimera::http {
namespace {

enum class place { path, query };

std::unexpected<proto::problem> refuse(std::string detail) {
  return proto::fail("http.bad-target", "the address of the request is malformed",
                     std::move(detail));
}

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
  return std::nullopt;
}

proto::result<std::string> decode(std::string_view text, place where) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      const auto high = i + 2 < text.size() ? hex_digit(text[i + 1]) : std::nullopt;
      const auto low = i + 2 < text.size() ? hex_digit(text[i + 2]) : std::nullopt;
      if (!high || !low) return refuse("'%' is not followed by two hexadecimal digits");
      c = static_cast<char>(*high * 16 + *low);
      i += 2;
      if (c == '/' && where == place::path) return refuse("the path has an escaped '/'");
    } else if (c == '+' && where == place::query) {
      c = ' ';
    }
    if (c == '\0') return refuse("the address has a NUL");
    if (c == '\\' && where == place::path) return refuse("the path has a backslash");
    out.push_back(c);
  }
  if (!simdjson::validate_utf8(out.data(), out.size())) {
    return refuse("the decoded address is not valid UTF-8");
  }
  return out;
}

bool has_dot_segment(std::string_view path) {
  std::size_t begin = 0;
  while (begin <= path.size()) {
    const auto end = std::min(path.find('/', begin), path.size());
    const auto segment = path.substr(begin, end - begin);
    if (segment == "." || segment == "..") return true;
    begin = end + 1;
  }
  return false;
}

/// "http://host:port/a" -> "/a"
std::string_view without_authority(std::string_view text) {
  const auto scheme = text.find("://");
  const auto authority = text.substr(scheme + 3);
  return authority.substr(std::min(authority.find_first_of("/?"), authority.size()));
}

proto::result<std::vector<std::pair<std::string, std::string>>> parse_query(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> pairs;
  while (!text.empty()) {
    const auto end = std::min(text.find('&'), text.size());
    const auto part = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (part.empty()) continue;
    const auto equals = std::min(part.find('='), part.size());
    auto name = decode(part.substr(0, equals), place::query);
    if (!name) return std::unexpected(name.error());
    auto value = decode(part.substr(std::min(equals + 1, part.size())), place::query);
    if (!value) return std::unexpected(value.error());
    pairs.emplace_back(std::move(*name), std::move(*value));
  }
  return pairs;
}

}  // namespace

proto::result<target> parse_target(std::string_view text) {
  if (text == "*") return target{"*", {}};
  if (text.starts_with("http://") || text.starts_with("https://")) text = without_authority(text);
  text = text.substr(0, text.find('#'));
  const auto mark = std::min(text.find('?'), text.size());
  const auto raw_path = text.substr(0, mark);
  if (!raw_path.empty() && raw_path.front() != '/') return refuse("the path begins with no '/'");
  auto path = decode(raw_path.empty() ? "/" : raw_path, place::path);
  if (!path) return std::unexpected(path.error());
  if (has_dot_segment(*path)) return refuse("the path has a segment '.' or '..'");
  auto query = parse_query(text.substr(std::min(mark + 1, text.size())));
  if (!query) return std::unexpected(query.error());
  target out;
  out.path = std::move(*path);
  out.query = std::move(*query);
  return out;
}

}  // namespace chimera::http
