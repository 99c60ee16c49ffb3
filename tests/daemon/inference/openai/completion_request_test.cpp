#include "daemon/inference/openai/completion_request.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace chimera::inference {
namespace {

using nlohmann::json;

generation_request a_request() {
  generation_request out;
  out.model = "tiny";
  out.system = "Be brief.";
  out.prompt = "Say \"something\".";
  out.options = {{"temperature", "0.2"}, {"num_predict", "64"},   {"num_ctx", "8192"},
                 {"top_k", "40"},        {"stop", R"(["\n\n"])"}, {"repeat_penalty", "1.1"},
                 {"seed", "-1"}};
  return out;
}

TEST_CASE("a request is a streamed chat, and what the server does not take is not sent") {
  const auto made = request_for(a_request(), {dialect::generic, true});
  REQUIRE(made);
  CHECK(json::parse(made->body) == json::parse(R"({"model":"tiny","stream":true,
    "stream_options":{"include_usage":true},"messages":[{"role":"system","content":"Be brief."},
    {"role":"user","content":"Say \"something\"."}],"temperature":0.2,"max_tokens":64,
    "stop":["\n\n"]})"));
  CHECK(made->in_effect == std::map<std::string, std::string>{{"temperature", "0.2"},
                                                              {"num_predict", "64"},
                                                              {"stop", R"(["\n\n"])"}});
}

TEST_CASE("options have the names of the dialect") {
  const auto made = request_for(a_request(), {dialect::vllm, false});
  REQUIRE(made);
  const json body = json::parse(made->body);
  CHECK(body["repetition_penalty"] == 1.1);
  CHECK(body["top_k"] == 40);
  CHECK_FALSE(body.contains("stream_options"));
  CHECK(made->in_effect.contains("repeat_penalty"));
  CHECK_FALSE(made->in_effect.contains("num_ctx"));
}

TEST_CASE("a schema goes where the dialect holds to one") {
  auto what = a_request();
  what.format = R"({"type":"object"})";
  const auto format = [&what](dialect speaks) {
    const json body = json::parse(request_for(what, {speaks, true})->body);
    return body.value("response_format", json());
  };
  CHECK(format(dialect::llama_server)["json_schema"]["schema"] == json{{"type", "object"}});
  CHECK(format(dialect::tgi)["value"] == json{{"type", "object"}});
  CHECK(format(dialect::generic).is_null());
  what.format = "no schema";
  CHECK(format(dialect::vllm).is_null());
}

TEST_CASE("a value that is none is refused before it is sent") {
  auto what = a_request();
  what.options["temperature"] = "warm";
  const auto made = request_for(what, {});
  REQUIRE_FALSE(made);
  CHECK(made.error().code == "backend.refused");
}

TEST_CASE("bytes that are no UTF-8 do not break the request") {
  auto what = a_request();
  what.prompt =
      "a\xFF"
      "b";
  const auto made = request_for(what, {});
  REQUIRE(made);
  CHECK(json::parse(made->body)["messages"][1]["content"] ==
        "a\xEF\xBF\xBD"
        "b");
}

}  // namespace
}  // namespace chimera::inference
