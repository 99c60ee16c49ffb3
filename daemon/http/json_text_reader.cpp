// parse_json: bounds are checked before the parser builds anything.
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "daemon/http/request_body.hpp"

namespace chimera::http {
namespace {

struct text_place {
  std::size_t line = 1;
  std::size_t column = 1;
};

text_place place_of(std::string_view text, std::size_t byte) {
  text_place at;
  for (const char c : text.substr(0, byte)) {
    if (c == '\n') {
      ++at.line;
      at.column = 1;
    } else if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U) {
      ++at.column;
    }
  }
  return at;
}

refusal malformed(std::string_view text, std::size_t byte, std::string detail) {
  refusal why = refused("request.malformed", "the body is not valid JSON", std::move(detail));
  const text_place at = place_of(text, byte);
  why.what.line = at.line;
  why.what.column = at.column;
  return why;
}

// Deepest nesting of brackets outside strings.
std::size_t depth_of(std::string_view text) {
  std::size_t depth = 0;
  std::size_t deepest = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\') ++i;
      if (c == '"') quoted = false;
      continue;
    }
    if (c == '"') quoted = true;
    if (c == '{' || c == '[') deepest = std::max(deepest, ++depth);
    if ((c == '}' || c == ']') && depth > 0) --depth;
  }
  return deepest;
}

// The parser's own words without its prefix: "syntax error while parsing value - ...".
std::string cause_of(const sorted_json::parse_error& error) {
  const std::string_view said = error.what();
  const std::size_t words = said.find(": ");
  return std::string(words == std::string_view::npos ? said : said.substr(words + 2));
}

}  // namespace

std::expected<sorted_json, refusal> parse_json(std::string_view text) {
  if (text.size() > body_bytes_max)
    return std::unexpected(refused("request.too-large", "the body is too large",
                                   fmt::format("at most {} bytes", body_bytes_max)));
  if (depth_of(text) > body_depth_max)
    return std::unexpected(refused("request.malformed", "the body is nested too deeply",
                                   fmt::format("at most {} levels", body_depth_max)));
  std::vector<std::set<std::string>> seen;
  std::string twice;
  const auto watch = [&](int, sorted_json::parse_event_t event, sorted_json& parsed) {
    using kind = sorted_json::parse_event_t;
    if (event == kind::object_start) seen.emplace_back();
    if (event == kind::object_end && !seen.empty()) seen.pop_back();
    if (event == kind::key && !seen.empty()) {
      const auto& name = parsed.get_ref<const std::string&>();
      if (!seen.back().insert(name).second && twice.empty()) twice = name;
    }
    return true;
  };
  try {
    sorted_json document = sorted_json::parse(text, watch);
    if (twice.empty()) return document;
    return std::unexpected(refused("request.malformed", "the body says one member twice",
                                   fmt::format("member '{}'", twice)));
  } catch (const sorted_json::parse_error& error) {
    const std::size_t byte = error.byte == 0 ? 0 : error.byte - 1;
    return std::unexpected(malformed(text, byte, cause_of(error)));
  } catch (const sorted_json::exception& error) {
    return std::unexpected(malformed(text, 0, error.what()));
  }
}

}  // namespace chimera::http
