// The way to a server, and what its failures mean to a person. Inside of this room only.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>

#include "agents/ports/task.hpp"
#include "daemon/http_client/transport.hpp"
#include "daemon/http_client/url.hpp"
#include "proto/problem.hpp"

namespace chimera::http {

struct way {
  std::chrono::milliseconds timeout;  ///< of connecting, and again of agreeing on TLS
  std::string hint;                   ///< added where nobody listens
  std::filesystem::path ca_file;      ///< who is trusted; "" = the system's
};

/// With TLS if `to` is secure. `client.connect` names host, port and cause; also those of
/// transport::secure. `stream` outlives the coroutine.
[[nodiscard]] task<proto::result<void>> connect(transport* stream, url to, way how);

/// `client.timeout` or `client.closed`: the connection failed while `doing`.
[[nodiscard]] std::unexpected<proto::problem> broken(const url& to, std::string_view doing,
                                                     const boost::system::error_code& error);

}  // namespace chimera::http
