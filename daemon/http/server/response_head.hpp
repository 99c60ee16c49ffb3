// The status line and header lines of an answer (RFC 9112). Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/http/server/message.hpp"

namespace chimera::http {

/// What the connection adds to the headers of a handler.
struct head_facts {
  std::string_view date;                ///< as to_date() writes it
  std::optional<std::uint64_t> length;  ///< none: chunked, or until the end of the connection
  bool chunked = false;
  bool keep_alive = true;
  bool http_1_0 = false;
};

/// Ends with the empty line. Content-Length is left out where RFC 9110 forbids it (1xx, 204).
/// None if a header of the handler is malformed: a bad name, or CR, LF or NUL in a value.
/// Content-length, transfer-encoding, connection, date and server of the handler are ignored.
[[nodiscard]] std::optional<std::string> response_head(unsigned status, const header_list& headers,
                                                       const head_facts& facts);

/// True if an answer of that status has no body at all (1xx, 204, 304).
[[nodiscard]] bool has_no_body(unsigned status);

/// RFC 9110 section 5.6.7: "Sun, 06 Nov 1994 08:49:37 GMT".
[[nodiscard]] std::string to_date(std::chrono::system_clock::time_point when);

}  // namespace chimera::http
