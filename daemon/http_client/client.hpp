// HTTP/1.1 requests to other servers: the daemon (from the command line) and model backends.
// Every request has a connection of its own, over TLS for https. No proxies, no redirects. Loop
// thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agents/ports/task.hpp"
#include "daemon/loop/blocking_pool.hpp"
#include "proto/problem.hpp"

namespace chimera::http {

using header_list = std::vector<std::pair<std::string, std::string>>;

struct client_request {
  std::string method = "GET";
  std::string url;  ///< "http://127.0.0.1:7717/v1/jobs"
  header_list headers;
  std::string body;
  std::filesystem::path body_file;      ///< sent instead of `body` if set
  loop::blocking_pool* pool = nullptr;  ///< reads body_file; needed with it
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds silence_timeout{30'000};  ///< without a byte in the direction awaited
  std::uint64_t answer_bytes_max = 64U << 20U;        ///< of a body that is kept in memory
  std::filesystem::path ca_file;  ///< who vouches for a server of https; "" = the system's
  /// What to do when nobody listens at the address.
  std::string hint = "is the daemon running? start it with 'chimera serve'";
};

struct client_response {
  unsigned status = 0;
  header_list headers;  ///< names in lower case
  std::string body;

  /// The first header of that (lower-case) name; "" if there is none.
  [[nodiscard]] std::string_view header(std::string_view name) const;
};

/// Any status is an answer. Problems: `client.bad-url`, `client.connect`, `client.timeout`,
/// `client.closed` (ended in the middle), `client.bad-answer` (no HTTP), `client.too-large`,
/// `client.file`; of https also `client.certificate` (expired, of another host, of an unknown
/// issuer), `client.tls` (no TLS is spoken there), `client.ca-file`. Cancelling closes the
/// connection at once.
[[nodiscard]] task<proto::result<client_response>> fetch(client_request what);

/// Called with status and headers. True: the body goes to `on_piece`; false: it is kept, as fetch()
/// does (an answer that tells of an error).
using head_handler = std::function<bool(const client_response&)>;
/// A piece of the body as one read gave it, cut anywhere; gone when the call returns. False:
/// enough, the connection is closed.
using piece_handler = std::function<bool(std::string_view)>;

/// For answers that come bit by bit (NDJSON, SSE). Completes when the body has ended.
[[nodiscard]] task<proto::result<client_response>> stream(client_request what, head_handler on_head,
                                                          piece_handler on_piece);

}  // namespace chimera::http
