// A pipeline of three plain steps, and a backend that does as the test says.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "agents/personas/persona_file.hpp"
#include "agents/ports/clock.hpp"
#include "agents/ports/text_generator.hpp"
#include "daemon/library/library.hpp"

namespace chimera::test {

inline library::catalog plain_agents() {
  library::catalog known;
  auto who = personas::read_persona(
      "kind: persona\nname: Speaker\nversion: 1\nrole: plain\ninstructions: Speak.\n", "p.yaml");
  REQUIRE(who);
  known.personas.push_back(*who);
  auto work = personas::read_pipeline(
      "kind: pipeline\nname: three\nversion: 1\nsteps:\n"
      "  - {name: one, persona: Speaker, prompt: first, inputs: [], output: a}\n"
      "  - {name: two, persona: Speaker, prompt: second, inputs: [a], output: b}\n"
      "  - {name: three, persona: Speaker, prompt: third, inputs: [b], output: c}\n"
      "report: c\n",
      "three.yaml");
  if (!work) FAIL(proto::to_text(work.error()));
  known.pipelines.push_back(*work);
  return known;
}

/// Answers "word"; a step in `failing` fails, one in `hanging` waits until it is cancelled.
class scripted_generator final : public text_generator {
 public:
  explicit scripted_generator(const clock& time) : time_(time) {}

  task<proto::result<generation>> generate(
      generation_request request, std::function<void(std::string_view)> on_token) override {
    asked.push_back(request.step);
    on_token("word");
    if (hangs(request.step)) co_await time_.sleep(std::chrono::hours(1));
    if (fails(request.step)) co_return proto::fail("backend.rejected", "no");
    generation answer;
    answer.text = "word";
    answer.usage.output_tokens = 1;
    answer.finish_reason = "stop";
    co_return answer;
  }
  [[nodiscard]] std::string describe() const override { return "scripted"; }

  std::function<bool(const std::string&)> hangs = [](const std::string&) { return false; };
  std::function<bool(const std::string&)> fails = [](const std::string&) { return false; };
  std::vector<std::string> asked;

 private:
  const clock& time_;
};

}  // namespace chimera::test
