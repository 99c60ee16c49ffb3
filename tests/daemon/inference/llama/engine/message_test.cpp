#include "daemon/inference/llama/protocol/message.hpp"

#include <catch2/catch.hpp>

namespace chimera::embedded {
namespace {

proto::problem some_problem() {
  proto::problem p;
  p.code = "backend.failed";
  p.title = "a \"title\"";
  p.detail = "two\nlines";
  p.field = "gpu";
  p.allowed = "auto";
  return p;
}

TEST_CASE("every message is one line, and the same after its way") {
  const std::vector<command> commands = {
      generate{7, "system\n", "prompt \x01 \xC3\xA4", {{"seed", "1"}}, "{}"}, count{8, "", "x"},
      cancel{9}};
  for (const command& c : commands) {
    const std::string line = to_line(c);
    CHECK(line.find('\n') == line.size() - 1);
    CHECK(*parse_command(line) == c);
  }
  ready r;
  r.version = "0.5.0";
  r.model = "m";
  r.digest = "sha256:0";
  r.quantization = "F32";
  r.bytes = 1ULL << 40U;
  r.context = 8192;
  r.context_trained = 4096;
  r.slots = 8;
  r.shares = true;
  r.devices = {{"CPU", "a processor", false}, {"GPU0", "a \"card\"", true}};
  r.on_gpu = true;
  done d{3, "stop", 10, 5, 20, 1, 2, 3, {{"seed", "1"}}};
  const std::vector<event> events = {
      r, refused{some_problem()},   working{},      piece{1, "a\n\"b\" \xE2\x82\xAC"},
      d, failed{4, some_problem()}, counted{5, 100}};
  for (const event& e : events) {
    const std::string line = to_line(e);
    CHECK(line.find('\n') == line.size() - 1);
    CHECK(*parse_event(line) == e);
  }
}

TEST_CASE("anything else is refused") {
  for (const char* line : {"", "{", "[]", "{}", R"({"is":"unknown"})", R"({"is":"piece","id":1})",
                           R"({"is":"done","id":"x"})", R"({"is":7})"}) {
    CAPTURE(line);
    const auto e = parse_event(line);
    REQUIRE_FALSE(e);
    CHECK(e.error().code == "engine.protocol");
    CHECK_FALSE(parse_command(line));
  }
}

}  // namespace
}  // namespace chimera::embedded
