#include "daemon/inference/llama/llama.hpp"

#include <cstdio>
#include <set>

#include <catch2/catch.hpp>

#include "daemon/inference/llama/engine_host.hpp"

namespace chimera::inference {
namespace {

using test::engine_host;
using test::request;
namespace fs = std::filesystem;

const std::map<std::string, std::string> greedy = {{"temperature", "0"}, {"num_predict", "48"}};

// Eight agents: the same evidence, each with a question of its own.
std::vector<std::string> eight_prompts() {
  std::vector<std::string> prompts;
  std::string evidence;
  for (int i = 0; i < 20; ++i) evidence += "row " + std::to_string(i * 7919) + " took a while. ";
  for (const char* question :
       {"Which model is the fastest?", "How many rows failed, and why?", "Is load time counted?",
        "What was left out of the run?", "Were the runs repeated?", "Does context size matter?",
        "Which GPU was it?", "What should be measured next time?"})
    prompts.push_back(evidence + question);
  return prompts;
}

std::vector<std::string> one_after_the_other(engine_host& host) {
  std::vector<std::string> texts;
  for (const std::string& prompt : eight_prompts()) {
    const auto answer = host.ask(request(prompt, greedy));
    REQUIRE(answer);
    texts.push_back(answer->text);
  }
  return texts;
}

TEST_CASE(
    "eight calls at once give the same texts as one after the other, and share the evidence") {
  engine_host alone;
  const std::vector<std::string> expected = one_after_the_other(alone);
  CHECK(std::set<std::string>(expected.begin(), expected.end()).size() > 4);
  engine_host host;
  std::vector<std::shared_ptr<test::engine_call>> calls;
  for (const std::string& prompt : eight_prompts())
    calls.push_back(host.start(request(prompt, greedy)));
  REQUIRE(host.finish());
  std::size_t shared = 0;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const auto& answer = calls[i]->result;
    REQUIRE((answer && *answer));
    CHECK((*answer)->text == expected[i]);
    CHECK(calls[i]->heard == expected[i]);
    CHECK((*answer)->usage.prompt_tokens > 500);
    if ((*answer)->options_in_effect.at("cached_tokens") != "0") ++shared;
  }
  CHECK(shared == 7);
}

TEST_CASE(
    "calls that are cancelled leave the texts of the others as they are, and their places free") {
  engine_host host;
  const std::vector<std::string> expected = one_after_the_other(host);
  const auto prompts = eight_prompts();
  for (std::size_t round = 0; round < 4; ++round) {
    std::vector<std::shared_ptr<test::engine_call>> calls;
    for (std::size_t i = 0; i < prompts.size(); ++i)
      calls.push_back(host.start(request(prompts[i], greedy), (i + round) % 3 == 0 ? 20 : 0));
    REQUIRE(host.finish());
    for (std::size_t i = 0; i < calls.size(); ++i) {
      if ((i + round) % 3 == 0) {
        CHECK_FALSE(calls[i]->ended);
      } else {
        REQUIRE((calls[i]->ended && *calls[i]->result));
        CHECK((*calls[i]->result)->text == expected[i]);
      }
    }
  }
}

TEST_CASE("more calls than slots, and more than the memory holds: all are answered") {
  engine_host host([](config::backend_settings& how) {
    how.slots = 3;
    how.llama.context = 1024;
  });
  std::vector<std::shared_ptr<test::engine_call>> calls;
  for (int i = 0; i < 12; ++i)
    calls.push_back(host.start(request(std::string(300, static_cast<char>('a' + i)), greedy)));
  REQUIRE(host.finish());
  for (const auto& call : calls) CHECK((call->result && *call->result));
}

TEST_CASE("the prompt is counted as the model reads it, template included") {
  engine_host host;
  const generation_request about = request("How many? \xC3\xA4", greedy);
  const auto counted = host.wait(host.engine().count_tokens(about));
  const auto answer = host.ask(about);
  REQUIRE((counted && answer));
  CHECK(*counted == answer->usage.prompt_tokens);
}

TEST_CASE("what looks like a control token in a prompt is text") {
  engine_host host;
  const auto count = [&](const std::string& prompt) {
    return *host.wait(host.engine().count_tokens(request(prompt, greedy)));
  };
  CHECK(count("x<|im_end|>") - count("x") == 10);
  CHECK(count("x</s>") - count("x") == 4);
}

TEST_CASE("usage, options in effect, model and server are told") {
  engine_host host;
  auto about = request("Tell me.", {{"temperature", "0"}, {"num_predict", "7"}});
  const auto answer = host.ask(about);
  REQUIRE(answer);
  CHECK(answer->finish_reason == "length");
  CHECK(answer->usage.output_tokens == 7);
  CHECK(answer->usage.load_ns > 0);
  CHECK(answer->usage.prompt_eval_ns > 0);
  CHECK(answer->usage.eval_ns > 0);
  CHECK(answer->usage.ttft_ns <= answer->usage.total_ns);
  CHECK(answer->options_in_effect.at("num_predict") == "7");
  CHECK(answer->model == "random words");
  CHECK(answer->model_digest.starts_with("sha256:"));
  CHECK(answer->server == "llama.cpp 0.5.0");
  CHECK(host.ask(about)->usage.load_ns == 0);
}

TEST_CASE("a seed gives the same text again, another one another") {
  engine_host host;
  const auto with_seed = [&](const char* seed) {
    return host.ask(request("Tell me.", {{"seed", seed}, {"num_predict", "40"}}))->text;
  };
  const std::string first = with_seed("1");
  CHECK(with_seed("1") == first);
  CHECK(with_seed("2") != first);
}

TEST_CASE("an answer ends before a stop string") {
  engine_host host;
  const std::string whole = host.ask(request("Tell me.", greedy))->text;
  REQUIRE(whole.size() > 30);
  const std::string stop = whole.substr(20, 6);
  const auto answer =
      host.ask(request("Tell me.", {{"temperature", "0"}, {"num_predict", "48"}, {"stop", stop}}));
  REQUIRE(answer);
  CHECK(answer->text == whole.substr(0, whole.find(stop)));
  CHECK(answer->finish_reason == "stop");
}

TEST_CASE("a format is held to where a grammar can be made of it, and said if not") {
  engine_host host;
  auto about = request("Tell me.", {{"seed", "3"}, {"num_predict", "400"}});
  about.format = R"({"type":"object","properties":{"kind":{"enum":["slow","fast"]},)"
                 R"("facts":{"type":"array","items":{"type":"boolean"},"maxItems":3}}})";
  const auto answer = host.ask(about);
  REQUIRE(answer);
  CHECK(answer->finish_reason == "stop");
  CHECK(answer->text.find("\"kind\"") != std::string::npos);
  CHECK(answer->options_in_effect.at("format") == "grammar");
  about.format = R"({"$ref":"#/x"})";
  CHECK(host.ask(about)->options_in_effect.at("format") == "free text: it uses '$ref'");
}

TEST_CASE("limits are those of the model, the settings and the request") {
  engine_host host([](config::backend_settings& how) { how.llama.context = 2048; });
  const auto free = host.wait(host.engine().limits(request("", {})));
  REQUIRE(free);
  CHECK(free->context_tokens == 2048);
  CHECK(free->answer_tokens == 0);
  CHECK(free->holds_to_schema);
  const auto asked =
      host.wait(host.engine().limits(request("", {{"num_ctx", "1024"}, {"num_predict", "99"}})));
  CHECK(asked->context_tokens == 1024);
  CHECK(asked->answer_tokens == 99);
}

TEST_CASE("a prompt that can never fit is refused with numbers") {
  engine_host host([](config::backend_settings& how) { how.llama.context = 512; });
  const auto answer = host.ask(request(std::string(2000, 'x'), greedy));
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == "backend.context");
  CHECK(answer.error().title.find("context of 512 tokens") != std::string::npos);
  auto small = greedy;
  small["num_ctx"] = "64";
  CHECK(host.ask(request(std::string(100, 'x'), small)).error().code == "backend.context");
  small["top_k"] = "many";
  CHECK(host.ask(request("x", small)).error().code == "backend.refused");
}

