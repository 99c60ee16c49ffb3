#include "daemon/inference/llama/engine/stop_strings.hpp"

#include <rapidcheck.h>
#include <catch2/catch.hpp>

namespace chimera::embedded {
namespace {

TEST_CASE("the answer ends before the first stop string") {
  stop_strings s({"END", "\n\n"});
  CHECK(s.push("one E") == "one ");
  CHECK(s.push("N two") == "EN two");
  CHECK(s.push(" EN") == " ");
  CHECK_FALSE(s.stopped());
  CHECK(s.push("D three") == "");
  CHECK(s.stopped());
  CHECK(s.push("more") == "");
  CHECK(s.finish() == "");
}

TEST_CASE("what was held back belongs to the answer if the end comes by itself") {
  stop_strings s({"END", ""});
  CHECK(s.push("one EN") == "one ");
  CHECK(s.finish() == "EN");
}

TEST_CASE("however a text is cut, the answer is the same") {
  CHECK(rc::check("pieces of any size", [] {
    const auto letters = rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab.")));
    const std::string text = *letters;
    const auto stops = *rc::gen::container<std::vector<std::string>>(letters);
    stop_strings whole(stops);
    std::string expected = whole.push(text);
    expected += whole.finish();
    stop_strings cut(stops);
    std::string got;
    std::size_t at = 0;
    while (at < text.size()) {
      const auto size = *rc::gen::inRange<std::size_t>(1, 5);
      got += cut.push(std::string_view(text).substr(at, size));
      at += size;
    }
    got += cut.finish();
    // One piece may hold a stop string that begins earlier but ends later than another.
    std::size_t first = std::string::npos;
    for (const std::string& stop : stops)
      if (!stop.empty()) first = std::min(first, text.find(stop));
    if (first == std::string::npos) RC_ASSERT(got == text);
    RC_ASSERT(expected == text.substr(0, first));
    RC_ASSERT(got.size() >= expected.size());
    for (const std::string& stop : stops)
      if (!stop.empty()) RC_ASSERT(got.find(stop) == std::string::npos);
  }));
}

}  // namespace
}  // namespace chimera::embedded
