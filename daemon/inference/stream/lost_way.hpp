// What goes wrong on the way to a model server, in the words of a backend.
#pragma once

#include <string>
#include <string_view>

#include "proto/problem.hpp"

namespace chimera::inference {

/// A failure of the HTTP client (client.*, daemon/http_client/client.hpp) as a backend's:
/// "backend.unavailable", "backend.cut", "backend.stalled", "backend.protocol". Certificates and
/// what cannot be sent keep their codes. `who` is the backend as people know it, `kind` whose
/// speech was expected: "Ollama's".
[[nodiscard]] proto::problem lost_way(std::string_view who, std::string_view kind,
                                      proto::problem from);

/// The beginning of a text on one line, whole characters, at most 300 bytes of it: what a server
/// said, for a problem's detail.
[[nodiscard]] std::string beginning_of(std::string_view text);

}  // namespace chimera::inference
