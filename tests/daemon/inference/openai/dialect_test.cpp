#include "daemon/inference/openai/dialect.hpp"

#include <catch2/catch.hpp>

namespace chimera::inference {
namespace {

using enum dialect;

const std::string models =
    R"({"object":"list","data":[{"id":"tiny","object":"model","max_model_len":4096},{"id":"b"}]})";
const std::string llama =
    R"({"default_generation_settings":{"n_ctx":8192},"total_slots":4,"build_info":"b9500-abc"})";
const std::string sglang_info =
    R"({"version":"0.5.2","tp_size":1,"max_running_requests":48,"context_length":32768})";
const std::string lm_models =
    R"({"data":[{"id":"cold","type":"llm","state":"not-loaded","quantization":"Q8_0",)"
    R"("max_context_length":131072},{"id":"e","type":"embeddings"},{"id":"hot","type":"llm",)"
    R"("state":"loaded","quantization":"Q4_K_M","max_context_length":131072,)"
    R"("loaded_context_length":4096}]})";
const std::string tgi_info =
    R"({"model_id":"m","version":"3.3.5","max_concurrent_requests":8,"max_total_tokens":2048})";
const std::string unknown_path = R"({"error":"Unexpected endpoint or method. GET /props"})";

TEST_CASE("a server is known by the probe that it answers") {
  struct row {
    dialect speaks;
    std::string answer;
  };
  const auto r =
      GENERATE(row{llama_server, llama}, row{sglang, sglang_info},
               row{vllm, R"({"version":"0.11.0"})"}, row{lm_studio, lm_models}, row{tgi, tgi_info});
  CHECK(is_answered_by(r.speaks, r.answer));
  for (const probe& p : probes) CHECK_FALSE(is_answered_by(p.would_be, unknown_path));
  for (const probe& p : probes) CHECK_FALSE(is_answered_by(p.would_be, "<html>"));
  for (const probe& p : probes) CHECK_FALSE(is_answered_by(p.would_be, R"("text")"));
}

TEST_CASE("what a server shows is its version, its models and how many calls it takes") {
  struct row {
    dialect speaks;
    std::string answer;
    std::string server;
    std::size_t slots;
    std::uint64_t context;
  };
  const auto r = GENERATE(row{llama_server, llama, "llama-server b9500-abc", 4, 8192},
                          row{sglang, sglang_info, "sglang 0.5.2", 48, 4096},
                          row{vllm, R"({"version":"0.11.0"})", "vllm 0.11.0", 16, 4096},
                          row{tgi, tgi_info, "tgi 3.3.5", 8, 2048},
                          row{generic, "", "openai-compatible", 1, 4096});
  const seen_server got = seen(r.speaks, models, r.answer);
  CHECK(got.view.server == r.server);
  CHECK(got.view.slots == r.slots);
  REQUIRE(got.view.models.size() == 2);
  CHECK(got.view.models.front().name == "tiny");
  CHECK(got.view.models.front().context_tokens == r.context);
}

TEST_CASE("LM Studio's loaded models come first, with the context that they are loaded with") {
  const auto got = seen(lm_studio, models, lm_models).view;
  CHECK(got.slots == 1);
  REQUIRE(got.models.size() == 2);
  CHECK(got.models[0].name == "hot");
  CHECK(got.models[0].context_tokens == 4096);
  CHECK(got.models[0].quantization == "Q4_K_M");
  CHECK(got.models[0].resident);
  CHECK(got.models[1].name == "cold");
  CHECK_FALSE(got.models[1].resident);
}

TEST_CASE("whatever a server answers, it is looked at without trust") {
  const auto answer = GENERATE(as<std::string>(), "", "[]", "{}", R"({"data":7})",
                               R"({"data":[1,{"id":7},{}]})", R"({"total_slots":"many"})");
  for (const dialect d : {generic, llama_server, vllm, sglang, lm_studio, tgi}) {
    const auto got = seen(d, answer, answer);
    CHECK(got.view.models.empty());
    CHECK_FALSE(got.view.server.empty());
  }
}

TEST_CASE("an option has the name that the dialect gives it, or none") {
  struct row {
    std::string option;
    std::array<std::string, 6> names;  // generic, llama_server, vllm, sglang, lm_studio, tgi
  };
  const std::string p = "repetition_penalty";
  const std::string q = "repeat_penalty";
  const auto r = GENERATE_REF(
      row{"num_predict",
          {"max_tokens", "max_tokens", "max_tokens", "max_tokens", "max_tokens", "max_tokens"}},
      row{"top_k", {"", "top_k", "top_k", "top_k", "top_k", ""}},
      row{"min_p", {"", "min_p", "min_p", "min_p", "", ""}},
      row{"repeat_penalty", {"", q, p, p, q, ""}}, row{"num_ctx", {"", "", "", "", "", ""}},
      row{"keep_alive", {"", "", "", "", "", ""}});
  CAPTURE(r.option);
  const std::array all = {generic, llama_server, vllm, sglang, lm_studio, tgi};
  for (std::size_t i = 0; i < all.size(); ++i)
    CHECK(name_of_option(all[i], r.option) == r.names[i]);
}

}  // namespace
}  // namespace chimera::inference
