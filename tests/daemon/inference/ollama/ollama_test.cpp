#include "daemon/inference/ollama/ollama.hpp"

#include <set>

#include <fmt/format.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "daemon/loop/steady_clock.hpp"
#include "support/scripted_server.hpp"

namespace chimera::inference {
namespace {

using nlohmann::json;

test::script said(unsigned status, const std::string& body) {
  test::script out;
  out.chunks = {
      fmt::format("HTTP/1.1 {} Said\r\nContent-Length: {}\r\n\r\n{}", status, body.size(), body)};
  return out;
}

/// An Ollama with two models, "tiny" (thinks; resident with 4096 if wanted) and "embed".
struct bench {
  boost::asio::io_context context{1};
  loop::steady_clock time;
  bool resident = false;
  std::uint64_t prompt_tokens = 40;
  std::string version = "0.33.0";
  std::string refusal;  ///< status 400 and this, once
  test::scripted_server server{context.get_executor(),
                               [this](const test::scripted_request& r) { return answer(r); }};

  test::script answer(const test::scripted_request& request) {
    if (request.target == "/api/version") return said(200, json{{"version", version}}.dump());
    if (request.target == "/api/tags")
      return said(200, R"({"models":[{"name":"tiny:latest","digest":"d1","size":7},)"
                       R"({"name":"embed:latest","digest":"d2","size":8}]})");
    if (request.target == "/api/ps")
      return said(200, resident ? R"({"models":[{"name":"tiny:latest","digest":"d1","size":7,)"
                                  R"("size_vram":0,"context_length":4096}]})"
                                : R"({"models":[]})");
    if (request.target == "/api/show") {
      const std::string model = json::parse(request.body)["model"];
      if (model == "embed") return said(200, R"({"capabilities":["embedding"]})");
      if (model != "tiny") return said(404, R"({"error":"model not found"})");
      return said(200, R"({"capabilities":["completion","thinking"],"template":"{{ .System }}",)"
                       R"("model_info":{"general.architecture":"x","x.context_length":8192}})");
    }
    if (!refusal.empty()) return said(400, std::exchange(refusal, ""));
    return said(200, R"({"model":"tiny:latest","message":{"content":"","thinking":"hm"}})"
                     "\n"
                     R"({"model":"tiny:latest","message":{"content":"Yes."},"done":false})"
                     "\n" +
                         fmt::format(R"({{"message":{{"content":""}},"done":true,)"
                                     R"("done_reason":"stop","total_duration":9,"load_duration":1,)"
                                     R"("prompt_eval_count":{},"prompt_eval_duration":2,)"
                                     R"("eval_count":3,"eval_duration":4}})"
                                     "\n",
                                     prompt_tokens));
  }

  ollama backend_of(ollama_options profile = {}, std::string model = "") {
    config::backend_settings settings;
    settings.type = "ollama";
    settings.url = fmt::format("http://127.0.0.1:{}/", server.port());
    settings.model = std::move(model);
    settings.profile = std::move(profile);
    return {settings, time};
  }

  template <class Story>
  void play(Story story) {
    bool told = false;
    std::exception_ptr error;
    boost::asio::co_spawn(context, story(), [&](std::exception_ptr e) {
      told = true;
      error = e;
    });
    while (!told && context.run_one_for(std::chrono::seconds(10)) > 0) continue;
    boost::asio::co_spawn(context, server.stop(), [](const std::exception_ptr&) {});
    context.run_for(std::chrono::seconds(5));
    if (error) std::rethrow_exception(error);
    REQUIRE(told);
  }

