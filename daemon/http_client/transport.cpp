#include "daemon/http_client/transport.hpp"

#include <fmt/format.h>
#include <boost/beast/core/error.hpp>

#include "daemon/http_client/connect.hpp"
#include "daemon/loop/asio.hpp"

namespace chimera::http {

task<proto::result<void>> transport::secure(url to, std::filesystem::path ca_file,
                                            std::chrono::milliseconds timeout) {
  auto trusted = trust(ca_file);
  if (!trusted) co_return std::unexpected(std::move(trusted.error()));
  trusts_ = std::move(*trusted);
  tls_ = std::make_unique<tls_stream>(tcp_, *trusts_);
  if (!demand_host(*tls_, to, names_)) {
    co_return proto::fail("client.bad-url", fmt::format("'{}' is no name for TLS", to.host));
  }
  tcp_.expires_after(timeout);
  auto [error] = co_await tls_->async_handshake(tls_stream::client, loop::as_result);
  if (error == boost::beast::error::timeout) co_return broken(to, "TLS was agreed on", error);
  if (error) co_return refused_handshake(*tls_, to, names_, error);
  co_return proto::result<void>();
}

}  // namespace chimera::http
