#include "daemon/inference/narrator.hpp"

#include <optional>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <catch2/catch.hpp>

#include "agents/roles/role.hpp"
#include "daemon/loop/scope.hpp"

namespace chimera::inference {
namespace {

// Each look at the clock is a millisecond later.
class ticking_clock final : public clock {
 public:
  [[nodiscard]] std::chrono::nanoseconds now() const override {
    return now_ += std::chrono::milliseconds(1);
  }
  [[nodiscard]] std::chrono::system_clock::time_point today() const override { return {}; }
  [[nodiscard]] task<> sleep(std::chrono::nanoseconds /*duration*/) const override { co_return; }

 private:
  mutable std::chrono::nanoseconds now_{};
};

struct bench {
  boost::asio::io_context context;
  ticking_clock time;
  narrator teller{time};
  std::vector<std::string> tokens;
  std::optional<proto::result<generation>> result;
  loop::scope job{context.get_executor()};

  task<> ask(std::string prompt) {
    generation_request request;
    request.step = "report";
    request.prompt = std::move(prompt);
    auto on_token = [this](std::string_view token) { tokens.emplace_back(token); };
    result = co_await teller.generate(std::move(request), std::move(on_token));
  }
  void start(std::string prompt) {
    job.start(ask(std::move(prompt)));
    context.run();
  }
};

std::string prompt_with(std::size_t findings, const std::string& role = "reporter",
                        std::vector<roles::artifact> artifacts = {}) {
  proto::persona who;
  who.role = role;
  report::outline plan;
  for (std::size_t i = 0; i < findings; ++i) {
    report::finding f;
    f.kind = "rows-failed";
    f.level = proto::severity::error;
    f.slots = {
        {"failed", "{{f:count-failed-a}}"}, {"rows", "{{f:count-rows-a}}"}, {"what", "rows"}};
    plan.headline.push_back(f);
  }
  roles::role_input input;
  input.outline = &plan;
  input.artifacts = std::move(artifacts);
  return roles::build_prompt(who, input);
}

TEST_CASE("the narrator puts the findings of a prompt into words with references") {
  bench b;
  b.start(prompt_with(1));
  REQUIRE(b.result);
  REQUIRE(b.result->has_value());
  const std::string& text = (*b.result)->text;
  CHECK_THAT(text, Catch::Contains("{{f:count-failed-a}} of {{f:count-rows-a}} rows failed"));
  CHECK_THAT(text, Catch::Contains("### Verdict"));
  CHECK((*b.result)->finish_reason == "stop");
}

TEST_CASE("the tokens are the words of the text, in order, and counted") {
  bench b;
  b.start(prompt_with(3));
  REQUIRE(b.result->has_value());
  std::string joined;
  for (const std::string& token : b.tokens) joined += token;
  CHECK(joined == (*b.result)->text);
  CHECK((*b.result)->usage.output_tokens == b.tokens.size());
  CHECK((*b.result)->usage.prompt_tokens > 100);
}

TEST_CASE("durations are those of the clock") {
  bench b;
  b.start(prompt_with(1));
  const generation_usage& used = (*b.result)->usage;
  CHECK(used.prompt_eval_ns == 1'000'000);
  CHECK(used.ttft_ns == 2'000'000);
  CHECK(used.total_ns == 3'000'000);
  CHECK(used.eval_ns == 2'000'000);
  CHECK(used.load_ns == 0);
}

TEST_CASE("one prompt has one answer") {
  bench first;
  bench second;
  first.start(prompt_with(5));
  second.start(prompt_with(5));
  CHECK((*first.result)->text == (*second.result)->text);
}

TEST_CASE("a prompt without findings is answered, not left empty") {
  bench b;
  b.start("TASK: analyst\nFINDINGS, heaviest first:\nEND OF FINDINGS\n");
  CHECK((*b.result)->text == "These files hold nothing that supports a statement.");
}

TEST_CASE("as critic, the narrator has no objection to its own drafts") {
  const std::size_t findings = GENERATE(0U, 1U, 3U);
  bench writes;
  writes.start(prompt_with(findings));
  bench reads;
  reads.start(prompt_with(findings, "critic", {{"draft", (*writes.result)->text}}));
  CHECK((*reads.result)->text == "NONE");
}

TEST_CASE("as critic, the narrator objects to a verdict that leaves out an error") {
  const auto [draft, sentence] = GENERATE(table<std::string, std::string>({
      {"### Verdict\n\nAll is well here. Buy more.\n\n### Key findings\n", "All is well here."},
      {"### Verdict\n\nAll is\nwell here\n\n### Key findings\n", "All is well here"},
      {"No parts at all. Nothing.", "No parts at all."},
  }));
  bench b;
  b.start(prompt_with(1, "critic", {{"draft", draft}}));
  CHECK((*b.result)->text ==
        "- OBJECTION: \"" + sentence +
            "\" -- it leaves out that {{f:count-failed-a}} of {{f:count-rows-a}} rows failed\n");
  const roles::critique read = roles::read_critique((*b.result)->text, draft);
  CHECK(read.kept.size() == 1);
  CHECK(read.dropped.empty());
}

TEST_CASE("a prompt without a task is refused by name") {
  bench b;
  b.start("Write a poem.");
  REQUIRE_FALSE(b.result->has_value());
  CHECK(b.result->error().title == "step 'report': the prompt names no task");
}

TEST_CASE("the narrator gives way to other work and stops when it is cancelled") {
  bench b;
  loop::scope other(b.context.get_executor());
  auto stop = [&b]() -> task<> {
    while (b.tokens.empty())
      co_await boost::asio::post(co_await boost::asio::this_coro::executor, loop::as_result);
    b.job.cancel();
  };
  other.start(stop());
  b.start(prompt_with(200));
  CHECK_FALSE(b.result);
  CHECK(b.tokens.size() < 500);
  CHECK(b.tokens.size() >= 64);
}

}  // namespace
}  // namespace chimera::inference
