#include "daemon/inference/openai/completion_stream.hpp"

#include <optional>
#include <vector>

#include <catch2/catch.hpp>

#include "daemon/inference/openai/refusal.hpp"
#include "daemon/inference/virtual_time.hpp"

namespace chimera::inference {
namespace {

using texts = std::vector<std::string>;

struct told {
  texts pieces;
  proto::result<generation> answer;
  bool showed_life = false;
};

told hear(const texts& chunks, const std::string& cause = {}) {
  told out;
  virtual_time time;
  config::call_budgets budgets;
  call_timer timer(budgets, time.now(), "it");
  const auto keep = [&out](std::string_view piece) { out.pieces.emplace_back(piece); };
  answer_state state("it", timer, time, keep);
  const auto refusal = [](std::string_view object) {
    return problem_of("it", "m", {200, std::string(object), {}});
  };
  completion_stream stream("it", state, timer, time, refusal);
  bool more = true;
  for (const std::string& chunk : chunks)
    if (more) more = stream.push(chunk);
  stream.end(cause);
  out.answer = state.take();
  return out;
}

std::string saying(const std::string& text) {
  return R"(data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"tiny",)"
         R"("choices":[{"index":0,"delta":{"content":")" +
         text + R"("},"logprobs":null,"finish_reason":null}]})" + "\n\n";
}

const std::string stop = R"(data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})"
                         "\n\n";
const std::string usage =
    R"(data: {"choices":[],"usage":{"prompt_tokens":26,"completion_tokens":7,"total_tokens":33}})"
    "\n\n";
const std::string done = "data: [DONE]\n\n";

TEST_CASE("an answer is its pieces, its reason and its usage") {
  const auto got = hear({saying("One "), saying("two") + stop, usage, done});
  REQUIRE(got.answer);
  CHECK(got.answer->text == "One two");
  CHECK(got.answer->finish_reason == "stop");
  CHECK(got.answer->usage.prompt_tokens == 26);
  CHECK(got.answer->usage.output_tokens == 7);
  CHECK(got.answer->model == "tiny");
  CHECK(got.pieces == texts{"One ", "two"});
}

TEST_CASE("what came with one read is given on as one piece, and each chunk counts as a token") {
  const auto got = hear({saying("a") + saying("b") + saying("c"), saying("d") + stop + done});
  REQUIRE(got.answer);
  CHECK(got.pieces == texts{"abc", "d"});
  CHECK(got.answer->usage.output_tokens == 4);
}

TEST_CASE("the end has several forms") {
  struct row {
    std::string name;
    std::string body;
    std::string code;  // "" = an answer
  };
  const auto r = GENERATE(
      row{"[DONE] alone after the reason", saying("a") + stop + done, ""},
      row{"no [DONE]", saying("a") + stop, ""},
      row{"[DONE] without a line end", saying("a") + stop + "data: [DONE]", ""},
      row{"[DONE] without a reason", saying("a") + done, ""},
      row{"nothing but [DONE]", done, "backend.cut"},
      row{"usage, but no text", usage + done, "backend.empty"},
      row{"a reason, but no text", stop + done, "backend.empty"},
      row{"no reason", saying("a"), "backend.cut"},
      row{"a cut chunk", saying("a") + "data: {\"ch", "backend.cut"},
      row{"nothing", "", "backend.cut"},
      row{"abort", saying("a") + R"(data: {"choices":[{"finish_reason":"abort"}]})" + "\n\n",
          "backend.failed"},
      row{"no JSON", saying("a") + "data: <html>\n\n", "backend.protocol"},
      row{"not an object", "data: [1]\n\n", "backend.protocol"},
      row{"two objects in one", "data: {} {}\n\n", "backend.protocol"});
  CAPTURE(r.name);
  const auto got = hear({r.body});
  CHECK(got.answer.has_value() == r.code.empty());
  if (!got.answer) CHECK(got.answer.error().code == r.code);
}

