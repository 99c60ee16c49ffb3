#include "agents/claims/check/match.hpp"

#include <string>
#include <tuple>

#include <catch2/catch.hpp>

#include "agents/claims/check/quantisations.hpp"

using namespace chimera;

namespace {

// "76.88 verified|46.6 contradicted" for the numbers of a text that claim something.
std::string verdicts(const std::string& text) {
  std::string out;
  for (const claims::matched_number& m : claims::match_numbers(text, tests::quantisation_book())) {
    if (m.judgement == proto::verdict::non_claim) continue;
    const auto& token = m.number.token;
    if (!out.empty()) out += "|";
    out += text.substr(token.start, token.end - token.start);
    out += ' ';
    out += to_text(m.judgement);
    UNSCOPED_INFO(m.rule << ", truth " << m.truth);
  }
  return out;
}

}  // namespace

TEST_CASE("a number under a full key is held to its fact") {
  const auto [text, expected] = GENERATE(table<std::string, std::string>({
      {"The median throughput of q4_0 was 76.88 tok/s.", "76.88 verified"},
      {"The median throughput of q4_0 was 76.9 tok/s.", "76.9 verified"},
      {"The median throughput of q4_0 was 76.8 tok/s.", "76.8 contradicted"},
      {"The mean throughput of q4_0 was 76.88 tok/s.", "76.88 contradicted"},
      {"q4_0 reached a mean of 76.586 tokens/s.", "76.586 verified"},
      {"Median TTFT for q8_0 is 96.9 ms.", "96.9 verified"},
      {"Median TTFT for q8_0 is 0.0969 s.", "0.0969 verified"},
      {"Median TTFT for q8_0 is 96.9 s.", "96.9 contradicted"},
      {"Median TTFT for q8_0 is 0.0969 ms.", "0.0969 contradicted"},
      {"q8_0 has a median time to first token of about 97 ms.", "97 verified"},
      {"The peak throughput of q8_0 was 46.85 tok/s.", "46.85 verified"},
      {"The minimum TTFT with q4_0 was 85.1 ms.", "85.1 verified"},
  }));
  CAPTURE(text);
  CHECK(verdicts(text) == expected);
}

TEST_CASE("a key that the sentence does not resolve is unsupported, never contradicted") {
  const auto text = GENERATE(as<std::string>(), "It reached 76.88 tok/s.", "We saw 15.58 seconds.",
                             "q4_0 ran 12.5 W on average.", "The median throughput was 76.88.",
                             "The p99 TTFT of q4_0 was 90.1 ms.");
  CAPTURE(text);
  CHECK(verdicts(text).ends_with("unsupported"));
}

TEST_CASE("numbers of one sentence find their own groups") {
  const auto [text, expected] = GENERATE(table<std::string, std::string>({
      {"Median throughput: q4_0 76.88 tok/s, q8_0 46.64 tok/s.", "76.88 verified|46.64 verified"},
      {"Median throughput was 76.88 tok/s for q4_0 and 46.64 tok/s for q8_0.",
       "76.88 verified|46.64 verified"},
      {"q4_0 and q8_0 reach a median throughput of 76.88 and 46.64 tok/s.",
       "76.88 verified|46.64 verified"},
      {"q8_0 and q4_0 reach a median throughput of 76.88 and 46.64 tok/s.",
       "76.88 contradicted|46.64 contradicted"},
      {"q4_0 is ahead of q8_0 in throughput: median 76.88 tok/s against 46.64 tok/s.",
       "76.88 verified|46.64 verified"},
      {"For q4_0 the median throughput is 76.88 tok/s and the median TTFT 87.7 ms.",
       "76.88 verified|87.7 verified"},
  }));
  CAPTURE(text);
  CHECK(verdicts(text) == expected);
}

TEST_CASE("the heading gives what a sentence leaves unsaid") {
  CHECK(verdicts("## Throughput of q4_0\n\nThe median was 76.88 tok/s.\n") == "76.88 verified");
  CHECK(verdicts("## Throughput of q8_0\n\nThe median was 76.88 tok/s.\n") == "76.88 contradicted");
  // What is not a group (here a statistic) leaves the groups of the sentence alone.
  const std::string heading = "## Percentiles: p95, p5, median, min and max\n\n";
  CHECK(verdicts(heading + "The median throughput of q4_0 was 76.88 tok/s.\n") == "76.88 verified");
}

TEST_CASE("changes and ratios are computed from both sides") {
  const auto [text, expected] = GENERATE(table<std::string, std::string>({
      {"q4_0 has 1.65 times the median throughput of q8_0.", "1.65 verified"},
      {"The median throughput of q4_0 is 1.65x that of q8_0.", "1.65x verified"},
      {"The median throughput of q4_0 is 1.75x that of q8_0.", "1.75x contradicted"},
      {"In median throughput q4_0 is 65 % faster than q8_0.", "65 verified"},
      {"In median throughput q4_0 is 65 % slower than q8_0.", "65 contradicted"},
      {"In median throughput q8_0 is 39 % slower than q4_0.", "39 verified"},
      {"In median throughput q4_0 is 65 percentage points faster than q8_0.", "65 unsupported"},
      {"q4_0 has 18 % higher median throughput than q5_K_M.", "18 verified"},
  }));
  CAPTURE(text);
  CHECK(verdicts(text) == expected);
}

TEST_CASE("a configuration is named, a count is counted") {
  CHECK(verdicts("At temperature 0.2 the mean eval count is 125.5 tokens.") ==
        "0.2 verified|125.5 verified");
  CHECK(verdicts("The tree holds 2 CSV files.") == "2 verified");
  CHECK(verdicts("The tree holds 3 CSV files.") == "3 contradicted");
  CHECK(verdicts("The tree holds 3 sorts of tea.") == "3 unsupported");
}

