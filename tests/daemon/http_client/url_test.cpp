#include "daemon/http_client/url.hpp"

#include <catch2/catch.hpp>

namespace chimera::http {
namespace {

TEST_CASE("an address is taken apart") {
  struct row {
    std::string text;
    std::string host;
    unsigned port;
    std::string target;
    std::string authority;
  };
  const auto text = GENERATE(
      row{"http://localhost", "localhost", 80, "/", "localhost"},
      row{"http://a:7717/", "a", 7717, "/", "a:7717"},
      row{"http://a:7717/v1/jobs?x=1#y", "a", 7717, "/v1/jobs?x=1", "a:7717"},
      row{"http://a?x=1", "a", 80, "/?x=1", "a"}, row{"http://a:/b", "a", 80, "/b", "a"},
      row{"ws://127.0.0.1:1/s", "127.0.0.1", 1, "/s", "127.0.0.1:1"},
      row{"http://[::1]:65535/", "::1", 65535, "/", "[::1]:65535"},
      row{"http://[::1]", "::1", 80, "/", "[::1]"}, row{"https://a", "a", 443, "/", "a"},
      row{"https://a:80/b", "a", 80, "/b", "a:80"}, row{"http://a:443", "a", 443, "/", "a:443"},
      row{"wss://[::1]/s", "::1", 443, "/s", "[::1]"});
  CAPTURE(text.text);
  const auto got = parse_url(text.text);
  REQUIRE(got);
  CHECK(got->host == text.host);
  CHECK(got->port == text.port);
  CHECK(got->target == text.target);
  CHECK(got->authority() == text.authority);
  CHECK(got->secure == (text.text.starts_with("https") || text.text.starts_with("wss")));
}

TEST_CASE("what is no address is refused") {
  const auto text =
      GENERATE(as<std::string>(), "", "localhost:7717", "httpss://a/", "ftp://a/", "http://",
               "http://:80/", "http://a:x/", "http://a:0/", "http://a:65536/", "http://[::1/",
               "http://[::1]x/", "http://user@a/", "http://a/b c", "http://a/\r\nX: y");
  CAPTURE(text);
  const auto got = parse_url(text);
  REQUIRE_FALSE(got);
  CHECK(got.error().code == "client.bad-url");
}

}  // namespace
}  // namespace chimera::http
