#include "daemon/inference/simulated.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include "daemon/inference/virtual_time.hpp"
#include "daemon/loop/scope.hpp"

namespace chimera::inference {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct bench {
  explicit bench(config::simulation how) : backend(how, time) {}

  task<> call(generation_request request) {
    auto on_token = [this](std::string_view token) {
      tokens.emplace_back(token);
      times.push_back(time.now());
    };
    result = co_await backend.generate(std::move(request), std::move(on_token));
  }
  void start(const std::string& prompt, const std::map<std::string, std::string>& options = {}) {
    generation_request request;
    request.prompt = prompt;
    request.options = options;
    tokens.clear();
    times.clear();
    result.reset();
    own.start(call(std::move(request)));
  }
  std::string ask(const std::string& prompt) {
    start(prompt);
    time.run(context);
    return result->has_value() ? (*result)->text : result->error().code;
  }

  boost::asio::io_context context;
  virtual_time time;
  simulated backend;
  std::vector<std::string> tokens;
  std::vector<std::chrono::nanoseconds> times;
  std::optional<proto::result<generation>> result;
  loop::scope own{context.get_executor()};
};

config::simulation with_tokens(std::uint32_t tokens) {
  config::simulation how;
  how.tokens = tokens;
  return how;
}

TEST_CASE("an answer is as many tokens as asked for, words without digits") {
  bench b(with_tokens(30));
  const std::string text = b.ask("what was measured?");
  CHECK(b.tokens.size() == 30);
  std::string joined;
  for (const std::string& token : b.tokens) joined += token;
  CHECK(joined == text);
  CHECK(text.ends_with('.'));
  CHECK(std::ranges::none_of(text, [](char c) { return c >= '0' && c <= '9'; }));
  CHECK((*b.result)->usage.output_tokens == 30);
  CHECK((*b.result)->usage.prompt_tokens == 3);
  CHECK((*b.result)->finish_reason == "stop");
}

TEST_CASE("seed and request decide the text") {
  config::simulation other = with_tokens(20);
  other.seed = 1;
  bench a(with_tokens(20));
  bench same(with_tokens(20));
  bench seeded(other);
  const std::string text = a.ask("prompt");
  CHECK(same.ask("prompt") == text);
  CHECK(a.ask("prompt") == text);
  CHECK(a.ask("another prompt") != text);
  CHECK(seeded.ask("prompt") != text);
}

TEST_CASE("the first token waits for the prompt, the others follow at their speed") {
  config::simulation how = with_tokens(5);
  how.ttft = milliseconds(100);
  how.prefill_per_second = 10;
  how.tokens_per_second = 4;
  bench b(how);
  (void)b.ask("one two three four five");
  const std::vector<std::chrono::nanoseconds> expected = {milliseconds(600), milliseconds(850),
                                                          milliseconds(1100), milliseconds(1350),
                                                          milliseconds(1600)};
  CHECK(b.times == expected);
  const generation_usage& usage = (*b.result)->usage;
  CHECK(usage.ttft_ns == 600'000'000);
  CHECK(usage.prompt_eval_ns == 600'000'000);
  CHECK(usage.eval_ns == 1'000'000'000);
  CHECK(usage.total_ns == 1'600'000'000);
}

TEST_CASE("num_predict shortens an answer and is the reason of its end") {
  bench b(with_tokens(30));
  b.start("prompt", {{"num_predict", "4"}});
  b.time.run(b.context);
  CHECK(b.tokens.size() == 4);
  CHECK((*b.result)->finish_reason == "length");
  b.start("prompt", {{"num_predict", "-1"}});
  b.time.run(b.context);
  CHECK(b.tokens.size() == 30);
}

TEST_CASE("every fault is an error of its own") {
  using rate_member = double config::simulation::*;
  struct row {
    rate_member rate;
    std::string code;
    bool has_tokens;
    seconds takes;
  };
  const std::vector<row> table = {
      {&config::simulation::fail_rate, "backend.unavailable", false, seconds(0)},
      {&config::simulation::empty_rate, "backend.empty", false, seconds(1)},
      {&config::simulation::cut_rate, "backend.cut", true, seconds(1)},
      {&config::simulation::stall_rate, "backend.stalled", true, seconds(31)},
  };
  for (const row& r : table) {
    INFO(r.code);
    config::simulation how = with_tokens(1000);
    how.ttft = seconds(1);
    how.stall = seconds(30);
    how.*r.rate = 1;
    bench b(how);
    CHECK(b.ask("prompt") == r.code);
    CHECK(b.tokens.empty() != r.has_tokens);
    CHECK(b.tokens.size() < 1000);
    CHECK(b.time.now() == r.takes);
  }
}

TEST_CASE("faults come as often as their rate says, and the same ones again for the same seed") {
  config::simulation how = with_tokens(3);
  how.fail_rate = 0.2;
  how.cut_rate = 0.3;
  bench a(how);
  bench b(how);
  std::map<std::string, int> counted;
  for (int i = 0; i < 2000; ++i) {
    const std::string prompt = "prompt " + std::to_string(i);
    const std::string end = a.ask(prompt);
    REQUIRE(b.ask(prompt) == end);
    ++counted[end.starts_with("backend.") ? end : "answer"];
  }
  CHECK(counted["backend.unavailable"] == Approx(400).margin(80));
  CHECK(counted["backend.cut"] == Approx(600).margin(90));
  CHECK(counted["answer"] == Approx(1000).margin(100));
}

TEST_CASE("a call that failed may succeed when it is made again") {
  config::simulation how = with_tokens(3);
  how.fail_rate = 0.5;
  bench b(how);
  bool failed = false;
  bool answered = false;
  for (int i = 0; i < 50; ++i) {
    const std::string end = b.ask("the same");
    failed = failed || end == "backend.unavailable";
    answered = answered || end != "backend.unavailable";
  }
  CHECK(failed);
  CHECK(answered);
}

TEST_CASE("an answer can be cancelled between any two tokens, fast or slow") {
  for (const double speed : {0.0, 10.0}) {
    INFO(speed);
    config::simulation how = with_tokens(1000);
    how.tokens_per_second = speed;
    bench b(how);
    b.start("prompt");
    while (b.tokens.size() < 3) {
      b.context.restart();
      if (b.context.poll_one() == 0) b.time.run(b.context, b.time.now() + milliseconds(100));
    }
    b.own.cancel();
    b.time.run(b.context);
    CHECK(b.tokens.size() <= 5);
    CHECK_FALSE(b.result);
    CHECK(b.own.size() == 0);
  }
}

}  // namespace
}  // namespace chimera::inference