  [[nodiscard]] std::vector<json> calls() const {
    std::vector<json> out;
    for (const auto& r : server.requests())
      if (r.target == "/api/chat") out.push_back(json::parse(r.body));
    return out;
  }
};

generation_request asked(ollama_options options = {}, std::string model = "tiny") {
  generation_request request;
  request.step = "collect";
  request.model = std::move(model);
  request.prompt = "Is it so?";
  request.options = std::move(options);
  return request;
}

TEST_CASE("an answer has what the server says of it") {
  bench b;
  auto backend = b.backend_of();
  b.play([&]() -> task<> {
    const auto answer = co_await backend.generate(asked({{"seed", "7"}, {"num_ctx", "2048"}}), {});
    REQUIRE(answer);
    CHECK(answer->text == "Yes.");
    CHECK(answer->finish_reason == "stop");
    CHECK(answer->model == "tiny:latest");
    CHECK(answer->model_digest == "d1");
    CHECK(answer->server == "ollama 0.33.0");
    CHECK(answer->options_in_effect == ollama_options{{"seed", "7"}, {"num_ctx", "2048"}});
    CHECK(answer->usage.prompt_tokens == 40);
    CHECK(answer->usage.output_tokens == 3);
    CHECK(answer->usage.total_ns == 9);
    CHECK(answer->usage.load_ns == 1);
    CHECK(answer->usage.prompt_eval_ns == 2);
    CHECK(answer->usage.eval_ns == 4);
    CHECK(answer->usage.ttft_ns > 0);
  });
  REQUIRE(b.calls().size() == 1);
  CHECK(b.calls()[0]["think"] == false);
}

TEST_CASE("every call has the same load options, whatever is asked for") {
  bench b;
  b.resident = GENERATE(true, false);
  auto backend = b.backend_of({{"num_gpu", "1"}});
  b.play([&]() -> task<> {
    const auto limits = co_await backend.limits(asked({{"num_ctx", "1024"}}));
    REQUIRE(limits);
    CHECK(limits->context_tokens == 1024);
    CHECK(limits->answer_tokens == 0);
    CHECK(limits->holds_to_schema);
    CHECK(co_await backend.generate(asked({{"num_ctx", "1024"}}), {}));
    const auto other =
        co_await backend.generate(asked({{"num_ctx", "8192"}, {"num_gpu", "0"}}), {});
    REQUIRE(other);
    CHECK(other->options_in_effect.at("num_ctx") == (b.resident ? "4096" : "1024"));
    CHECK(other->options_in_effect.at("num_gpu") == "1");
    CHECK(co_await backend.generate(asked(), {}));
    const auto wide = co_await backend.limits(asked({{"num_ctx", "9000"}, {"num_predict", "50"}}));
    REQUIRE(wide);
    CHECK(wide->context_tokens == (b.resident ? 4096 : 1024));
    CHECK(wide->answer_tokens == 50);
  });
  REQUIRE(b.calls().size() == 3);
  for (const json& call : b.calls()) {
    CHECK(call["options"] == json{{"num_ctx", b.resident ? 4096 : 1024}, {"num_gpu", 1}});
    CHECK(call["truncate"] == false);
    CHECK(call["shift"] == false);
  }
}

TEST_CASE("the server is looked at without making text") {
  bench b;
  b.resident = true;
  auto backend = b.backend_of();
  b.play([&]() -> task<> {
    const auto view = co_await backend.look();
    REQUIRE(view);
    CHECK(view->server == "ollama 0.33.0");
    CHECK(view->slots == 1);
    CHECK(view->models.size() == 2);
    CHECK(view->warnings == std::vector<std::string>{"tiny:latest runs on the CPU alone"});
  });
  CHECK(b.calls().empty());
}

TEST_CASE("a prompt that the server cut is no base for an answer") {
  bench b;
  b.version = GENERATE("0.33.0", "0.5.1");
  auto backend = b.backend_of();
  b.play([&]() -> task<> {
    auto request = asked();
    request.prompt = std::string(8000, 'x');
    const auto answer = co_await backend.generate(request, {});
    // Older servers do not count what they had cached: nothing follows from a small number.
    CHECK(answer.has_value() == (b.version == "0.5.1"));
    if (!answer) CHECK(answer.error().code == "backend.truncated");
  });
}

TEST_CASE("a prompt that does not fit teaches how long prompts are") {
  bench b;
  b.refusal = R"({"error":"{\"error\":{\"type\":\"exceed_context_size_error\",)"
              R"(\"n_prompt_tokens\":5000,\"n_ctx\":4096}}"})";
  auto backend = b.backend_of();
  b.play([&]() -> task<> {
    auto request = asked();
    request.prompt = std::string(6000, 'x');
    const auto before = co_await backend.count_tokens(request);
    REQUIRE(before);
    CHECK(*before < 5000);
    const auto answer = co_await backend.generate(request, {});
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == "backend.context");
    const auto after = co_await backend.count_tokens(request);
    REQUIRE(after);
    CHECK(*after >= 5000);
    CHECK(*after < 5500);
  });
}

TEST_CASE("a model that is missing, or makes no text, is named before any call") {
  bench b;
  auto backend = b.backend_of();
  const std::string model = GENERATE("", "embed", "other");
  b.play([&]() -> task<> {
    const auto answer = co_await backend.generate(asked({}, model), {});
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == "backend.model");
    if (model == "other") CHECK_THAT(answer.error().detail, Catch::Contains("ollama pull other"));
    CHECK_FALSE(co_await backend.limits(asked({}, model)));
  });
  CHECK(b.calls().empty());
}

TEST_CASE("a server that is not there is unavailable, with the way out") {
  bench b;
  config::backend_settings settings;
  {
    boost::asio::ip::tcp::acceptor probe(b.context, {boost::asio::ip::address_v4::loopback(), 0});
    settings.url = fmt::format("http://127.0.0.1:{}", probe.local_endpoint().port());
  }
  ollama backend(settings, b.time);
  b.play([&]() -> task<> {
    const auto answer = co_await backend.generate(asked(), {});
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == "backend.unavailable");
    CHECK_THAT(answer.error().detail, Catch::Contains("ollama serve"));
    const auto view = co_await backend.look();
    REQUIRE_FALSE(view);
    CHECK(view.error().code == "backend.unavailable");
  });
}

TEST_CASE("a backend says what it is") {
  bench b;
  const std::string url = fmt::format("http://127.0.0.1:{}", b.server.port());
  CHECK(b.backend_of().describe() == "ollama at " + url);
  CHECK(b.backend_of({}, "tiny").describe() == "ollama tiny at " + url);
  b.play([]() -> task<> { co_return; });
}

}  // namespace
}  // namespace chimera::inference
