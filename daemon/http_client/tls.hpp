// TLS of the client side: who is trusted, and what a failed handshake means to a person. Inside of
// this room only.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/tcp_stream.hpp>

#include "daemon/http_client/url.hpp"
#include "proto/problem.hpp"

namespace chimera::http {

using tls_context = boost::asio::ssl::context;
using tls_stream = boost::asio::ssl::stream<boost::beast::tcp_stream&>;

/// TLS 1.2 and above that trusts the certificates of `ca_file`, or those of the system for "". Kept
/// by each thread until the file changes, because reading it takes milliseconds. Error
/// `client.ca-file`.
[[nodiscard]] proto::result<std::shared_ptr<tls_context>> trust(
    const std::filesystem::path& ca_file);

/// Demands that the peer is `to`: its certificate must name the host, which is also told to the
/// peer (SNI, RFC 6066 section 3) unless it is a number. `names` becomes what a refused certificate
/// is for; it lives as long as the stream.
[[nodiscard]] bool demand_host(tls_stream& stream, const url& to, std::string& names);

/// `client.certificate` (expired, of another host, of an unknown issuer) or `client.tls` (no TLS
/// spoken there).
[[nodiscard]] std::unexpected<proto::problem> refused_handshake(
    tls_stream& stream, const url& to, const std::string& names,
    const boost::system::error_code& error);

}  // namespace chimera::http
