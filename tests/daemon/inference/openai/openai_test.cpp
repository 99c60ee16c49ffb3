#include "daemon/inference/openai/openai.hpp"

#include <exception>
#include <fstream>
#include <map>
#include <memory>

#include <fmt/format.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "daemon/loop/steady_clock.hpp"
#include "support/scratch_folder.hpp"
#include "support/scripted_server.hpp"

namespace chimera::inference {
namespace {

using nlohmann::json;
using test::scripted_request;

const std::string answered =
    "data: {\"choices\":[{\"delta\":{\"content\":\"hello\"}}]}\n\n"
    "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
    "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":1}}\n\n"
    "data: [DONE]\n\n";

test::script reply(unsigned status, const std::string& body,
                   const std::string& type = "application/json", const std::string& more = {}) {
  test::script out;
  out.chunks = {
      fmt::format("HTTP/1.1 {} Said\r\nContent-Type: {}\r\n{}Content-Length: {}\r\n\r\n{}", status,
                  type, more, body.size(), body)};
  return out;
}

/// A server and the backend before it.
struct bench {
  explicit bench(config::backend_settings settings = {})
      : server(context.get_executor(), [this](const scripted_request& r) { return say(r); }) {
    settings.url = fmt::format("http://127.0.0.1:{}/v1/", server.port());
    it = std::make_unique<openai>(settings, time);
  }

  test::script say(const scripted_request& r) {
    const auto found = bodies.find(r.target);
    if (found != bodies.end()) return reply(200, found->second);
    if (r.target != "/v1/chat/completions") return reply(404, R"({"detail":"Not Found"})");
    if (on_call) return on_call(r);
    return reply(200, answered, "text/event-stream");
  }

  template <class Story>
  void play(Story story) {
    std::exception_ptr error;
    bool told = false;
    auto all = [this, &story]() -> task<> {
      co_await story();
      co_await server.stop();
    };
    loop::asio::co_spawn(context, all(), [&](std::exception_ptr e) {
      error = e;
      told = true;
    });
    context.run_for(std::chrono::seconds(20));
    if (error) std::rethrow_exception(error);
    REQUIRE(told);
  }

  proto::result<generation> ask(generation_request request = {}) {
    proto::result<generation> out;
    if (request.prompt.empty()) request.prompt = "Say hello.";
    auto story = [&]() -> task<> { out = co_await it->generate(std::move(request), {}); };
    play(story);
    return out;
  }

  [[nodiscard]] std::vector<scripted_request> calls() const {
    std::vector<scripted_request> out;
    for (const auto& r : server.requests())
      if (r.target == "/v1/chat/completions") out.push_back(r);
    return out;
  }

  boost::asio::io_context context{1};
  loop::steady_clock time;
  std::map<std::string, std::string> bodies = {
      {"/v1/models", R"({"data":[{"id":"tiny","max_model_len":4096},{"id":"other"}]})"}};
  std::function<test::script(const scripted_request&)> on_call;
  test::scripted_server server;
  std::unique_ptr<openai> it;
};

TEST_CASE("a call is answered by the first model of the server, as it shows itself") {
  bench b;
  b.bodies["/version"] = R"({"version":"0.11.0"})";
  generation_request request;
  request.options = {{"temperature", "0"}, {"num_ctx", "1024"}};
  const auto answer = b.ask(request);
  REQUIRE(answer);
  CHECK(answer->text == "hello");
  CHECK(answer->server == "vllm 0.11.0");
  CHECK(answer->usage.prompt_tokens == 9);
  CHECK(answer->usage.ttft_ns > 0);
  CHECK(answer->usage.eval_ns >= 0);
  CHECK(answer->options_in_effect == std::map<std::string, std::string>{{"temperature", "0"}});
  REQUIRE(b.calls().size() == 1);
  const json body = json::parse(b.calls()[0].body);
  CHECK(body["model"] == "tiny");
  CHECK(body["stream"] == true);
  CHECK(b.calls()[0].head.find("X-Conversation-Id") == std::string::npos);
  CHECK(b.it->describe().starts_with("vllm 0.11.0 at http://127.0.0.1:"));
}

TEST_CASE("a server that does not know stream_options is asked without, from then on") {
  bench b;
  b.on_call = [](const scripted_request& r) {
    if (json::parse(r.body).contains("stream_options"))
      return reply(400, R"({"error":{"message":"Unrecognized argument: stream_options"}})");
    return reply(200, answered, "text/event-stream");
  };
  auto twice = [&]() -> task<> {
    for (int i = 0; i < 2; ++i) {
      generation_request request;
      request.prompt = "p";
      const auto answer = co_await b.it->generate(request, {});
      CHECK(answer);
    }
  };
  b.play(twice);
  CHECK(b.calls().size() == 3);
}

TEST_CASE("a request that is refused for itself is tried twice at most, and teaches nothing") {
  bench b;
  b.on_call = [](const scripted_request&) {
    return reply(400, R"({"error":{"message":"bad temperature"}})");
  };
  auto twice = [&]() -> task<> {
    for (int i = 0; i < 2; ++i) {
      generation_request request;
      request.prompt = "p";
      const auto answer = co_await b.it->generate(request, {});
      REQUIRE_FALSE(answer);
      CHECK(answer.error().code == "backend.refused");
    }
  };
  b.play(twice);
  CHECK(b.calls().size() == 4);
}

