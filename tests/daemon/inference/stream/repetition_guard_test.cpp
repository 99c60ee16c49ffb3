#include "daemon/inference/stream/repetition_guard.hpp"

#include <string>
#include <vector>

#include <fmt/format.h>
#include <catch2/catch.hpp>

namespace chimera::inference {
namespace {

std::string times(std::string_view text, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += text;
  return out;
}

std::string counted(int count) {
  std::string out;
  for (int i = 0; i < count; ++i)
    out += fmt::format(
        "- run {} has all of the rows that its manifest names and none that fails "
        "the rule of this question, so that nothing else has to be said of it\n",
        i);
  return out;
}

constexpr std::string_view long_sentence =
    "The rows of this folder were written by a run that ended before all of its sources were read, "
    "so that nothing can be said of the others. ";

TEST_CASE("what repeats without end is noticed, however it is cut") {
  const auto text = GENERATE(times("a", 600), times("no ", 300), times("\xE2\x82\xAC", 400),
                             times(" the end.\n", 60),
                             "First something else, and then: " + times("| 0 | 0 |\n", 100),
                             "An introduction. " + times(long_sentence, 9),
                             times(std::string(long_sentence) + "\n\n", 9), counted(80));
  repetition_guard at_once;
  CHECK(at_once.push(text));
  CHECK(at_once.push("something else"));
  repetition_guard byte_by_byte;
  bool seen = false;
  for (const char c : text) seen = byte_by_byte.push(std::string_view(&c, 1));
  CHECK(seen);
}

TEST_CASE("what only looks like a repetition passes") {
  std::string table = "| folder | rows | failed |\n|" + times("---|", 40) + "\n";
  for (int i = 0; i < 200; ++i) table += fmt::format("| folder {} | {} | {} |\n", i, i * 7, i % 3);
  const std::vector<std::string> texts = {table,
                                          counted(60),
                                          times("=", 80) + "\n" + times("-", 79),
                                          times(long_sentence, 7),
                                          times("a ", 20),
                                          std::string(300, ' ')};
  for (const std::string& text : texts) {
    CAPTURE(text);
    repetition_guard guard;
    CHECK_FALSE(guard.push(text));
  }
}

}  // namespace
}  // namespace chimera::inference
