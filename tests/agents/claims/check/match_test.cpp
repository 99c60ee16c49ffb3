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
