// Words that claim something, each held to the facts of its sentence.
#include <string>
#include <tuple>

#include <fmt/format.h>
#include <catch2/catch.hpp>

#include "agents/claims/check/check_answer.hpp"
#include "agents/claims/check/quantisations.hpp"

using namespace chimera;

namespace {

// The id of a fact of quant.csv: by column, statistic and tag ("" = all rows).
std::string id(const std::string& column, const std::string& agg, const std::string& tag) {
  for (const proto::fact& f : tests::quantisations().facts) {
    const bool rows =
        tag.empty() ? f.filter.empty() : f.filter.size() == 1 && f.filter[0].value == tag;
    if (f.where.path == column && f.agg == agg && rows && f.kind != "derived") return f.id;
  }
  return "none";
}

// "$tokens_s/median/q4_0$" stands for a reference.
std::string with_ids(std::string text) {
  for (std::size_t open = text.find('$'); open != std::string::npos; open = text.find('$')) {
    const std::size_t close = text.find('$', open + 1);
    const std::string key = text.substr(open + 1, close - open - 1);
    const std::size_t a = key.find('/');
    const std::size_t b = key.find('/', a + 1);
    text.replace(
        open, close + 1 - open,
        "{{f:" + id(key.substr(0, a), key.substr(a + 1, b - a - 1), key.substr(b + 1)) + "}}");
  }
  return text;
}

// The rules that a text breaks, one word each, without repetition.
std::string broken(const std::string& text) {
  std::string rules;
  for (const auto& issue :
       claims::check_answer(with_ids(text), tests::quantisation_book(), {}).issues) {
    if (rules.find(issue.rule) == std::string::npos)
      rules += (rules.empty() ? "" : " ") + issue.rule;
    UNSCOPED_INFO(issue.message);
  }
  return rules;
}

}  // namespace

TEST_CASE("a word stands only on facts of its sentence") {
  const auto [text, rules] = GENERATE(table<std::string, std::string>({
      // Comparatives: two facts, a test, the right direction.
      {"q4_0 is faster than q8_0: $tokens_s/median/q4_0$ against $tokens_s/median/q8_0$.", ""},
      {"q8_0 is slower than q4_0: $tokens_s/median/q8_0$ against $tokens_s/median/q4_0$.", ""},
      {"q8_0 is faster than q4_0: $tokens_s/median/q8_0$ against $tokens_s/median/q4_0$.",
       "comparative"},
      {"q4_0 has a higher throughput than q8_0, $tokens_s/median/q4_0$ against "
       "$tokens_s/median/q8_0$.",
       ""},
      {"q4_0 has a lower throughput than q8_0, $tokens_s/median/q4_0$ against "
       "$tokens_s/median/q8_0$.",
       "comparative"},
      {"q5_K_M is slower than q8_0: TTFT $ttft_s/median/q5_K_M$ against $ttft_s/median/q8_0$.",
       "comparative"},                               // the test finds no difference
      {"q4_0 is faster than q8_0.", "comparative"},  // no facts
      {"q4_0 is not faster than q8_0.", ""},
      {"We looked for a faster way.", ""},  // about nothing of the tree
      // Superlatives: the extreme of all of its kind.
      {"q4_0 has the highest median throughput, $tokens_s/median/q4_0$.", ""},
      // "the highest throughput" is the maximum.
      {"q4_0 has the highest throughput, $tokens_s/median/q4_0$.", "binding"},
      {"q8_0 has the highest median throughput, $tokens_s/median/q8_0$.", "superlative"},
      {"q4_0 is the fastest with a throughput of $tokens_s/median/q4_0$.", ""},
      {"q8_0 is the slowest with a throughput of $tokens_s/median/q8_0$.", ""},
      {"q5_K_M is the best with a throughput of $tokens_s/median/q5_K_M$.", "superlative"},
      {"q4_0 is the best.", "superlative"},
      // Tests.
      {"q4_0 and q8_0 differ significantly in throughput: $tokens_s/median/q4_0$ and "
       "$tokens_s/median/q8_0$.",
       ""},
      {"q5_K_M and q8_0 differ significantly in TTFT: $ttft_s/median/q5_K_M$ and "
       "$ttft_s/median/q8_0$.",
       "significance"},
      {"The difference of q4_0 is not significant.", ""},
      {"q4_0 consistently reaches a throughput of $tokens_s/median/q4_0$.", "consistency"},
      {"q8_0 is stable: its throughput has a coefficient of variation of $tokens_s/cv/q8_0$.", ""},
      {"q8_0 is stable at a throughput of $tokens_s/median/q8_0$.", "stability"},
      {"q4_0 and q8_0 have a similar throughput: $tokens_s/median/q4_0$ and "
       "$tokens_s/median/q8_0$.",
       "similarity"},
      // Causes.
      {"q4_0 has a throughput of $tokens_s/median/q4_0$ because it is small.", "cause"},
      {"Interpretation: q4_0 has a throughput of $tokens_s/median/q4_0$ because it is small.", ""},
      {"Interpretation: a.\n\nThe throughput of q4_0 is $tokens_s/median/q4_0$ due to its size.",
       "cause"},
      {"## Results in quant.csv\n\nThe median throughput of q4_0 is $tokens_s/median/q4_0$.", ""},
  }));
  CAPTURE(text);
  CHECK(broken(text) == rules);
}

