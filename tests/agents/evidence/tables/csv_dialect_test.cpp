#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch.hpp>

#include "agents/evidence/tables/only_table.hpp"
#include "agents/evidence/tables/readers.hpp"

namespace chimera::evidence {
namespace {

struct dialect_case {
  std::string what;
  std::string text;
  char delimiter;
  bool decimal_comma;
  std::vector<std::string> names;
  std::vector<std::vector<double>> rows;
};

TEST_CASE("The dialect of a table of numbers is found from the text alone") {
  const std::vector<std::string> ab = {"a", "b"};
  const std::vector<std::vector<double>> numbers = {{1.5, 2}, {3.25, 4}};
  const std::vector<dialect_case> cases = {
      {"comma", "a,b\n1.5,2\n3.25,4\n", ',', false, ab, numbers},
      {"semicolon", "a;b\n1.5;2\n3.25;4\n", ';', false, ab, numbers},
      {"tab", "a\tb\n1.5\t2\n3.25\t4\n", '\t', false, ab, numbers},
      {"pipe", "a|b\n1.5|2\n3.25|4\n", '|', false, ab, numbers},
      {"semicolon, decimal comma", "a;b\n1,5;2\n3,25;4\n", ';', true, ab, numbers},
      {"semicolon, decimal comma in all cells", "a;b\n1,5;2,0\n3,25;4,0\n", ';', true, ab, numbers},
      {"semicolon, three decimals", "a;b\n1,500;2\n3,250;4\n", ';', true, ab, numbers},
      {"tab, decimal comma", "a\tb\n1,5\t2\n3,25\t4\n", '\t', true, ab, numbers},
      {"quoted decimal comma", "a,b\n\"1,5\",2\n\"3,25\",4\n", ',', true, ab, numbers},
      {"decimal comma, groups of points",
       "a;b\n1.234,5;2\n3,25;4\n",
       ';',
       true,
       ab,
       {{1234.5, 2}, {3.25, 4}}},
      {"grouped digits, quoted",
       "a,b\n\"1,234\",2\n\"3,250\",4\n",
       ',',
       false,
       ab,
       {{1234, 2}, {3250, 4}}},
      {"grouped digits between tabs",
       "a\tb\n1,234\t2\n3,250\t4\n",
       '\t',
       false,
       ab,
       {{1234, 2}, {3250, 4}}},
      {"CRLF", "a,b\r\n1.5,2\r\n3.25,4\r\n", ',', false, ab, numbers},
      {"CR", "a,b\r1.5,2\r3.25,4\r", ',', false, ab, numbers},
      {"no line end at the end", "a,b\n1.5,2\n3.25,4", ',', false, ab, numbers},
      {"all cells quoted", "\"a\",\"b\"\n\"1.5\",\"2\"\n\"3.25\",\"4\"\n", ',', false, ab, numbers},
      {"blanks around cells", "a, b\n 1.5 , 2\n3.25,\t4\n", ',', false, ab, numbers},
      {"blanks before quotes", "a, b\n\"1.5\", \"2\"\n\"3.25\", \"4\"\n", ',', false, ab, numbers},
      {"exponents and signs", "a,b\n15e-1,+2\n3.25E0,4.\n", ',', false, ab, numbers},
      {"one column", "a\n1.5\n3.25\n", '\0', false, {"a"}, {{1.5}, {3.25}}},
  };
  for (const dialect_case& expected : cases) {
    INFO(expected.what);
    const table read = only_table(expected.text);
    CHECK(read.delimiter == expected.delimiter);
    CHECK(read.decimal_comma == expected.decimal_comma);
    CHECK(read.ragged_rows == 0);
    REQUIRE(read.rows == expected.rows.size());
    REQUIRE(read.columns.size() == expected.names.size());
    for (std::size_t c = 0; c < expected.names.size(); ++c) {
      CHECK(read.columns[c].name == expected.names[c]);
      CHECK_FALSE(read.columns[c].textual());
      for (std::size_t r = 0; r < read.rows; ++r) {
        CHECK(read.columns[c].number(r) == expected.rows[r][c]);
      }
    }
  }
}

TEST_CASE("A delimiter inside quoted texts or prose is no delimiter") {
  const table quoted = only_table("name,note\nx,\"a;b;c\"\ny,\"d;e;f\"\nz,\"g;h;i\"\n");
  CHECK(quoted.delimiter == ',');
  CHECK(quoted.columns.at(1).text(2) == "g;h;i");
  const table prose = only_table("id;text\n1;one, two\n2;three, four\n3;five\n");
  CHECK(prose.delimiter == ';');
  CHECK(prose.columns.at(1).text(0) == "one, two");
}

TEST_CASE("A header that is missing is said and columns have letters") {
  const table read = only_table("1,2.5,x\n2,3.5,y\n");
  CHECK(read.header_missing);
  CHECK(read.rows == 2);
  CHECK(read.first_row_line == 1);
  CHECK(read.columns.at(0).name == "column A");
  CHECK(read.columns.at(2).name == "column C");
  CHECK(only_table("2025-09-30,eager\n2025-10-01,jit\n").header_missing);
  CHECK_FALSE(only_table("name,kind\na,b\nc,d\n").header_missing);
  CHECK_FALSE(only_table(",count,50%\nmean,3,4\n").header_missing);
  CHECK(only_table(",count,50%\nmean,3,4\n").columns.at(0).name == "column A");
}

TEST_CASE("A name that stands twice becomes two names") {
  const table read = only_table("t,t,t (2)\n1,2,3\n");
  CHECK(read.columns.at(0).name == "t");
  CHECK(read.columns.at(1).name == "t (2)");
  CHECK(read.columns.at(2).name == "t (2) (2)");
}

TEST_CASE("A file with a header only is a table without rows") {
  for (const std::string text : {"a,b,c", "a,b,c\n", "a,b,c\r\n\r\n", "error,failed\n"}) {
    INFO(text);
    const table read = only_table(text);
    CHECK(read.rows == 0);
    CHECK(read.columns.size() >= 2);
  }
}

TEST_CASE("An empty file has no table") {
  for (const std::string text : {"", "\n", " \r\n\n"}) {
    const auto read = read_csv(text, {});
    REQUIRE(read);
    CHECK(read->tables.empty());
    CHECK(read->tool_error.empty());
  }
}

TEST_CASE("The message of a tool that failed is no table") {
  const std::vector<std::string> messages = {
      "==ERROR== the argument for option '--page' is invalid. Use --help for further details.\n",
      "Error: could not open the device, giving up\n",
      "bash: nvidia-smi: command not found\n",
      "Traceback (most recent call last):\n  File \"x.py\", line 3, in <module>\nKeyError: 'a'\n",
  };
  for (const std::string& message : messages) {
    INFO(message);
    const auto read = read_csv(message, {});
    REQUIRE(read);
    CHECK(read->tables.empty());
    CHECK(message.starts_with(read->tool_error));
    CHECK_FALSE(read->tool_error.empty());
  }
  const auto table_with_errors = read_csv("run,error\n1,failed to open\n2,\n", {});
  REQUIRE(table_with_errors);
  CHECK(table_with_errors->tool_error.empty());
  CHECK(table_with_errors->tables.size() == 1);
}

}  // namespace
TEST_CASE("Titles and comments above the header are passed over, others are rows or names") {
  struct example {
    std::string_view text;
    std::string_view first_name;
    std::size_t rows;
    std::uint64_t first_line;
  };
  for (const example& e : std::initializer_list<example>{
           {"# run 3\na,b,c\n1,2,3\n4,5,6\n", "a", 2, 3},
           {"# run 3\n# 2025-01-01, host x\na,b,c\n1,2,3\n4,5,6\n5,6,7\n", "a", 3, 4},
           {"Benchmark X;;;\nmodel;ttft;tok;n\nm1;0,5;10,2;3\nm2;0,6;1,2;4\n", "model", 2, 3},
           {"My benchmark\n\na,b,c\n1,2,3\n4,5,6\n", "a", 2, 4},
           {"\"Runs, all\"\na,b\n1,2\n4,5\n", "a", 2, 3},
           {"# run 3\n1,2,3\n4,5,6\n", "column A", 2, 2},
           // None of them is a title: names only, a cell of data, a header that is a comment.
           {"name\na,b,c\nd,e,f\ng,h,i\n", "name", 3, 2},
           {"name\n1,2,3\n4,5,6\n", "name", 2, 2},
           {"5,,\na,b,c\n1,2,3\n", "column A", 3, 1},
           {"#run,b,c\n1,2,3\n4,5,6\n", "#run", 2, 2},
           {"# a\n1\n2\n", "# a", 2, 2},
           {"a,,\n1,2,3\n4,5,6\n", "column A", 3, 1}}) {
    INFO(e.text);
    const table read = only_table(e.text);
    CHECK(read.columns.front().name == e.first_name);
    CHECK(read.rows == e.rows);
    CHECK(read.first_row_line == e.first_line);
  }
}

TEST_CASE("Bare numbers in the first row are data") {
  const table read = only_table("1,2.5,3\n4,5,6\n7,8,9\n");
  CHECK(read.header_missing);
  CHECK(read.rows == 3);
  CHECK(read.columns[1].name == "column B");
  CHECK(read.columns[1].number(0) == 2.5);
}

}  // namespace chimera::evidence
