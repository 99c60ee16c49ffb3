#include <string>

#include <catch2/catch.hpp>

#include "agents/personas/persona_file.hpp"

namespace chimera::personas {
namespace {

std::string refusal(const std::string& yaml) {
  const auto p = read_persona(yaml, "a.yaml");
  REQUIRE_FALSE(p);
  return proto::to_text(p.error());
}

TEST_CASE("aliases are counted as what they stand for, so that a small file stays small") {
  std::string yaml = "a: &a [x,x,x,x,x,x,x,x,x]\n";
  for (char c = 'b'; c <= 'i'; ++c) {
    yaml += std::string(1, c) + ": &" + c + " [";
    for (int i = 0; i < 9; ++i) yaml += std::string(i == 0 ? "*" : ",*") + static_cast<char>(c - 1);
    yaml += "]\n";
  }
  CHECK_THAT(refusal(yaml), Catch::Contains("more than 10000 values, aliases written out"));
}

TEST_CASE("an alias inside what it names is refused") {
  CHECK_THAT(refusal("a: &a [*a]\n"), Catch::Contains("an alias that stands inside what it names"));
}

TEST_CASE("an alias may be used where it is harmless") {
  const auto p = read_persona(
      "kind: persona\nname: &n Agent\nversion: 1\ndescription: *n\nrole: analyst\n"
      "instructions: x\n",
      "a.yaml");
  REQUIRE(p);
  CHECK(p->description == "Agent");
}

TEST_CASE("deep nesting is refused before it is built") {
  CHECK_THAT(refusal(std::string(100'000, '[')), Catch::Contains("a.yaml:1:"));
  CHECK_THAT(refusal("a: [[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]\n"),
             Catch::Contains("nested deeper than 16 levels"));
}

TEST_CASE("a file over the limit is refused by its size") {
  CHECK(refusal(std::string(300'000, 'x')) ==
        "a.yaml: 300000 bytes, more than 262144: shorten the file");
}

}  // namespace
}  // namespace chimera::personas
