#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include <algorithm>
#include <ctime>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "agents/claims/number_scanner.hpp"

using namespace chimera::claims;

namespace {

rc::Gen<std::string> any_number() {
  using namespace rc;
  const auto small = gen::inRange(0, 1000);
  const auto large = gen::inRange(1, 1000000);
  const auto unit = gen::element<std::string>("", "%", "x", "ms", "s", "GB", "\xC3\x97", "tok/s");
  return gen::oneOf(
      gen::map(gen::pair(small, unit), [](auto p) { return std::to_string(p.first) + p.second; }),
      gen::map(gen::pair(large, unit),
               [](auto p) { return fmt::format("{:.3f}{}", p.first / 1000.0, p.second); }),
      gen::map(large, [](int v) { return fmt::format("-{:.2e}", v / 7.0); }),
      gen::map(small, [](int v) { return fmt::format("12,{:03},{:03}", v, v); }),
      gen::map(small, [](int v) { return fmt::format("3 {:03}", v); }),
      gen::map(small, [](int v) { return fmt::format("{}/{}", v, v + 1); }),
      gen::map(small, [](int v) { return fmt::format("{}\xE2\x80\x8B{}", v, v); }),
      gen::element<std::string>("\xC2\xBD", "\xD9\xA4\xD9\xA2", "\xEF\xBC\x94", "\xE2\x91\xA4",
                                "seven", "twenty-one", "one third", "half", "double", "twice",
                                "a dozen", "an order of magnitude", "ninety-nine"));
}

rc::Gen<std::string> words() {
  return rc::gen::element<std::string>(
      " rose to ", " (", ") and ", ", while ", " \xE2\x80\x93 ", ".\n\n- ", " `code` ", " gemma3 ",
      " ~ ", " \xE2\x89\x88", " | ", "\n> ", " **", "** ", " runs\xE2\x80\xA6 ", "\n", " <", " = ");
}

}  // namespace

TEST_CASE("every planted number is found, whatever stands around it") {
  CHECK(rc::check("found", [] {
    const auto parts = *rc::gen::container<std::vector<std::pair<std::string, std::string>>>(
        rc::gen::pair(words(), any_number()));
    std::string text = "It";
    std::vector<std::pair<std::size_t, std::size_t>> planted;
    for (const auto& [before, number] : parts) {
      text += before;
      planted.emplace_back(text.size(), text.size() + number.size());
      text += number;
    }
    const auto found = scan_numbers(text);
    for (const auto& [start, end] : planted) {
      const bool seen = std::ranges::any_of(found, [&, s = start, e = end](const auto& n) {
        return n.token.start < e && n.token.end > s;
      });
      RC_ASSERT(seen);
    }
  }));
}

TEST_CASE("spans lie in the text, in order, and never overlap, in any bytes") {
  CHECK(rc::check("ordered", [] {
    const auto parts = *rc::gen::container<std::vector<std::string>>(rc::gen::oneOf(
        any_number(), words(), rc::gen::container<std::string>(rc::gen::arbitrary<char>()),
        rc::gen::element<std::string>("-", "+", ".", "%", "e", "\xE2\x88\x92", "/", "\r", "\t")));
    std::string text;
    for (const std::string& part : parts) text += part;
    std::size_t at = 0;
    for (const scanned_number& n : scan_numbers(text)) {
      RC_ASSERT(n.token.start >= at);
      RC_ASSERT(n.token.end > n.token.start);
      at = n.token.end;
    }
    RC_ASSERT(at <= text.size());
  }));
}

// Ten times the text may take some fifteen times as long, not a hundred times.
TEST_CASE("texts built against the scanner take time in proportion to their length") {
  const std::string unit = GENERATE(as<std::string>{}, "1 ", "1", "`", "` `` ", "<a ", "](", "[",
                                    "<!-- ", "1,", "a-", "two ", "\xE2\x80\x8B", "1\xE2\x80\x8B",
                                    "|", "> ", "1.", "-", "\\", "<a b=\"", "1 234 ");
  CAPTURE(unit);
  const auto seconds = [&](std::size_t bytes) {
    std::string text;
    while (text.size() < bytes) text += unit;
    double best = 1e9;
    for (int i = 0; i < 3; ++i) {
      const std::clock_t start = std::clock();  // of this process: other ones do not count
      (void)scan_numbers(text);
      best = std::min(best, static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
    }
    return best;
  };
  const double small = seconds(20000);
  CHECK(seconds(200000) < 40 * small + 0.05);
}
