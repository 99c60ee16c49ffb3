#include <array>
#include <filesystem>
#include <fstream>
#include <map>

#include <fmt/format.h>
#include <boost/asio/ssl/stream.hpp>

#include "daemon/http/server/house.hpp"
#include "daemon/http_client/certificate.hpp"
#include "daemon/http_client/client.hpp"
#include "daemon/http_client/websocket_client.hpp"

namespace chimera::http {
namespace {

namespace fs = std::filesystem;
namespace ssl = asio::ssl;
using server_stream = ssl::stream<tcp::socket>;

/// A file that is gone when the test ends.
class kept_file {
 public:
  explicit kept_file(const std::string& text)
      : path_(fs::temp_directory_path() / fmt::format("tls-{}-{}.pem", ::getpid(), ++made_)) {
    write(text);
  }
  kept_file(const kept_file&) = delete;
  kept_file& operator=(const kept_file&) = delete;
  ~kept_file() { fs::remove(path_); }
  void write(const std::string& text) const { std::ofstream(path_) << text; }
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  static inline int made_ = 0;
  fs::path path_;
};

/// Shakes hands with one client, keeps what it asked for, and sends `answer`.
class tls_server {
 public:
  tls_server(asio::io_context& on, const certificate& self)
      : trusts_(ssl::context::tls_server),
        acceptor_(on, tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {
    trusts_.use_certificate_chain(asio::buffer(self.pem));
    trusts_.use_private_key(asio::buffer(self.key), ssl::context::pem);
  }

  [[nodiscard]] std::string url(std::string_view host, std::string_view scheme = "https") const {
    return fmt::format("{}://{}:{}/", scheme, host, acceptor_.local_endpoint().port());
  }
  void only(int version) { SSL_CTX_set_max_proto_version(trusts_.native_handle(), version); }

  task<> serve(std::string answer, bool says_goodbye = true) {
    server_stream stream(co_await acceptor_.async_accept(asio::use_awaitable), trusts_);
    auto [error] = co_await stream.async_handshake(server_stream::server, loop::as_result);
    if (error) co_return;
    if (const char* name = SSL_get_servername(stream.native_handle(), TLSEXT_NAMETYPE_host_name))
      named = name;
    spoken = SSL_get_version(stream.native_handle());
    std::array<char, 4096> head{};
    auto [failed, bytes] = co_await stream.async_read_some(asio::buffer(head), loop::as_result);
    asked.assign(head.data(), bytes);
    co_await asio::async_write(stream, asio::buffer(answer), loop::as_result);
    if (says_goodbye) co_await stream.async_shutdown(loop::as_result);
  }

  std::string named;
  std::string spoken;
  std::string asked;

 private:
  ssl::context trusts_;
  tcp::acceptor acceptor_;
};

const certificate& root() {
  static const certificate made = make_certificate({.names = "", .is_authority = true});
  return made;
}

proto::result<client_response> ask(tls_server& server, house& h, client_request what,
                                   std::string answer, bool says_goodbye = true) {
  proto::result<client_response> got;
  auto story = [&]() -> task<> {
    loop::scope serving(h.context.get_executor());
    serving.start(server.serve(std::move(answer), says_goodbye));
    got = co_await fetch(std::move(what));
    co_await serving.join();
  };
  h.play(story);
  return got;
}

const std::string hello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

TEST_CASE("a server whose certificate was issued by the one in ca_file is asked over TLS") {
  const auto host = GENERATE(as<std::string>(), "localhost", "127.0.0.1");
  const kept_file ca(root().pem);
  house h;
  tls_server server(h.context, make_certificate({}, &root()));
  client_request what;
  what.url = server.url(host);
  what.ca_file = ca.path();
  const auto answer = ask(server, h, what, hello);
  REQUIRE(answer);
  CHECK(answer->body == "hello");
  CHECK(server.spoken == "TLSv1.3");
  // A number is not sent as a name (RFC 6066 section 3).
  CHECK(server.named == (host == "localhost" ? "localhost" : ""));
  CHECK(contains(server.asked, fmt::format("Host: {}:", host)));
}

TEST_CASE("a certificate that proves nothing ends the call before the request is sent") {
  struct row {
    std::string what;
    certificate_wish wish;
    bool issued;
    bool names_issuer;
    std::string says;
  };
  const auto r =
      GENERATE(row{"expired", {.to_seconds = -60}, true, true, "it has expired"},
               row{"early", {.from_seconds = 600}, true, true, "it is not valid yet"},
               row{"host",
                   {.names = "DNS:a.test,DNS:b.test"},
                   true,
                   true,
                   "it is for a.test, b.test, not for 'localhost'"},
               row{"no name", {.names = ""}, true, true, "it does not name 'localhost'"},
               row{"issuer", {}, true, false, "name the issuer's certificate with 'ca_file'"},
               row{"own", {}, false, true, "nobody whom this machine trusts"});
  CAPTURE(r.what);
  const kept_file ca(root().pem);
  house h;
  tls_server server(h.context, make_certificate(r.wish, r.issued ? &root() : nullptr));
  client_request what;
  what.url = server.url("localhost");
  if (r.names_issuer) what.ca_file = ca.path();
  what.headers.emplace_back("Authorization", "Bearer secret");
  const auto answer = ask(server, h, what, hello);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == "client.certificate");
  CHECK_THAT(answer.error().detail, Catch::Contains(r.says));
  CHECK(server.asked.empty());
}

TEST_CASE("TLS below 1.2 is refused, and 1.2 is taken") {
  const bool old = GENERATE(true, false);
  const kept_file ca(root().pem);
  house h;
  tls_server server(h.context, make_certificate({}, &root()));
  server.only(old ? TLS1_1_VERSION : TLS1_2_VERSION);
  client_request what;
  what.url = server.url("localhost");
  what.ca_file = ca.path();
  const auto answer = ask(server, h, what, hello);
  CHECK(answer.has_value() != old);
  if (old) {
    CHECK(answer.error().code == "client.tls");
    CHECK_THAT(answer.error().detail, Catch::Contains("older than 1.2"));
  }
}

TEST_CASE("a server without TLS is named as such") {
  house h;
  auto story = [&]() -> task<> {
    client_request what;
    what.url = fmt::format("https://127.0.0.1:{}/", h.http->port());
    const auto answer = co_await fetch(std::move(what));
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == "client.tls");
    CHECK_THAT(answer.error().detail, Catch::Contains("without TLS the url begins with http://"));
  };
  h.play(story);
}

TEST_CASE("a body that ends with the connection must end with TLS's own goodbye") {
  const bool says_goodbye = GENERATE(true, false);
  const kept_file ca(root().pem);
  house h;
  tls_server server(h.context, make_certificate({}, &root()));
  client_request what;
  what.url = server.url("localhost");
  what.ca_file = ca.path();
  const auto answer = ask(server, h, what, "HTTP/1.1 200 OK\r\n\r\nto the end", says_goodbye);
  CHECK(answer.has_value() == says_goodbye);
  if (!says_goodbye) CHECK(answer.error().code == "client.closed");
}

TEST_CASE("ca_file is read again when it changes, and named when it cannot be read") {
  const kept_file ca("no certificate");
  house h;
  tls_server server(h.context, make_certificate({}, &root()));
  client_request what;
  what.url = server.url("localhost");
  what.ca_file = ca.path();
  proto::result<client_response> first;
  auto refused = [&]() -> task<> { first = co_await fetch(what); };
  h.play(refused);
  REQUIRE_FALSE(first);
  CHECK(first.error().code == "client.ca-file");
  CHECK_THAT(first.error().title, Catch::Contains(ca.path().string()));
  const certificate other = make_certificate({.names = "", .is_authority = true});
  for (const auto& [text, right] :
       std::map<std::string, bool>{{other.pem, false}, {root().pem, true}}) {
    ca.write(text);
    fs::last_write_time(ca.path(), fs::last_write_time(ca.path()) + (right ? 2s : 1s));
    house again;
    tls_server next(again.context, make_certificate({}, &root()));
    what.url = next.url("localhost");
    CHECK(ask(next, again, what, hello).has_value() == right);
  }
}

TEST_CASE("a server that accepts and says nothing is left after the connect timeout") {
  house h;
  tcp::acceptor silent(h.context, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  auto story = [&]() -> task<> {
    client_request what;
    what.url = fmt::format("https://127.0.0.1:{}/", silent.local_endpoint().port());
    what.connect_timeout = 50ms;
    const auto answer = co_await fetch(std::move(what));
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == "client.timeout");
  };
  h.play(story);
}

TEST_CASE("a WebSocket is opened over TLS") {
  const kept_file ca(root().pem);
  house h;
  tls_server server(h.context, make_certificate({}, &root()));
  auto story = [&]() -> task<> {
    loop::scope serving(h.context.get_executor());
    serving.start(server.serve("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno"));
    websocket_options options;
    options.ca_file = ca.path();
    websocket_client client(h.context.get_executor());
    const auto opened = co_await client.connect(server.url("localhost", "wss"), options);
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code == "client.declined");
    co_await serving.join();
  };
  h.play(story);
  CHECK(contains(server.asked, "Upgrade: websocket"));
}

}  // namespace
}  // namespace chimera::http