TEST_CASE("the key is read for each call, and no problem tells it") {
  const test::scratch_folder folder;
  const auto file = folder / "key";
  std::ofstream(file) << "first-secret\n";
  config::backend_settings settings;
  settings.key_file = file;
  bench b(settings);
  b.on_call = [](const scripted_request& r) {
    if (r.head.find("Authorization: Bearer second-secret\r\n") == std::string::npos)
      return reply(401, R"({"error":{"message":"Incorrect API key provided"}})");
    return reply(200, answered, "text/event-stream");
  };
  auto story = [&]() -> task<> {
    generation_request request;
    request.prompt = "p";
    auto answer = co_await b.it->generate(request, {});
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == "backend.unauthorized");
    CHECK(to_text(answer.error()).find("secret") == std::string::npos);
    std::ofstream(file) << "second-secret";
    answer = co_await b.it->generate(request, {});
    CHECK(answer);
    std::filesystem::remove(file);
    answer = co_await b.it->generate(request, {});
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == "backend.unauthorized");
    CHECK_THAT(answer.error().title, Catch::Contains(file.string()));
  };
  b.play(story);
}

TEST_CASE("vLLM counts the messages of a prompt, llama-server what its template makes of them") {
  const bool is_vllm = GENERATE(true, false);
  bench b;
  if (is_vllm) {
    b.bodies["/version"] = R"({"version":"0.11.0"})";
    b.bodies["/tokenize"] = R"({"count":3,"max_model_len":4096,"tokens":[1,2,3]})";
  } else {
    b.bodies["/props"] = R"({"total_slots":2,"default_generation_settings":{"n_ctx":2048}})";
    b.bodies["/apply-template"] = R"({"prompt":"<|user|>p"})";
    b.bodies["/tokenize"] = R"({"tokens":[1,2,3]})";
  }
  auto story = [&]() -> task<> {
    generation_request request;
    request.prompt = "p";
    request.options["num_predict"] = "64";
    const auto count = co_await b.it->count_tokens(request);
    REQUIRE(count);
    CHECK(*count == 3);
    const auto limits = co_await b.it->limits(request);
    REQUIRE(limits);
    CHECK(limits->context_tokens == (is_vllm ? 4096 : 2048));
    CHECK(limits->answer_tokens == 64);
    CHECK(limits->holds_to_schema);
    const auto view = co_await b.it->look();
    REQUIRE(view);
    CHECK(view->slots == (is_vllm ? 16 : 2));
  };
  b.play(story);
  for (const auto& r : b.server.requests())
    if (r.target == "/tokenize") CHECK_FALSE(r.body.empty());
}

TEST_CASE("where no server counts, an estimate learns from the answers") {
  bench b;
  auto story = [&]() -> task<> {
    generation_request request;
    request.prompt = std::string(4000, 'x');
    const auto before = co_await b.it->count_tokens(request);
    REQUIRE(before);
    CHECK(*before > 1000);
    b.on_call = [](const scripted_request&) {
      return reply(
          200,
          "data: {\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}],"
          "\"usage\":{\"prompt_tokens\":1000,\"completion_tokens\":1}}\n\n",
          "text/event-stream");
    };
    CHECK(co_await b.it->generate(request, {}));
    const auto after = co_await b.it->count_tokens(request);
    REQUIRE(after);
    CHECK(*after < *before);
    CHECK(*after >= 1000);
  };
  b.play(story);
}

TEST_CASE("a prompt that was read in part only gives no answer") {
  bench b;
  generation_request request;
  request.prompt = std::string(4000, 'x');  // the server says that it has read 9 tokens
  const auto answer = b.ask(request);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == "backend.truncated");
}

TEST_CASE("an answer is known by what it is, not by the type that it says it has") {
  bench b;
  const auto [body, type] = GENERATE(table<std::string, std::string>(
      {{answered, "application/json"},
       {R"({"choices":[{"message":{"content":"hello"},"finish_reason":"stop"}]})",
        "application/json; charset=utf-8"}}));
  const test::script said = reply(200, body, type);
  b.on_call = [said](const scripted_request&) { return said; };
  const auto answer = b.ask();
  REQUIRE(answer);
  CHECK(answer->text == "hello");
}

TEST_CASE("who lists no model must be told one") {
  bench b;
  b.bodies["/v1/models"] = R"({"data":[]})";
  const auto answer = b.ask();
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == "backend.model");
}

TEST_CASE("a server that cannot be reached, or that is no such server, is named with the way out") {
  boost::asio::io_context context{1};
  loop::steady_clock time;
  config::backend_settings settings;
  settings.url = "http://127.0.0.1:1";
  openai it(settings, time);
  std::optional<proto::result<backend_view>> got;
  auto story = [&]() -> task<> { got = co_await it.look(); };
  loop::asio::co_spawn(context, story(), [](std::exception_ptr) {});
  context.run_for(std::chrono::seconds(10));
  REQUIRE(got);
  REQUIRE_FALSE(*got);
  CHECK(got->error().code == "backend.unavailable");
  CHECK(got->error().title == "openai at http://127.0.0.1:1 cannot be reached");

  bench b;
  b.on_call = [](const scripted_request&) {
    return reply(404, "<html>nothing here</html>", "text/html");
  };
  generation_request request;
  request.model = "m";
  const auto answer = b.ask(request);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == "backend.protocol");
  CHECK(answer.error().field == "url");
}

TEST_CASE("Retry-After is told with the refusal") {
  bench b;
  b.on_call = [](const scripted_request&) {
    return reply(429, R"({"error":"Model is overloaded"})", "application/json",
                 "Retry-After: 12\r\n");
  };
  const auto answer = b.ask();
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == "backend.overloaded");
  CHECK_THAT(answer.error().detail, Catch::Contains("Retry-After 12"));
}

}  // namespace
}  // namespace chimera::inference
