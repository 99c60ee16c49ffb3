#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch.hpp>

#include "agents/evidence/tables/only_table.hpp"
#include "agents/evidence/tables/readers.hpp"

namespace chimera::evidence {
namespace {

std::string repeated(std::string_view piece, std::size_t times) {
  std::string text;
  text.reserve(piece.size() * times);
  for (std::size_t i = 0; i < times; ++i) text += piece;
  return text;
}

proto::problem refusal(const std::string& text, const table_limits& limits = {}) {
  const auto read = read_csv(text, limits);
  REQUIRE_FALSE(read);
  return read.error();
}

TEST_CASE("A million columns are refused at the line that has them") {
  const proto::problem header = refusal(repeated("a,", 1'000'000) + "a\n1,2\n");
  CHECK(header.code == "csv.too-many-columns");
  CHECK(header.line == 1);
  const proto::problem second = refusal("\n\n" + repeated("1,", 1'000'000) + "1\n");
  CHECK(second.code == "csv.too-many-columns");
  CHECK(second.line == 3);
}

TEST_CASE("A million cells in one row of a narrow table are cut and counted") {
  const table read = only_table("a,b\n1,2\n" + repeated("3,", 1'000'000) + "\n5,6\n");
  CHECK(read.columns.size() == 2);
  CHECK(read.rows == 3);
  CHECK(read.ragged_rows == 1);
  CHECK(read.columns[1].number(2) == 6);
}

TEST_CASE("A line of 64 MiB is refused by its number") {
  const std::string line(64U << 20U, 'x');
  for (const auto& [text, number] : std::vector<std::pair<std::string, std::uint64_t>>{
           {line, 1}, {"a,b\n1,2\n3," + line + "\n", 3}, {"a,b\n1,2\n\"" + line + "\",4\n", 3}}) {
    const auto read = read_csv(text, {});
    if (read) {
      // A quote that does not close in time is a character; then the line is too long all the same.
      FAIL("a line of 64 MiB was read");
    }
    CHECK(read.error().code == "csv.line-too-long");
    CHECK(read.error().line == number);
  }
}

TEST_CASE("Too many rows and too much memory are refused before they are taken") {
  const std::string text = "a,b\n" + repeated("1,2\n", 1'000);
  CHECK(refusal(text, {.rows = 999}).code == "csv.too-many-rows");
  CHECK(refusal(text, {.rows = 999}).line == 1'001);
  CHECK(refusal(text, {.memory_bytes = 15'999}).code == "csv.too-much-memory");
  CHECK(read_csv(text, {.rows = 1'000, .memory_bytes = 16'000}).has_value());
  const std::string bomb = repeated("a,", 9'999) + "a\n" + repeated("1\n", 1'000'000);
  CHECK(refusal(bomb).code == "csv.too-much-memory");
}

TEST_CASE("Texts that outgrow the memory are refused") {
  std::string text = "a,b\n";
  for (int row = 0; row < 20'000; ++row) text += "text " + std::to_string(row) + "x,1\n";
  CHECK(refusal(text, {.memory_bytes = 1U << 20U}).code == "csv.too-much-memory");
}

TEST_CASE("Quotes that never close end in time") {
  const table many = only_table("a,b\n" + repeated("\"x,1\n", 200'000));
  CHECK(many.unclosed_quotes > 0);
  CHECK(many.rows == 200'000);
  CHECK(read_csv(repeated("\"", 1'000'001), {}).has_value());
  CHECK(read_csv("a,b\n" + repeated("\" ", 1'000'000), {}).has_value());
}

TEST_CASE("NUL bytes and invalid UTF-8 are text") {
  using namespace std::string_view_literals;
  const table read = only_table("a,b\n1,x\0y\n\xFF\xFE,\xC3\n3,\x80\n"sv);
  REQUIRE(read.rows == 3);
  CHECK(read.columns[1].text(0) == "x\0y"sv);
  CHECK(read.columns[0].text(1) == "\xFF\xFE");
  CHECK(read.columns[0].number(2) == 3);
}

TEST_CASE("Random bytes of the characters that matter never break the reader") {
  std::mt19937 random(7);
  const std::string_view letters =
      "\"\",;\t|\n\r1.5e-a %W\0"
      "N"
      "\xC3";
  for (int round = 0; round < 3'000; ++round) {
    std::string text;
    const std::size_t size = random() % 400;
    for (std::size_t i = 0; i < size; ++i) text += letters[random() % letters.size()];
    const auto read = read_csv(text, {});
    REQUIRE(read);
    for (const table& t : read->tables) {
      for (const column& c : t.columns) {
        REQUIRE((c.values.empty() || c.values.size() == t.rows));
        REQUIRE((c.codes.empty() || c.codes.size() == t.rows));
      }
      REQUIRE((t.row_lines.empty() || t.row_lines.size() == t.rows));
    }
  }
}

}  // namespace
}  // namespace chimera::evidence
