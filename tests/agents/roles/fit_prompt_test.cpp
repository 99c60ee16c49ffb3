// What fits into a context, found by few counts.
#include <cstdint>
#include <optional>
#include <vector>

#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include "agents/roles/fit_prompt.hpp"

namespace chimera::roles {
namespace {

struct outcome {
  std::optional<std::size_t> kept;
  std::uint64_t tokens = 0;
  std::size_t counts = 0;
};

// Prompts of `fixed` tokens and of those of their candidates.
outcome search(const std::vector<std::uint64_t>& candidates, std::uint64_t fixed, std::size_t least,
               std::uint64_t room) {
  const auto tokens_with = [&](std::size_t kept) {
    std::uint64_t tokens = fixed;
    for (std::size_t i = 0; i < kept; ++i) tokens += candidates[i];
    return tokens;
  };
  outcome out;
  fit_search s(least, candidates.size(), room);
  while (const auto kept = s.next()) {
    ++out.counts;
    s.counted(tokens_with(*kept));
  }
  out.kept = s.kept();
  out.tokens = s.tokens();
  return out;
}

TEST_CASE("what fits whole is counted once") {
  const outcome out = search({10, 10, 10}, 100, 1, 130);
  CHECK(out.kept == 3U);
  CHECK(out.tokens == 130);
  CHECK(out.counts == 1);
}

TEST_CASE("where the least does not fit, nothing does, and its tokens are told") {
  const outcome out = search({50, 10, 10}, 100, 1, 149);
  CHECK_FALSE(out.kept.has_value());
  CHECK(out.tokens == 150);
  CHECK(out.counts == 2);
}

TEST_CASE("the most that fits is found with few counts") {
  rc::check([] {
    const auto candidates =
        *rc::gen::container<std::vector<std::uint64_t>>(rc::gen::inRange<std::uint64_t>(0, 90));
    const auto fixed = *rc::gen::inRange<std::uint64_t>(0, 500);
    const auto room = *rc::gen::inRange<std::uint64_t>(1, 4000);
    const auto least = *rc::gen::inRange<std::size_t>(0, candidates.size() + 1);
    std::uint64_t tokens = fixed;
    std::optional<std::size_t> wanted;
    for (std::size_t kept = 0; kept <= candidates.size(); ++kept) {
      if (kept >= least && tokens <= room) wanted = kept;
      if (kept < candidates.size()) tokens += candidates[kept];
    }
    const outcome out = search(candidates, fixed, least, room);
    RC_ASSERT(out.kept == wanted);
    std::size_t halves = 0;
    for (std::size_t n = candidates.size(); n > 0; n /= 2) ++halves;
    RC_ASSERT(out.counts <= halves + 5);
  });
}

struct division {
  const char* name;
  model_limits limits;
  const char* num_predict;
  std::uint64_t prompt, answer;
  std::uint32_t words;
};

TEST_CASE("a context is divided between the prompt and its answer") {
  const std::vector<division> cases = {
      {"no bound is known", {}, "default", 0, 0, 300},
      {"a wide context keeps what the words take", {8192, 0}, "default", 8192 - 814, 814, 300},
      {"a narrow one keeps a third, and fewer words are asked for",
       {1024, 0},
       "default",
       683,
       341,
       110},
      {"the persona's own bound counts", {8192, 0}, "500", 7692, 500, 174},
      {"but not more than a third", {1024, 0}, "900", 683, 341, 110},
      {"no limit is no bound", {8192, 0}, "-1", 8192 - 814, 814, 300},
      {"a model's bound of the answer counts", {8192, 200}, "default", 7992, 200, 54},
      {"also without a context", {0, 200}, "default", 0, 200, 54},
      {"however small, something is left", {2, 0}, "default", 1, 1, 20},
  };
  for (const division& c : cases) {
    INFO(c.name);
    proto::persona who;
    who.words_max = 300;
    who.options["num_predict"] = c.num_predict;
    const prompt_room room = divide(c.limits, who);
    CHECK(room.prompt_tokens == c.prompt);
    CHECK(room.answer_tokens == c.answer);
    CHECK(room.words == c.words);
  }
}

}  // namespace
}  // namespace chimera::roles
