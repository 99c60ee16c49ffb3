// The way to a server, and what its failures mean to a person. Inside of this room only.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include <boost/beast/core/tcp_stream.hpp>

#include "agents/ports/task.hpp"
#include "daemon/http_client/url.hpp"
#include "proto/problem.hpp"

namespace chimera::http {

/// `client.connect` names host, port and cause; `hint` is added where nobody listens.
[[nodiscard]] task<proto::result<void>> connect(boost::beast::tcp_stream& stream, url to,
                                                std::chrono::milliseconds timeout,
                                                std::string hint);

/// `client.timeout` or `client.closed`: the connection failed while `doing`.
[[nodiscard]] std::unexpected<proto::problem> broken(const url& to, std::string_view doing,
                                                     const boost::system::error_code& error);

}  // namespace chimera::http
