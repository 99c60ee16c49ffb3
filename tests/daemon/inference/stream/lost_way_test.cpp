#include "daemon/inference/stream/lost_way.hpp"

#include <catch2/catch.hpp>

namespace chimera::inference {
namespace {

TEST_CASE("the way to a server fails under the backend's names") {
  struct row {
    std::string from;
    std::string code;
    std::string title;
  };
  const std::vector<row> rows = {
      {"client.connect", "backend.unavailable", "it cannot be reached"},
      {"client.closed", "backend.cut", "the answer of it broke off"},
      {"client.timeout", "backend.stalled", "it is silent"},
      {"client.bad-answer", "backend.protocol", "it speaks another language than Ollama's"},
      {"client.too-large", "backend.protocol", "it speaks another language than Ollama's"},
      {"client.tls", "backend.protocol", "it speaks no TLS"},
      {"client.certificate", "client.certificate", "the title"},
      {"client.bad-url", "client.bad-url", "the title"},
  };
  for (const row& r : rows) {
    proto::problem from;
    from.code = r.from;
    from.title = "the title";
    from.detail = "the detail";
    const auto p = lost_way("it", "Ollama's", from);
    CHECK(p.code == r.code);
    CHECK(p.title == r.title);
    CHECK_THAT(to_text(p), Catch::Contains("the title") && Catch::Contains("the detail"));
  }
}

TEST_CASE("what a server said is shown on one line, in whole characters") {
  const std::string text(299, 'x');
  CHECK(beginning_of("a\nb\tc") == "a b c");
  CHECK(beginning_of(text + "\xE2\x82\xAC") == text + "...");
}

}  // namespace
}  // namespace chimera::inference
