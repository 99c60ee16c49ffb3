#include "daemon/inference/stream/answer_state.hpp"

#include <vector>

#include <catch2/catch.hpp>

#include "daemon/inference/virtual_time.hpp"

namespace chimera::inference {
namespace {

using namespace std::chrono_literals;

struct stage {
  virtual_time time;
  call_timer timer{{}, std::chrono::nanoseconds(0), "it"};
  std::string told;
  answer_state state{"it", timer, time, [this](std::string_view piece) { told += piece; }};
};

TEST_CASE("an answer is what came before the mark") {
  stage s;
  CHECK(s.state.text("Hello \xE2\x82"));
  CHECK(s.told == "Hello ");
  CHECK(s.state.text("\xAC"));
  CHECK(s.state.text(""));
  s.state.finish("stop");
  CHECK(s.state.is_over());
  CHECK_FALSE(s.state.text("more"));
  s.state.end();
  const auto answer = s.state.take();
  REQUIRE(answer);
  CHECK(answer->text == "Hello \xE2\x82\xAC");
  CHECK(s.told == answer->text);
  CHECK(answer->finish_reason == "stop");
  CHECK(answer->usage.output_tokens == 2);
}

TEST_CASE("what the server says of its usage stands") {
  stage s;
  s.state.text("a");
  s.state.draft().usage.output_tokens = 7;
  s.state.draft().usage.total_ns = 5;
  s.state.finish("length");
  const auto answer = s.state.take();
  REQUIRE(answer);
  CHECK(answer->usage.output_tokens == 7);
  CHECK(answer->usage.total_ns == 5);
}

TEST_CASE("the first end decides") {
  struct row {
    std::string name;
    std::function<void(answer_state&)> play;
    std::string code;
  };
  proto::problem failed;
  failed.code = "backend.failed";
  const auto repeat = [](answer_state& s) {
    while (s.text("again and again ")) continue;
  };
  const auto r = GENERATE_COPY(
      row{"end", [](answer_state& s) { s.end(); }, "backend.cut"},
      row{"nothing", [](answer_state&) {}, "backend.cut"},
      row{"fail", [=](answer_state& s) { s.fail(failed), s.finish("stop"); }, "backend.failed"},
      row{"fail without code", [](answer_state& s) { s.fail({}); }, "backend.failed"},
      row{"repeat", [=](answer_state& s) { repeat(s), s.finish("stop"); }, "backend.repetition"});
  CAPTURE(r.name);
  stage s;
  s.state.text("some text");
  r.play(s.state);
  const auto answer = s.state.take();
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == r.code);
  if (r.code != "backend.repetition")
    CHECK_THAT(answer.error().detail,
               Catch::EndsWith("1 pieces with 9 bytes had arrived, the last of them 'some text'"));
}

TEST_CASE("an end without text is no answer") {
  stage s;
  s.state.draft().usage.output_tokens = 3;
  s.state.finish("stop");
  const auto answer = s.state.take();
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == "backend.empty");
  CHECK(answer.error().detail ==
        "it says that it is done (stop) after 3 tokens, none of which is text of the answer");
}

TEST_CASE("a spent budget is why a call failed, whatever else it says") {
  stage s;
  s.state.text("some text");
  boost::asio::io_context none;
  s.time.run(none, std::chrono::hours(1));
  s.state.end("operation cancelled");
  const auto answer = s.state.take();
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == "backend.stalled");
}

TEST_CASE("the detail quotes the last line only, in whole characters") {
  stage s;
  std::string long_text = "first line\n";
  for (int i = 0; i < 100; ++i) long_text += "\xE2\x82\xAC";
  s.state.text(long_text + "\n");
  s.state.end("connection reset by peer");
  const auto answer = s.state.take();
  REQUIRE_FALSE(answer);
  CHECK(answer.error().title == "the answer of it broke off");
  CHECK_THAT(answer.error().detail, Catch::StartsWith("connection reset by peer; 1 pieces"));
  CHECK_THAT(answer.error().detail, Catch::EndsWith("\xE2\x82\xAC'"));
  CHECK_THAT(answer.error().detail, !Catch::Contains("\n"));
}

}  // namespace
}  // namespace chimera::inference