TEST_CASE("phrases are dealt out to the numbers that they belong to") {
  const auto [text, expected] = GENERATE(table<std::string, std::string>({
      // Behind the number, and behind all numbers.
      {"76.88 tok/s was the median throughput of q4_0.", "76.88 verified"},
      {"With a mean of 76.586 tok/s and a median of 76.88 tok/s the throughput of q4_0 is fine.",
       "76.586 verified|76.88 verified"},
      {"q4_0 (76.88 tok/s) and q8_0 (46.64 tok/s) differ in median throughput.",
       "76.88 verified|46.64 verified"},
      {"At 76.88 tok/s, q4_0 differs from q8_0 at 46.64 tok/s in median throughput.",
       "76.88 verified|46.64 verified"},
      {"q4_0 has a median throughput of 76.88 tok/s, compared to 46.64 tok/s for q8_0.",
       "76.88 verified|46.64 verified"},
      {"Median throughput: 76.88 tok/s (q4_0) vs. 46.64 tok/s (q8_0)",
       "76.88 verified|46.64 verified"},
      // A group that may be meant makes a number ambiguous, not one of the whole file.
      {"In quant.csv the median throughput was 65.03 tok/s and 76.88 tok/s, as for q4_0.",
       "65.03 unsupported|76.88 unsupported"},
      // Behind a semicolon another metric is about other groups.
      {"q8_0 is slow; in quant.csv the median throughput of q4_0 is 76.88 tok/s.",
       "76.88 verified"},
      {"It ranks q8_0 last; a median throughput of 65.03 tok/s stands for quant.csv.",
       "65.03 verified"},
      {"For q4_0, throughput had a mean of 76.586 tok/s and a median of 76.88 tok/s.",
       "76.586 verified|76.88 verified"},
      {"q4_0 has the highest median throughput, 76.88 tok/s.", "76.88 verified"},
      {"The p50 time to first token of q8_0 was 96.9 ms.", "96.9 verified"},
      // A unit tells which of two metrics a number is of.
      {"For q4_0, TTFT and throughput have a median of 87.7 ms and 76.88 tok/s.",
       "87.7 verified|76.88 verified"},
  }));
  CAPTURE(text);
  CHECK(verdicts(text) == expected);
}

TEST_CASE("a range is the minimum and the maximum") {
  const auto [text, expected] = GENERATE(table<std::string, std::string>({
      {"The TTFT of q4_0 ranged from 85.1 ms to 90.1 ms.", "85.1 verified|90.1 verified"},
      {"The TTFT of q4_0 ranged from 85.1 to 90.1 ms.", "85.1 verified|90.1 verified"},
      {"The TTFT of q4_0 lies between 0.0851 s and 90.1 ms.", "0.0851 verified|90.1 verified"},
      {"TTFT for q4_0: 85.1-90.1 ms", "85.1 verified|90.1 verified"},
      {"The TTFT of q4_0 ranged from 86.6 ms to 90.1 ms.", "86.6 contradicted|90.1 verified"},
      {"The median TTFT of q4_0 went from 85.1 ms to 90.1 ms.",
       "85.1 contradicted|90.1 contradicted"},
      {"TTFT of q4_0 went as low as 85.1 ms and as high as 90.1 ms.",
       "85.1 verified|90.1 verified"},
  }));
  CAPTURE(text);
  CHECK(verdicts(text) == expected);
}

TEST_CASE("the base of a change is what its words make it") {
  const auto [text, expected] = GENERATE(table<std::string, std::string>({
      {"Compared with q8_0, q4_0 has a 65 % higher median throughput.", "65 verified"},
      {"Relative to q8_0, the median throughput of q4_0 is 65 % higher.", "65 verified"},
      {"Switching from q8_0 to q4_0 raises the median throughput by 65 %.", "65 verified"},
      {"The median throughput drops by 39 % from q4_0 to q8_0.", "39 verified"},
      {"q8_0 is the baseline; q4_0 has a 65 % higher median throughput.", "65 verified"},
      {"Compared with q4_0, q8_0 has a 65 % higher median throughput.", "65 contradicted"},
      {"Switching from q8_0 to q4_0 lowers the median throughput by 65 %.", "65 contradicted"},
      {"q4_0 has a 39 % higher median throughput than q8_0.", "39 contradicted"},
      {"In median throughput q4_0 is 65 pp ahead of q8_0.", "65 unsupported"},
      {"q4_0 has a median throughput of 76.88 tok/s; q8_0 has half the median throughput.",
       "76.88 verified|half contradicted"},
  }));
  CAPTURE(text);
  CHECK(verdicts(text) == expected);
}

TEST_CASE("counts need their words, dates a fact, and marks before a number are no bounds") {
  const auto [text, expected] = GENERATE(table<std::string, std::string>({
      {"We found two CSV files.", "two verified"},
      {"**CSV:** 2 files", "2 verified"},
      {"**CSV:** 3 files", "3 contradicted"},
      {"Hundred files.", "Hundred contradicted"},
      {"The first record is dated November 14, 2025.", "14 unsupported|2025 unsupported"},
      {"q4_0 -> 76.5 tok/s median throughput", "76.5 contradicted"},
      {"> 76.5 tok/s is the median throughput of q4_0", "76.5 contradicted"},
      {"The median throughput of q4_0 is > 76.5 tok/s.", "76.5 verified-approx"},
      {"The median throughput of q4_0 is `76.88 tok/s`.", "76.88 verified"},
      {"The median throughput of q4_0 is `75.88 tok/s`.", "75.88 contradicted"},
      {"P95 163 and more", "163 unsupported"},
  }));
  CAPTURE(text);
  CHECK(verdicts(text) == expected);
}
