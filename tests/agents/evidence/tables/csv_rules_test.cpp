#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "agents/evidence/tables/only_table.hpp"
#include "agents/evidence/tables/readers.hpp"

namespace chimera::evidence {
namespace {

std::vector<std::string> texts_of(const column& c, std::size_t rows) {
  std::vector<std::string> texts;
  for (std::size_t row = 0; row < rows; ++row) texts.push_back(c.text(row));
  return texts;
}

TEST_CASE("Quoted cells hold delimiters, line ends and doubled quotes") {
  const table read = only_table(
      "id,note\n1,\"a,b\"\n2,\"two\nlines\"\n3,\"say "
      "\"\"hi\"\"\"\n4,\"\"\n5,\"{\"\"t\"\":0.3,\"\"p\"\":0.9}\"\n");
  REQUIRE(read.rows == 5);
  const column& note = read.columns.at(1);
  CHECK(texts_of(note, 5) ==
        std::vector<std::string>{"a,b", "two\nlines", "say \"hi\"", "", "{\"t\":0.3,\"p\":0.9}"});
  CHECK(note.missing(3));
  CHECK_FALSE(note.numeric());
  CHECK(read.row_lines == std::vector<std::uint32_t>{2, 3, 5, 6, 7});
}

TEST_CASE("Blank lines are no rows and move the lines of those behind") {
  const table read = only_table("\na,b\n\n1,2\n\n3,4\n\n");
  CHECK(read.rows == 2);
  CHECK(read.ragged_rows == 0);
  CHECK(read.first_row_line == 4);
  CHECK(read.row_lines == std::vector<std::uint32_t>{4, 6});
  CHECK(read.place(1, read.columns.at(0)) == "line 6");
  CHECK(only_table("a,b\n1,2\n3,4\n\n\n").row_lines.empty());
}

TEST_CASE("A row of empty cells is a row") {
  const table read = only_table("a,b\n1,2\n,\n3,4\n");
  REQUIRE(read.rows == 3);
  CHECK(read.columns.at(0).missing(1));
  CHECK(read.columns.at(1).missing(1));
  CHECK(read.columns.at(0).number(2) == 3);
}

TEST_CASE("Ragged rows are padded or cut, and counted") {
  const table read = only_table("a,b,c\n1,2,3\n4,5\n6,7,8,9\n10\n11,12,13\n");
  REQUIRE(read.rows == 5);
  CHECK(read.columns.size() == 3);
  CHECK(read.ragged_rows == 3);
  CHECK(read.columns[2].missing(1));
  CHECK(read.columns[2].number(2) == 8);
  CHECK(read.columns[1].missing(3));
  CHECK(read.columns[2].number(4) == 13);
}

TEST_CASE("A header shorter than the rows gets columns by letter") {
  const table read = only_table("a,b\n1,2,3\n4,5,6\n");
  REQUIRE(read.columns.size() == 3);
  CHECK(read.columns[2].name == "column C");
  CHECK(read.columns[2].number(1) == 6);
  CHECK(read.ragged_rows == 0);
}

TEST_CASE("Units stand in the header, in a row of their own, or in the cells") {
  const table header = only_table("Generation Time (ms),power [W]\n3089.02,142\n");
  CHECK(header.columns.at(0).key == "Generation Time");
  CHECK(header.columns.at(0).name == "Generation Time (ms)");
  CHECK(header.columns.at(0).unit_text == "ms");
  CHECK(header.columns.at(1).unit_text == "W");

  const table row = only_table("name,time,rate\n,us,byte/second\nk,9.5,7\nl,8.5,6\n");
  CHECK(row.unit_row);
  CHECK(row.rows == 2);
  CHECK(row.first_row_line == 3);
  CHECK(row.columns.at(0).unit_text.empty());
  CHECK(row.columns.at(1).unit_text == "us");
  CHECK(row.columns.at(2).unit_text == "byte/second");
  CHECK(row.columns.at(1).number(1) == 8.5);

  const table cells = only_table("p,u,m\n142.50 W,65 %,9727 MiB\n140 W,0 %,\n");
  CHECK_FALSE(cells.unit_row);
  CHECK(cells.columns.at(0).unit_text == "W");
  CHECK(cells.columns.at(0).unit_cells == 2);
  CHECK(cells.columns.at(0).number(0) == 142.5);
  CHECK_FALSE(cells.columns.at(0).textual());
  CHECK(cells.columns.at(1).unit_text == "%");
  CHECK(cells.columns.at(2).unit_text == "MiB");
  CHECK(cells.columns.at(2).unit_cells == 1);
}

TEST_CASE("Names that look like units are no row of units over texts") {
  const table read = only_table("name,kind\nW,ms\nx,y\nz,q\n");
  CHECK_FALSE(read.unit_row);
  CHECK(read.rows == 3);
}

TEST_CASE("A cell with another unit than its column is left as text and counted") {
  const table read = only_table("t\n5 ms\n6 ms\n7 s\n8 ms\n");
  const column& t = read.columns.at(0);
  CHECK(t.unit_text == "ms");
  CHECK(t.unit_cells == 3);
  CHECK(t.mixed_unit_cells == 1);
  CHECK(t.number(1) == 6);
  CHECK(state_of(t.number(2)) == cell_state::text);
  CHECK(t.text(2) == "7 s");
  const table header = only_table("t [s]\n5 ms\n6\n");
  CHECK(header.columns.at(0).mixed_unit_cells == 1);
  CHECK(header.columns.at(0).unit_text == "s");
}

TEST_CASE("A unit that only some texts carry is not the column's") {
  const table read = only_table("prompt\nwait 5 s\nrun\n5 s\nstop now\n");
  CHECK(read.columns.at(0).unit_text.empty());
  CHECK(read.columns.at(0).mixed_unit_cells == 1);
  CHECK_FALSE(read.columns.at(0).numeric());
}

TEST_CASE("Grouped digits are numbers, counted, by threes and by twos") {
  const table read = only_table("a,b\n\"1,234\",\"2,14,74,83,647\"\n\"5\",\"22,80,000\"\n");
  CHECK(read.columns.at(0).number(0) == 1234);
  CHECK(read.columns.at(0).grouped_cells == 1);
  CHECK(read.columns.at(0).lakh_cells == 0);
  CHECK(read.columns.at(1).number(0) == 2147483647);
  CHECK(read.columns.at(1).grouped_cells == 2);
  CHECK(read.columns.at(1).lakh_cells == 2);
  CHECK_FALSE(read.columns.at(1).textual());
}

TEST_CASE("NaN and infinities are counted; empty cells are missing") {
  const table read = only_table("a,b\nNaN,1\n,2\n-inf,3\n4,\n");
  const column& a = read.columns.at(0);
  CHECK(a.non_finite_cells == 2);
  CHECK(state_of(a.number(0)) == cell_state::literal_nan);
  CHECK(state_of(a.number(1)) == cell_state::missing);
  CHECK(a.number(2) == -INFINITY);
  CHECK(a.number(3) == 4);
  CHECK(read.columns.at(1).missing(3));
  CHECK(only_table("a,b\nNaN,1\nNaN,2\n").columns.at(0).numeric());
}

TEST_CASE("A column of numbers and texts has both views, texts as written") {
  const table read = only_table("a\n1.50\nN/A\n\"007\"\n2\n");
  const column& a = read.columns.at(0);
  CHECK(texts_of(a, 4) == std::vector<std::string>{"1.50", "N/A", "007", "2"});
  CHECK(a.number(0) == 1.5);
  CHECK(state_of(a.number(1)) == cell_state::text);
  CHECK(a.number(2) == 7);
  const table truths = only_table("n,ok\n1,TRUE\n2,False\n");
  CHECK_FALSE(truths.columns.at(1).numeric());
  CHECK(truths.columns.at(1).text(1) == "False");
}

TEST_CASE("A text far below the first records still keeps all texts of its column") {
  std::string text = "a,b\n";
  for (int row = 0; row < 30'000; ++row) text += "1.50,2\n";
  text += "late,5 ms\n,6\n";
  const table read = only_table(text);
  REQUIRE(read.rows == 30'002);
  CHECK(read.columns[0].text(17) == "1.50");
  CHECK(read.columns[0].text(30'000) == "late");
  CHECK(read.columns[0].missing(30'001));
  CHECK(read.columns[0].dictionary.size() == 2);
  CHECK(read.columns[0].number(17) == 1.5);
  CHECK(read.columns[1].unit_text == "ms");
  CHECK_FALSE(read.columns[1].textual());
}

TEST_CASE("Quotes in wrong places are characters") {
  const table inch = only_table("size,n\n5\" disk,1\n7\" disk,2\n");
  CHECK(inch.rows == 2);
  CHECK(inch.columns.at(0).text(0) == "5\" disk");
  const table inner = only_table("t,n\n\"a \"b\" c\",1\nd,2\n");
  CHECK(inner.rows == 2);
  CHECK(inner.columns.at(0).text(0) == "a \"b\" c");
  CHECK(inner.columns.at(1).number(0) == 1);
}

TEST_CASE("A quote that never closes is a character and is counted") {
  const table read = only_table("a,b\n1,\"x\n2,y\n3,z\n");
  CHECK(read.unclosed_quotes == 1);
  REQUIRE(read.rows == 3);
  CHECK(read.columns.at(1).text(0) == "\"x");
  CHECK(read.columns.at(1).text(2) == "z");
}

TEST_CASE("Numbers at the edges of exactness are rounded as strtod rounds them") {
  const std::vector<std::string> numbers = {"9007199254740992",
                                            "9007199254740993",
                                            "9007199254740991",
                                            "0.1",
                                            "1234567.890123456",
                                            "999999999999999.9",
                                            "0.000000000000001",
                                            "123456789012345678",
                                            "0.12506040000000002",
                                            "-100.4449506143006",
                                            "-0.0",
                                            "1.7976931348623157e308",
                                            "5e-324",
                                            "0.30000000000000004",
                                            "18446744073709551616",
                                            "00000000000000001.5",
                                            ".1234567890123456789",
                                            "-9007199254740993",
                                            "99999999999999999999.5",
                                            "1234567890.1234567"};
  std::string text = "a,b\n";
  for (const std::string& number : numbers) text += number + "," + number + "\n";
  const table read = only_table(text);
  for (std::size_t row = 0; row < numbers.size(); ++row) {
    INFO(numbers[row]);
    CHECK(read.columns[0].number(row) == std::strtod(numbers[row].c_str(), nullptr));
    CHECK(std::signbit(read.columns[1].number(row)) == (numbers[row][0] == '-'));
  }
}

}  // namespace
}  // namespace chimera::evidence
