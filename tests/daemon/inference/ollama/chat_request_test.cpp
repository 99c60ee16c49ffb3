#include "daemon/inference/ollama/chat_request.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace chimera::inference {
namespace {

using nlohmann::json;

generation_request asked(ollama_options options) {
  generation_request request;
  request.step = "collect";
  request.model = "tiny";
  request.system = "You are brief.";
  request.prompt = "Say \"hello\".";
  request.options = std::move(options);
  return request;
}

TEST_CASE("a chat has its messages, its options, and never a prompt that is cut") {
  const auto message = chat_request(asked({{"temperature", "0.70"},
                                           {"seed", "42"},
                                           {"stop", R"(["a","\n"])"},
                                           {"num_predict", "-1"},
                                           {"keep_alive", "30m"},
                                           {"num_ctx", "1024"},
                                           {"num_gpu", "9"}}),
                                    {false, false, {{"num_ctx", "8192"}, {"use_mmap", "false"}}});
  REQUIRE(message);
  CHECK(message->target == "/api/chat");
  const json wanted = json::parse(R"({
    "model": "tiny",
    "messages": [{"role": "system", "content": "You are brief."},
                 {"role": "user", "content": "Say \"hello\"."}],
    "stream": true, "truncate": false, "shift": false, "keep_alive": "30m",
    "options": {"num_ctx": 8192, "num_predict": -1, "seed": 42, "stop": ["a", "\n"],
                "temperature": 0.7, "use_mmap": false}})");
  CHECK(json::parse(message->body) == wanted);
  CHECK(message->in_effect == ollama_options{{"temperature", "0.70"},
                                             {"seed", "42"},
                                             {"stop", R"(["a","\n"])"},
                                             {"num_predict", "-1"},
                                             {"keep_alive", "30m"},
                                             {"num_ctx", "8192"},
                                             {"use_mmap", "false"}});
}

TEST_CASE("a model without a template for messages gets one text") {
  auto request = asked({});
  request.format = R"({"type":"object"})";
  const auto message = chat_request(request, {true, true, {{"num_ctx", "4096"}}});
  REQUIRE(message);
  CHECK(message->target == "/api/generate");
  const json body = json::parse(message->body);
  CHECK(body["prompt"] == "You are brief.\n\nSay \"hello\".");
  CHECK(body["think"] == false);
  CHECK(body["format"] == json{{"type", "object"}});
  CHECK_FALSE(body.contains("messages"));
}

TEST_CASE("seconds are sent as a number") {
  const std::string value = GENERATE("-1", "300");
  const auto message = chat_request(asked({{"keep_alive", value}}), {});
  REQUIRE(message);
  CHECK(json::parse(message->body)["keep_alive"] == std::stoi(value));
}

TEST_CASE("an option that has no such value is refused before it is sent") {
  const auto option = GENERATE(std::pair<std::string, std::string>{"seed", "many"},
                               std::pair<std::string, std::string>{"stop", "[a"});
  const auto message = chat_request(asked({option}), {});
  REQUIRE_FALSE(message);
  CHECK(message.error().code == "backend.refused");
}

TEST_CASE("the profile is the settings', else the resident model's, else the first request's") {
  struct row {
    ollama_options settings;
    ollama_options first;
    std::uint64_t resident;
    std::uint64_t trained;
    ollama_options wanted;
  };
  using o = ollama_options;
  const std::vector<row> rows = {
      {{{"num_ctx", "2048"}}, {{"num_ctx", "1024"}}, 4096, 8192, {{"num_ctx", "2048"}}},
      {{}, {{"num_ctx", "1024"}}, 4096, 8192, {{"num_ctx", "4096"}}},
      {{}, {{"num_ctx", "6000"}}, 4096, 8192, {{"num_ctx", "6000"}}},
      {{}, {}, 16384, 32768, {{"num_ctx", "16384"}}},
      {{}, {}, 0, 32768, {{"num_ctx", "4096"}}},
      {{}, {}, 0, 2048, {{"num_ctx", "2048"}}},
      {{}, {{"num_ctx", "100000"}}, 0, 8192, {{"num_ctx", "8192"}}},
      {{{"num_gpu", "0"}},
       {{"num_gpu", "-1"}, {"main_gpu", "1"}, {"seed", "1"}},
       0,
       0,
       {{"num_ctx", "4096"}, {"num_gpu", "0"}, {"main_gpu", "1"}}},
  };
  for (const row& r : rows)
    CHECK(fixed_profile(r.settings, r.first, r.resident, r.trained) == r.wanted);
  CHECK(fixed_profile(o{}, o{}, 0, 0) == o{{"num_ctx", "4096"}});
}

}  // namespace
}  // namespace chimera::inference
