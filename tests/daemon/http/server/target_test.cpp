#include "daemon/http/server/target.hpp"

#include <catch2/catch.hpp>

namespace chimera::http {
namespace {

TEST_CASE("a target is split and decoded") {
  struct row {
    std::string text;
    std::string path;
    std::vector<std::pair<std::string, std::string>> query;
  };
  const auto rows = std::vector<row>{
      {"/", "/", {}},
      {"/v1/jobs", "/v1/jobs", {}},
      {"/a%20b", "/a b", {}},
      {"/a+b", "/a+b", {}},
      {"/%C3%A9t%c3%A9", "/été", {}},
      {"/100%25", "/100%", {}},
      {"/a%252Fb", "/a%2Fb", {}},
      {"/a//b/", "/a//b/", {}},
      {"/a/...", "/a/...", {}},
      {"/?", "/", {}},
      {"/?a=1&b=2&a=3", "/", {{"a", "1"}, {"b", "2"}, {"a", "3"}}},
      {"/?a", "/", {{"a", ""}}},
      {"/?a=&=b&&", "/", {{"a", ""}, {"", "b"}}},
      {"/?q=a+b%2Bc%26d", "/", {{"q", "a b+c&d"}}},
      {"/?q=../%2F\\", "/", {{"q", "..//\\"}}},
      {"/?a=b=c", "/", {{"a", "b=c"}}},
      {"/a?b?c", "/a", {{"b?c", ""}}},
      {"/a#b?c", "/a", {}},
      {"http://localhost:7717/a?b=c", "/a", {{"b", "c"}}},
      {"http://localhost", "/", {}},
      {"http://localhost?b=c", "/", {{"b", "c"}}},
      {"*", "*", {}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const auto got = parse_target(row.text);
    REQUIRE(got);
    CHECK(got->path == row.path);
    CHECK(got->query == row.query);
  }
}

TEST_CASE("a target that could mean two things is refused") {
  const auto text =
      GENERATE(as<std::string>(), "/%", "/%2", "/%zz", "/%2g", "/a%00", "/?a=%00", "/a%2Fb",
               "/a%2fb", "/%ff", "/%C3", "/%ED%A0%80", "/?q=%ff", "/..", "/a/../b", "/a/./b",
               "/a/.", "/%2e%2E/b", "/a\\b", "/a%5Cb", "a/b", "localhost:80", "ftp://host/");
  CAPTURE(text);
  const auto got = parse_target(text);
  REQUIRE_FALSE(got);
  CHECK(got.error().code == "http.bad-target");
  CHECK_FALSE(got.error().detail.empty());
}

}  // namespace
}  // namespace chimera::http
