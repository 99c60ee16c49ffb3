#include "daemon/config/values.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <rapidcheck.h>
#include <catch2/catch.hpp>

namespace chimera::config {
namespace {

using std::chrono::milliseconds;

TEST_CASE("durations are a whole number and a unit") {
  const std::vector<std::pair<std::string, std::optional<milliseconds>>> table = {
      {"10", milliseconds(10'000)},
      {"500ms", milliseconds(500)},
      {"10s", milliseconds(10'000)},
      {"5m", milliseconds(300'000)},
      {"12h", milliseconds(43'200'000)},
      {"30d", milliseconds(2'592'000'000)},
      {"0", milliseconds(0)},
      {"", {}},
      {"s", {}},
      {"-1s", {}},
      {"1.5s", {}},
      {"10 s", {}},
      {"10y", {}},
      {"99999999999999999999s", {}},
      {"18446744073709551615d", {}},
  };
  for (const auto& [text, expected] : table) {
    INFO(text);
    CHECK(parse_duration(text) == expected);
  }
}

TEST_CASE("amounts of bytes know decimal and binary units") {
  const std::vector<std::pair<std::string, std::optional<std::uint64_t>>> table = {
      {"65536", 65'536},
      {"64KiB", 65'536},
      {"1GiB", 1'073'741'824},
      {"10GB", 10'000'000'000},
      {"2TB", 2'000'000'000'000},
      {"7B", 7},
      {"", {}},
      {"GB", {}},
      {"1.5GB", {}},
      {"1gb", {}},
      {"99999999TiB", {}},
      {"-5", {}},
  };
  for (const auto& [text, expected] : table) {
    INFO(text);
    CHECK(parse_bytes(text) == expected);
  }
}

TEST_CASE("an address to listen on has a host and a port") {
  const std::vector<std::pair<std::string, std::optional<listen_address>>> table = {
      {"127.0.0.1:7717", listen_address{"127.0.0.1", 7717}},
      {"[::1]:0", listen_address{"::1", 0}},
      {"localhost:80", listen_address{"localhost", 80}},
      {":7717", listen_address{"0.0.0.0", 7717}},
      {"127.0.0.1", {}},
      {"::1:80", {}},
      {"host:65536", {}},
      {"host:", {}},
      {"host:http", {}},
      {"[]:80", {}},
      {"a b:80", {}},
      {"http://host:80", {}},
  };
  for (const auto& [text, expected] : table) {
    INFO(text);
    CHECK(parse_listen(text) == expected);
  }
}

TEST_CASE("loopback is what only this machine reaches") {
  for (const char* host : {"localhost", "127.0.0.1", "127.8.9.10", "::1"}) {
    INFO(host);
    CHECK(is_loopback(host));
  }
  for (const char* host : {"0.0.0.0", "::", "10.0.0.1", "128.0.0.1", "localhost.example.org",
                           "example.org", "127.0.0.1.example.org", ""}) {
    INFO(host);
    CHECK_FALSE(is_loopback(host));
  }
}

TEST_CASE("a server's URL has a scheme and a host, and holds no secret") {
  for (const char* url :
       {"http://127.0.0.1:11434", "https://example.org", "http://[::1]:80/base"}) {
    INFO(url);
    CHECK(url_fault(url).empty());
  }
  for (const char* url :
       {"", "ftp://host", "127.0.0.1:80", "http://", "http://:80", "http://host:0",
        "http://host:abc", "http://user:secret@host", "http://host/?key=secret", "http://a b"}) {
    INFO(url);
    const std::string fault = url_fault(url);
    CHECK_FALSE(fault.empty());
    CHECK(fault.find("secret") == std::string::npos);
  }
}

TEST_CASE("no text breaks the parsers, and what they accept is in range") {
  rc::check([](const std::string& text) {
    (void)parse_bytes(text);
    (void)parse_listen(text);
    (void)url_fault(text);
    (void)is_loopback(text);
    const auto time = parse_duration(text);
    RC_ASSERT(!time || time->count() >= 0);
  });
}

}  // namespace
}  // namespace chimera::config