TEST_CASE("a reference in the wrong sentence is found by what the sentence names") {
  const auto [text, rules] = GENERATE(table<std::string, std::string>({
      {"The median throughput of q4_0 is $tokens_s/median/q4_0$.", ""},
      {"The median throughput of q4_0 is $tokens_s/mean/q4_0$.", "binding"},
      {"The 95th percentile of the TTFT of q4_0 is $ttft_s/median/q4_0$.", "binding"},
      {"The median throughput of q8_0 is $tokens_s/median/q4_0$.", "binding"},
      {"The median TTFT of q4_0 is $tokens_s/median/q4_0$.", "binding"},
      {"$tokens_s/median/q4_0$ was the median throughput of q8_0.", "binding"},
      {"q4_0 and q8_0 reach a median throughput of $tokens_s/median/q4_0$ and "
       "$tokens_s/median/q8_0$.",
       ""},
      {"q8_0 and q4_0 reach a median throughput of $tokens_s/median/q4_0$ and "
       "$tokens_s/median/q8_0$.",
       "binding"},
      {"## TTFT\n\nThe median of q4_0 is $tokens_s/median/q4_0$.", "binding"},
      {"In gemma.csv the median throughput is $tokens_s/median/q4_0$.", "binding"},
      {"q4_0 takes $tokens_s/median/q4_0$ times as long.", "binding"},
      {"It is $tokens_s/median/q4_0$.", ""},  // nothing said, nothing contradicted
      {"The p99 TTFT of q4_0 is $ttft_s/p99/q4_0$.", "reference"},
      {"It is {{f:nothing-known-x}}.", "reference"},
      {"It is {{f:open.", "reference"},
      {"It is {{m:unknown-name-x}}.", "reference"},
  }));
  CAPTURE(text);
  CHECK(broken(text) == rules);
}

TEST_CASE("words of names and of given texts are not the writer's") {
  const claims::name_lookup names = [](std::string_view name) -> const std::string* {
    static const std::string fastest = "the fastest because always.csv";
    return name == "file-x" ? &fastest : nullptr;
  };
  const std::vector<std::string> given = {"Values that vary because of q4_0"};
  const auto issues = [&](const std::string& text) {
    return claims::check_answer(text, tests::quantisation_book(), names, given).issues.size();
  };
  CHECK(issues("See {{m:file-x}} for q4_0.") == 0);
  CHECK(issues("See Values that vary because of q4_0 here.") == 0);
  CHECK(issues("See what varies because of q4_0 here.") == 1);
}
