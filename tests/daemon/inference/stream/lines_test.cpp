#include "daemon/inference/stream/lines.hpp"

#include <vector>

#include <catch2/catch.hpp>

namespace chimera::inference {
namespace {

std::vector<std::string> all_of(lines& reader) {
  std::vector<std::string> out;
  while (const auto line = reader.next()) out.emplace_back(*line);
  return out;
}

TEST_CASE("lines are the same wherever the stream is cut") {
  const std::string text = "one\r\n\ntwo\rx\nthree\r\n\r\n\xE2\x82\xAC\nrest";
  const std::vector<std::string> wanted = {"one", "", "two\rx", "three", "", "\xE2\x82\xAC"};
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    CAPTURE(cut);
    lines reader;
    reader.push(text.substr(0, cut));
    auto got = all_of(reader);
    reader.push(text.substr(cut));
    for (auto& line : all_of(reader)) got.push_back(std::move(line));
    CHECK(got == wanted);
    CHECK(reader.rest() == "rest");
    CHECK_FALSE(reader.too_long());
  }
}

TEST_CASE("a line that is too long ends the reading") {
  const bool ends = GENERATE(true, false);
  lines reader(4);
  reader.push("abcd\nabcde");
  CHECK(reader.next() == "abcd");
  if (ends) reader.push("f\n");
  CHECK_FALSE(reader.next());
  CHECK(reader.too_long());
  reader.push("\nshort\n");
  CHECK_FALSE(reader.next());
}

}  // namespace
}  // namespace chimera::inference