TEST_CASE("an error object ends the answer, whatever its form, and what came before stays") {
  const std::string object = GENERATE(
      as<std::string>(), R"({"error":{"message":"boom","type":"server_error","code":500}})",
      R"({"error":"boom","error_type":"generation"})",
      R"({"error":{"message":"boom"},"choices":[]})",
      R"({"choices":[{"delta":{"content":"not this"}}],"error":{"message":"boom"}})");
  const std::string event = GENERATE(as<std::string>(), "", "event: error\n");
  const auto got = hear({saying("kept") + event + "data: " + object + "\n\n" + stop + done});
  REQUIRE_FALSE(got.answer);
  CHECK(got.answer.error().code == "backend.failed");
  CHECK_THAT(got.answer.error().detail, Catch::Contains("boom"));
  CHECK(got.pieces == texts{"kept"});
}

TEST_CASE("thoughts are no part of the answer") {
  const std::string name = GENERATE(as<std::string>(), "reasoning_content", "reasoning");
  const std::string thought =
      R"(data: {"choices":[{"delta":{")" + name + R"(":"hm","content":null}}]})" + "\n\n";
  const auto got = hear({thought, thought + saying("so") + stop + done});
  REQUIRE(got.answer);
  CHECK(got.answer->text == "so");
  CHECK(got.answer->usage.output_tokens == 3);
}

TEST_CASE("usage may come anywhere, and llama-server tells its times") {
  const std::string last =
      R"(data: {"choices":[{"finish_reason":"length","delta":{}}],"timings":{"cache_n":20,)"
      R"("prompt_n":6,"prompt_ms":13.5,"predicted_n":2,"predicted_ms":40}})"
      "\n\n";
  const auto got = hear({saying("a b"), last, done});
  REQUIRE(got.answer);
  CHECK(got.answer->finish_reason == "length");
  CHECK(got.answer->usage.prompt_tokens == 26);
  CHECK(got.answer->usage.output_tokens == 2);
  CHECK(got.answer->usage.prompt_eval_ns == 13'500'000);
  CHECK(got.answer->usage.eval_ns == 40'000'000);
}

TEST_CASE("TGI's reasons are told as others tell them") {
  const auto got = hear(
      {saying("a"), R"(data: {"choices":[{"delta":{"content":"b"},"finish_reason":"eos_token"}]})"
                    "\n\n"});
  REQUIRE(got.answer);
  CHECK(got.answer->text == "ab");
  CHECK(got.answer->finish_reason == "stop");
}

TEST_CASE("half a character becomes a replacement, a whole one stays") {
  const auto got = hear({saying(R"(\ud83d\ude00 \ud83d \\ud83d)") + saying("\xFF") + stop});
  REQUIRE(got.answer);
  CHECK(got.answer->text == "\xF0\x9F\x98\x80 \xEF\xBF\xBD \\ud83d\xEF\xBF\xBD");
}

TEST_CASE("an escape that ends with its chunk is read without trust") {
  for (const std::string& escape : {R"(\u)", R"(\ud83d)", R"(\)", R"(\ud83d\u)"}) {
    CAPTURE(escape);
    const auto got = hear({"data: {\"x\":\"\xFF" + escape + "\n\n" + stop});
    REQUIRE_FALSE(got.answer);
    CHECK(got.answer.error().code == "backend.protocol");
  }
}

TEST_CASE("a whole answer in one object is taken too") {
  virtual_time time;
  call_timer timer({}, time.now(), "it");
  answer_state state("it", timer, time, {});
  completion_stream stream("it", state, timer, time, [](std::string_view) {
    proto::problem p;
    p.code = "told";
    return p;
  });
  const auto [body, code] =
      GENERATE(table<std::string, std::string>({{R"({"choices":[{"message":{"content":"all"},)"
                                                 R"("finish_reason":"stop"}]})",
                                                 ""},
                                                {R"({"error":"Unexpected endpoint"})", "told"},
                                                {R"({"status":"ok"})", "backend.protocol"},
                                                {"hello", "backend.protocol"}}));
  stream.take_whole(body);
  const auto answer = state.take();
  CHECK(answer.has_value() == code.empty());
  if (answer) CHECK(answer->text == "all");
  if (!answer) CHECK(answer.error().code == code);
}

TEST_CASE("why a connection broke is told; after the reason it no longer matters") {
  const auto cut = hear({saying("a")}, "connection reset by peer");
  REQUIRE_FALSE(cut.answer);
  CHECK_THAT(cut.answer.error().detail, Catch::Contains("connection reset by peer"));
  CHECK(hear({saying("a") + stop}, "connection reset by peer").answer);
}

}  // namespace
}  // namespace chimera::inference
