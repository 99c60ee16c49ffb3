#include "daemon/inference/ollama/model_cards.hpp"

#include <catch2/catch.hpp>

namespace chimera::inference {
namespace {

TEST_CASE("a model without a tag is the latest") {
  CHECK(full_name("gemma3") == "gemma3:latest");
  CHECK(full_name("gemma3:4b") == "gemma3:4b");
  CHECK(full_name("host:5000/ns/gemma3") == "host:5000/ns/gemma3:latest");
}

TEST_CASE("installed and resident models are one list") {
  const auto installed = installed_models("it", R"({"models":[
      {"name":"a:latest","digest":"d1","size":100,
       "details":{"quantization_level":"Q4_K_M","context_length":8192}},
      {"name":"b:latest","digest":"d2","size":200}]})");
  const auto resident = resident_models("it", R"({"models":[
      {"name":"a:latest","digest":"d1","size":4509715660,"size_vram":3328599654,
       "context_length":4096}]})");
  REQUIRE(installed);
  REQUIRE(resident);
  const auto all = joined(*installed, *resident);
  REQUIRE(all.size() == 2);
  CHECK(all[0].resident);
  CHECK(all[0].context_tokens == 4096);
  CHECK(all[0].quantization == "Q4_K_M");
  CHECK_FALSE(all[1].resident);
  CHECK(all[1].digest == "d2");
  CHECK(cpu_warnings(all) ==
        std::vector<std::string>{"a:latest runs partly on the CPU: 3.1 of 4.2 GiB are on the GPU"});
}

TEST_CASE("an answer that is none of Ollama's is named") {
  const std::string body = GENERATE("<html>", "{}", "[]", R"({"models":3})", "");
  const auto models = installed_models("it", body);
  REQUIRE_FALSE(models);
  CHECK(models.error().code == "backend.protocol");
  CHECK_FALSE(version_of("it", body));
}

TEST_CASE("an empty list may be null, as Go writes it") {
  const auto models = installed_models("it", R"({"models":null})");
  REQUIRE(models);
  CHECK(models->empty());
}

TEST_CASE("what a model can do decides how it is asked") {
  struct row {
    std::string card;
    shown_model wanted;
  };
  const std::vector<row> rows = {
      {R"({"template":"{{ .System }}","capabilities":["completion","thinking"],"model_info":
        {"general.architecture":"qwen3","qwen3.context_length":40960}})",
       {40960, true, true, false}},
      {R"({"template":"{{ .Prompt }}","capabilities":["completion"]})", {0, false, true, true}},
      {R"({"template":"{{ range .Messages }}"})", {0, false, true, false}},
      {R"({"capabilities":["embedding"]})", {0, false, false, false}},
      {R"({"model_info":3,"template":7,"capabilities":"x"})", {0, false, true, false}},
  };
  for (const row& r : rows) {
    CAPTURE(r.card);
    const auto card = shown("it", r.card);
    REQUIRE(card);
    CHECK(card->trained_context == r.wanted.trained_context);
    CHECK(card->thinks == r.wanted.thinks);
    CHECK(card->completes == r.wanted.completes);
    CHECK(card->is_plain == r.wanted.is_plain);
  }
  CHECK_FALSE(shown("it", "[]"));
}

TEST_CASE("prompt counts are whole since 0.30") {
  CHECK(counts_whole_prompts("0.33.0-rc2"));
  CHECK(counts_whole_prompts("1.2"));
  CHECK_FALSE(counts_whole_prompts("0.9.6"));
  CHECK_FALSE(counts_whole_prompts("main"));
  CHECK_FALSE(counts_whole_prompts(""));
}

}  // namespace
}  // namespace chimera::inference