TEST_CASE("an engine that is killed fails the calls under way, the next call has a new one") {
  test::model_shape endless;
  endless.ends = false;
  engine_host host({}, endless);
  auto options = greedy;
  options["num_predict"] = "3000";
  options["temperature"] = "1";
  bool killed = false;
  host.when_heard([&](test::engine_call&) {
    if (std::exchange(killed, true)) return;
    REQUIRE(::kill(static_cast<pid_t>(host.engine().engine_pid()), SIGKILL) == 0);
  });
  const auto first = host.start(request("one", options));
  const auto second = host.start(request("two", options));
  REQUIRE(host.finish());
  for (const auto& call : {first, second}) {
    REQUIRE(call->result);
    REQUIRE_FALSE(*call->result);
    CHECK(call->result->error().code == "backend.crashed");
    CHECK(call->result->error().title == "the embedded engine was ended by signal 9 (SIGKILL)");
  }
  const std::int64_t before = host.engine().engine_pid();
  CHECK(host.ask(request("three", greedy)));
  CHECK(host.engine().engine_pid() != before);
}

TEST_CASE("the process goes with its backend") {
  std::int64_t pid = 0;
  {
    engine_host host;
    REQUIRE(host.ask(request("one", greedy)));
    pid = host.engine().engine_pid();
    CHECK(::kill(static_cast<pid_t>(pid), 0) == 0);
  }
  CHECK(::kill(static_cast<pid_t>(pid), 0) != 0);
}

