#include "daemon/cli/text_difference.hpp"

#include <string>
#include <tuple>

#include <catch2/catch.hpp>

using chimera::cli::differences;

TEST_CASE("equal texts do not differ") {
  CHECK(differences("", "", 10).empty());
  CHECK(differences("a\nb\n", "a\nb\n", 10).empty());
}

TEST_CASE("the word that differs is named with its line and place") {
  const auto [found, expected, line, word, truth] =
      GENERATE(table<std::string, std::string, std::uint64_t, std::string, std::string>({
          {"a\nmedian 78.1 ms\n", "a\nmedian 77.1 ms\n", 2, "78.1", "77.1"},
          {"q4_0 is slower than", "q4_0 is faster than", 1, "slower", "faster"},
          {"ratio -1.67", "ratio 1.67", 1, "-1.67", "1.67"},
          {"| `q8_0` | 5 |", "| `q4_0` | 5 |", 1, "q8_0", "q4_0"},
          {"5 s", "5 ms", 1, "s", "ms"},
      }));
  const auto all = differences(found, expected, 10);
  REQUIRE(all.size() == 1);
  CHECK(all[0].line == line);
  CHECK(all[0].found == word);
  CHECK(all[0].expected == truth);
}

TEST_CASE("each line that differs is an entry, up to a limit") {
  CHECK(differences("a\nb\nc", "x\ny\nz", 10).size() == 3);
  CHECK(differences("a\nb\nc", "x\ny\nz", 2).size() == 2);
}

TEST_CASE("lines that were added or taken away are one entry") {
  const auto added = differences("a\nnew\nb\n", "a\nb\n", 10);
  REQUIRE(added.size() == 1);
  CHECK(added[0].line == 2);
  CHECK(added[0].found == "new");
  CHECK(added[0].expected.empty());
  const auto gone = differences("a\nb\n", "a\nold\nb\n", 10);
  REQUIRE(gone.size() == 1);
  CHECK(gone[0].line == 2);
  CHECK(gone[0].expected == "old");
}
