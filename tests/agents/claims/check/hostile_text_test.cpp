// Numbers dressed up so that a scanner might miss them: none is left out of the issues.
#include <ctime>
#include <string>
#include <tuple>

#include <catch2/catch.hpp>

#include "agents/claims/check/check_answer.hpp"
#include "agents/claims/check/quantisations.hpp"

using namespace chimera;

namespace {

std::size_t issues(const std::string& text) {
  return claims::check_answer(text, tests::quantisation_book(), {}).issues.size();
}

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

std::string repeated(const std::string& unit, std::size_t bytes) {
  std::string text;
  text.reserve(bytes + unit.size());
  while (text.size() < bytes) text += unit;
  return text;
}

}  // namespace

TEST_CASE("every number that a reader sees is an issue if nothing proves it") {
  const auto [what, text] = GENERATE(table<std::string, std::string>({
      {"ASCII", "It took 93 ms."},
      {"Arabic-Indic digits", "It took \u0669\u0663 ms."},
      {"Devanagari digits", "It took \u096F\u0969 ms."},
      {"full-width digits", "It took \uFF19\uFF13 ms."},
      {"mathematical digits", "It took \U0001D7D7\U0001D7D1 ms."},
      {"superscript", "It took 10\u00B2 ms."},
      {"circled", "It took \u2467 ms."},
      {"Roman numeral sign", "It took \u2167 ms."},
      {"vulgar fraction", "It took \u00BE of a second."},
      {"fraction", "It took 3/4 of a second."},
      {"words", "It took ninety-three milliseconds."},
      {"fraction in words", "It took two thirds of a second."},
      {"factor in words", "The time doubled."},
      {"order of magnitude", "It was an order of magnitude more."},
      {"inline code", "It took `93 ms`."},
      {"fence", "```\nmean 93 ms\n```\n"},
      {"indented fence", "- a\n\n  ```\n  mean 93 ms\n  ```\n"},
      {"link text", "It took [93 ms](a.md)."},
      {"footnote", "It took long.[^a]\n\n[^a]: 93 ms to be exact.\n"},
      {"HTML", "It took <b>93</b> ms."},
      {"entity", "It took &#57;&#51; ms."},
      {"emphasis inside", "It took 9**3** ms."},
      {"right-to-left mark", "It took \u200F93 ms."},
      {"right-to-left override", "It took \u202E39\u202C ms."},
      {"zero-width space inside", "It took 9\u200B3 ms."},
      {"zero-width joiner inside", "It took 9\u200D3 ms."},
      {"word joiner inside", "It took 9\u20603 ms."},
      {"soft hyphen inside", "It took 9\u00AD3 ms."},
      {"no-break space", "It took 93\u00A0ms."},
      {"Cyrillic Ze beside a digit", "It took 9\u0417 ms."},
      {"letter O beside a digit", "It took 1O3 ms."},
      {"table cell", "| a | b |\n|---|---|\n| TTFT | 93 ms |\n"},
      {"heading", "## 93 ms of TTFT\n"},
      {"behind a name", "P95 93 ms"},
      {"behind an equals sign", "ttft=93ms"},
      {"percent", "It was 93% of it."},
      {"exponent", "It took 9.3e1 ms."},
      {"comma", "It took 0,093 s."},
      {"reference inside", "It took 9{{f:nothing-x}}3 ms."},
      {"reference that is open", "It took {{f:93 ms"},
      {"nested reference", "It took {{f:{{f:a-x}}}} ms."},
      {"reference of another job", "It took {{f:mean-of-another-job-xyz}}."},
      {"CJK numerals", "It took \u4E5D\u5341\u4E09 ms."},
  }));
  CAPTURE(what, text);
  CHECK(issues(text) > 0);
}

TEST_CASE("text without a number, or with nothing but names, has no issue") {
  const std::string text =
      GENERATE(as<std::string>{}, "", "\n\n", "We ran the tests and wrote down the results.",
               "See quant.csv and q4_0.", "```\nno number\n```\n", "1. first\n2. second\n",
               "The 95th percentile is not reported.", "See Table 3.");
  CAPTURE(text);
  CHECK(issues(text) == 0);
}

TEST_CASE("time is linear in hostile text") {
  const std::string unit =
      GENERATE(as<std::string>{}, "It took 93 ms. ", "93 ", "q4_0 ", "q4_0 93 ms ",
               "is 5 % faster than q8_0 ", "{{f:a-x}} ", "{{f:", "`93` ", "9-9/", "the fastest ",
               "fastest because of q4_0 ", "| 93 | q4_0 ", "# 93\n", "- 93\n", "~~~~\n93\n",
               "November 14 ", "between 5 and ", "(93 ", "\u200B9");
  constexpr std::size_t small = 10'000;
  constexpr std::size_t large = 80'000;
  const auto time = [&](std::size_t bytes) {
    const std::string text = repeated(unit, bytes);
    const double begin = cpu_seconds();
    issues(text);
    return cpu_seconds() - begin;
  };
  const double first = time(small);
  const double second = time(large);
  CAPTURE(unit, first, second);
  // Eight times the text: a quadratic step would take sixty-four times as long.
  CHECK(second < 24 * first + 0.1);
}
