#include "daemon/http/server/response_head.hpp"

#include <catch2/catch.hpp>

namespace chimera::http {
namespace {

head_facts plain(std::optional<std::uint64_t> length) {
  head_facts facts;
  facts.date = "D";
  facts.length = length;
  return facts;
}

TEST_CASE("the head names the server without a version, the date and the length") {
  CHECK(response_head(200, {{"content-type", "text/plain"}}, plain(5)) ==
        "HTTP/1.1 200 OK\r\nServer: chimera\r\nDate: D\r\ncontent-type: text/plain\r\n"
        "Content-Length: 5\r\n\r\n");
}

TEST_CASE("the framing of a message is not the handler's business") {
  const header_list meddling{{"Content-Length", "9"},
                             {"transfer-encoding", "gzip"},
                             {"CONNECTION", "upgrade"},
                             {"Server", "x/1.0"},
                             {"date", "never"}};
  CHECK(response_head(200, meddling, plain(0)) ==
        "HTTP/1.1 200 OK\r\nServer: chimera\r\nDate: D\r\nContent-Length: 0\r\n\r\n");
}

TEST_CASE("a header that would end the line early is refused") {
  const auto bad = GENERATE(std::pair<std::string, std::string>("x", "a\r\nSet-Cookie: b"),
                            std::pair<std::string, std::string>("x", "a\nb"),
                            std::pair<std::string, std::string>("x", std::string("a\0b", 3)),
                            std::pair<std::string, std::string>("x y", "a"),
                            std::pair<std::string, std::string>("x:", "a"),
                            std::pair<std::string, std::string>("", "a"));
  CHECK_FALSE(response_head(200, {bad}, plain(0)));
}

TEST_CASE("statuses without a body have no length") {
  CHECK(response_head(204, {}, plain(0))->find("Content-Length") == std::string::npos);
  CHECK(has_no_body(204));
  CHECK(has_no_body(304));
  CHECK_FALSE(has_no_body(200));
}

TEST_CASE("the fate of the connection is written where it is not the default") {
  auto facts = plain(std::nullopt);
  facts.chunked = true;
  CHECK(response_head(200, {}, facts)->ends_with("Transfer-Encoding: chunked\r\n\r\n"));
  facts.chunked = false;
  facts.http_1_0 = true;
  CHECK(response_head(200, {}, facts)->ends_with("Connection: keep-alive\r\n\r\n"));
  facts.keep_alive = false;
  CHECK(response_head(200, {}, facts)->ends_with("Connection: close\r\n\r\n"));
}

TEST_CASE("a date is written as RFC 9110 wants it") {
  const std::chrono::system_clock::time_point then{std::chrono::seconds(784111777)};
  CHECK(to_date(then) == "Sun, 06 Nov 1994 08:49:37 GMT");
}

}  // namespace
}  // namespace chimera::http
