#include <catch2/catch.hpp>

#include <string>

#include "agents/claims/number_scanner.hpp"

using namespace chimera::claims;

namespace {

// The reasons of all numbers of a text, one word each.
std::string reasons(const std::string& text) {
  std::string out;
  for (const scanned_number& n : scan_numbers(text))
    out += (out.empty() ? "" : " ") + std::string(to_text(n.reason));
  return out;
}

}  // namespace

TEST_CASE("numbers that claim nothing about the data say why") {
  const auto [text, reason] = GENERATE(table<std::string, std::string>({
      {"with gemma3 it", "name"},
      {"q4_0 wins", "name"},
      {"the p95 is", "name"},
      {"an RTX4080 card", "name"},
      {"UTF-8 text", "name"},
      {"llama3.1:8b-instruct", "name name"},
      {"commit 61371fa47c5c", "name name name"},
      {"R\xC2\xB2 of the fit", "name"},
      {"`42` runs", "code"},
      {"``a ` 42`` runs", "code"},
      {"```\n42\n```\n", "code"},
      {"> ```\n> 42\n> ```\n", "code"},
      {"- a\n\n  ~~~\n  42\n  ~~~\n", "code"},
      {"[here](http://a/42)", "link"},
      {"<https://a.example/42>", "link"},
      {"an <img src=\"x42.png\" width=10>", "link link"},
      {"data/csv/run_12.csv", "path"},
      {"101_results.csv", "path"},
      {"12/run/a", "path"},
      {"on 2025-10-08 at 16:29:55", "date date date date date date"},
      {"1. first\n2. second\n", "ordinal ordinal"},
      {"- a\n\n  3) third\n", "ordinal"},
      {"## 3.2 Results\n", "ordinal"},
      {"see Table 3 and Figure 4", "ordinal ordinal"},
  }));
  CAPTURE(text);
  CHECK(reasons(text) == reason);
}

TEST_CASE("a number that a reader sees as a claim is never excused by what stands around it") {
  const std::string text = GENERATE(
      as<std::string>{},  //
      "n=5", "num_gpu=80", "TTFT:87", "latency:87.7ms", "sub-100ms latency", "throughput50%",
      "slow.42 runs", "x5 faster", "5-fold", "42percent", "5tokens", "4bit", "3rd",
      // Not code: the backtick is escaped, or ends elsewhere.
      "\\`42\\`", "a ` b 42", "- `a 42\n- b`\n", "| a | b |\n|---|---|\n| `a | 42` |",
      "> ```\nprose 42\n", "- ```\n  x\n  ```\n\nprose 42", "```\ncode\n```\nprose 42",
      "``` a ` b\n42",
      // Not a link, not a tag.
      "](42)", "[a](42 b)", "[a] (42)", "a <b 42> c", "a < 42 >", "x<42>y",
      // Not a list: the line goes on a paragraph.
      "throughput was\n42. Then it fell", "## 42 tokens per second", "Run 15.58 s",
      "\xE5\x85\xB1"
      "5\xE4\xB8\xAA",
      "\xE2\x80\x9C"
      "5\xE2\x80\x9D",
      "_42_", "_two_ runs", "top-ten", "99:99");
  CAPTURE(text);
  const auto found = scan_numbers(text);
  REQUIRE_FALSE(found.empty());
  CHECK(found.back().reason == non_claim::none);
}

TEST_CASE("each reason has its word") {
  for (const auto [reason, word] : {std::pair{non_claim::none, "none"},
                                    {non_claim::ordinal, "ordinal"},
                                    {non_claim::name, "name"},
                                    {non_claim::code, "code"},
                                    {non_claim::link, "link"},
                                    {non_claim::path, "path"},
                                    {non_claim::date, "date"}})
    CHECK(to_text(reason) == word);
}
