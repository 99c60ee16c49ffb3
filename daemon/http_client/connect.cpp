#include "daemon/http_client/connect.hpp"

#include <utility>
#include <vector>

#include <fmt/format.h>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/error.hpp>

#include "daemon/loop/asio.hpp"

namespace chimera::http {
namespace {

namespace asio = loop::asio;
using asio::ip::tcp;
using boost::system::error_code;

std::unexpected<proto::problem> unreachable(const url& to, const error_code& error,
                                            const std::string& hint) {
  std::string detail = error.message();
  if (error == asio::error::connection_refused) {
    detail = "connection refused";
    if (!hint.empty()) detail += ": " + hint;
  } else if (error == boost::beast::error::timeout) {
    detail = "no answer in time";
  } else if (error == asio::error::host_not_found) {
    detail = "there is no host of that name";
  }
  return proto::fail("client.connect", fmt::format("can't connect to {}:{}", to.host, to.port),
                     std::move(detail));
}

}  // namespace

task<proto::result<void>> connect(transport* stream, url to, way how) {
  std::vector<tcp::endpoint> ends;
  error_code malformed;
  const auto number = asio::ip::make_address(to.host, malformed);
  if (!malformed) {
    ends.emplace_back(number, to.port);
  } else {
    tcp::resolver resolver(stream->get_executor());
    auto [error, found] =
        co_await resolver.async_resolve(to.host, std::to_string(to.port), loop::as_result);
    if (error) co_return unreachable(to, error, how.hint);
    for (const auto& entry : found) ends.push_back(entry.endpoint());
  }
  auto& below = stream->next_layer();
  below.expires_after(how.timeout);
  auto [error, end] = co_await below.async_connect(ends, loop::as_result);
  if (error) co_return unreachable(to, error, how.hint);
  error_code ignored;  // best effort: only latency suffers
  below.socket().set_option(tcp::no_delay(true), ignored);
  if (!to.secure) co_return proto::result<void>();
  co_return co_await stream->secure(to, how.ca_file, how.timeout);
}

std::unexpected<proto::problem> broken(const url& to, std::string_view doing,
                                       const error_code& error) {
  if (error == boost::beast::error::timeout) {
    return proto::fail("client.timeout", fmt::format("{} is silent", to.authority()),
                       fmt::format("it did not answer in time while {}", doing));
  }
  return proto::fail("client.closed", fmt::format("{} ended the connection", to.authority()),
                     fmt::format("while {}: {}", doing, error.message()));
}

}  // namespace chimera::http
