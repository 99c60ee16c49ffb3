// The target of a request line, split and decoded (RFC 3986, RFC 9112 section 3.2). Pure.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "proto/problem.hpp"

namespace chimera::http {

struct target {
  std::string path;
  std::vector<std::pair<std::string, std::string>> query;
};

/// Takes the origin form ("/a?b=c"), the absolute form ("http://host/a") and "*", which becomes the
/// path "*". A path that is returned is valid UTF-8 without NUL, and its segments are those of the
/// request: refused are bad escapes, "%00", an escaped '/' (a separator that is none), a backslash,
/// and the segments "." and ".." in any spelling, which clients resolve themselves. In the query
/// '+' is a blank; a name without '=' has the value "".
[[nodiscard]] proto::result<target> parse_target(std::string_view text);

}  // namespace chimera::http