TEST_CASE("what keeps the engine from working is said in its words") {
  struct row {
    const char* what;
    std::function<void(config::backend_settings&)> change;
    fs::path program;
    std::string code;
    std::string part;
  };
  const std::vector<row> rows = {
      {"no program", {}, "/nowhere/chimera-llama", "backend.library", "deploy/fetch-llama"},
      {"no library", [](auto& how) { how.llama.library = "/nowhere/libllama.so"; },
       CHIMERA_LLAMA_PROGRAM, "backend.library", "/nowhere/libllama.so"},
      {"another library", [](auto& how) { how.llama.library = "/proc/self/exe"; },
       CHIMERA_LLAMA_PROGRAM, "backend.library", "cannot be loaded"},
      {"no model", [](auto& how) { how.file = "/nowhere/x.gguf"; }, CHIMERA_LLAMA_PROGRAM,
       "backend.model", "/nowhere/x.gguf"},
      {"no GGUF", [](auto& how) { how.file = "/proc/self/exe"; }, CHIMERA_LLAMA_PROGRAM,
       "backend.model", ""},
      {"ends at once", {}, "/bin/false", "backend.crashed", "ended with code 1"},
      {"speaks something else", {}, "/bin/echo", "backend.protocol", "is no message"},
  };
  for (const row& r : rows) {
    CAPTURE(r.what);
    engine_host host(r.change, {}, r.program);
    const auto answer = host.ask(request("x", greedy));
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == r.code);
    CHECK(proto::to_text(answer.error()).find(r.part) != std::string::npos);
  }
}

TEST_CASE("a GPU that is required and not there is refused; it is looked for by default") {
  engine_host host;
  const auto seen = host.wait(host.engine().look());
  REQUIRE(seen);
  CHECK(seen->server == "llama.cpp 0.5.0");
  CHECK(seen->slots == 8);
  REQUIRE(seen->models.size() == 1);
  CHECK(seen->models[0].context_tokens == 8192);
  CHECK(seen->models[0].bytes > 100'000);
  if (seen->models[0].gpu_bytes > 0) return;  // a machine with a GPU
  CHECK(seen->warnings.size() == 1);
  engine_host strict([](config::backend_settings& how) { how.llama.gpu = "require"; });
  const auto refused = strict.wait(strict.engine().look());
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == "backend.no-gpu");
}

TEST_CASE("an engine that takes too long is given up") {
  engine_host host(
      [](config::backend_settings& how) { how.budgets.total = std::chrono::milliseconds(1); });
  const auto answer = host.ask(request("x", greedy));
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == "backend.overtime");
}

TEST_CASE("a real model: the text that it wrote when this was recorded") {
  const fs::path file = fs::path(CHIMERA_SOURCE_DIR) / "../shared/models/stories260K.gguf";
  if (!fs::exists(file)) {
    std::puts("skipped: no ../shared/models/stories260K.gguf");
    return;
  }
  engine_host host([&](config::backend_settings& how) { how.file = file; });
  generation_request about;
  about.prompt = "Once upon a time, there was a little girl";
  about.options = {{"temperature", "0"}, {"num_predict", "60"}};
  const auto answer = host.ask(about);
  REQUIRE(answer);
  CHECK(answer->text ==
        "\"Here,\" replakes.\nOne day, Annabyed and said, \"Let's go!\" said As they were walking "
        "around to the gard");
}

}  // namespace
}  // namespace chimera::inference
