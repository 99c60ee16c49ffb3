#include <chrono>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <catch2/catch.hpp>

#include "agents/evidence/tables/json_tables_of.hpp"

namespace chimera::evidence {
namespace {

using strings = std::vector<std::string>;

tables_of_file tables_of_markdown(std::string_view text) {
  auto read = read_markdown(text, {});
  if (!read) FAIL(proto::to_text(read.error()));
  return std::move(*read);
}

std::string repeat(std::string_view piece, std::size_t times) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i) text += piece;
  return text;
}

TEST_CASE("A table has its heading, its line and its columns") {
  const auto read = tables_of_markdown(
      "# Top\n\n## The *fast* `path`\n\ntext\n\n| Prompt | TTFT (s) | Tokens/s |\n"
      "| --- | ---: | --- |\n| **first** | 0.344 | 1,234.5 |\n| [second](x) | 0.121 | ~98 |\n\n"
      "Under_line\n==========\n\n|a|b|\n|-|-|\n|1||\n");
  REQUIRE(read.tables.size() == 2);
  const table& t = read.tables[0];
  CHECK(t.kind == "md");
  CHECK(t.path == "table[1]");
  CHECK(t.heading == "The fast path");
  CHECK(t.rows == 2);
  CHECK(t.first_row_line == 9);
  CHECK(t.row_lines.empty());
  CHECK(names_of(t) == strings{"Prompt", "TTFT (s)", "Tokens/s"});
  CHECK(t.columns[1].key == "TTFT");
  CHECK(t.columns[1].unit_text == "s");
  CHECK(cells_of(t, "Prompt") == strings{"first", "second"});
  CHECK(t.columns[1].number(1) == 0.121);
  CHECK(t.columns[2].number(0) == 1234.5);
  CHECK(t.columns[2].grouped_cells == 1);
  CHECK(t.place(1, t.columns[1]) == "line 10");
  CHECK(read.tables[1].path == "table[2]");
  CHECK(read.tables[1].heading == "Under_line");
  CHECK(cells_of(read.tables[1], "b") == strings{"-"});
}

TEST_CASE("Cells are numbers with their units") {
  struct example {
    std::string cell;
    double value;
    std::string unit;
  };
  const std::vector<example> examples = {
      {"102.31", 102.31, ""},
      {"~0.13s", 0.13, "s"},
      {"85%", 85, "%"},
      {"1,234", 1234, ""},
      {"**7.5**", 7.5, ""},
      {"`12 ms`", 12, "ms"},
      {"_3_ tokens/s", 3, "tokens/s"},
  };
  for (const example& e : examples) {
    INFO(e.cell);
    const table t = tables_of_markdown("|v|w|\n|-|-|\n|" + e.cell + "|x|\n").tables.at(0);
    CHECK(t.columns[0].number(0) == e.value);
    CHECK(t.columns[0].unit_text == e.unit);
    CHECK_FALSE(t.columns[1].numeric());
  }
}

TEST_CASE("What is no table gives none") {
  for (const char* text :
       {"", "prose | with | pipes\n", "---\ntitle: x\n---\n", "|a|b|\n|-|\n|1|2|\n",
        "```\n|a|b|\n|-|-|\n|1|2|\n```\n", "prose | a | b | | - | - | | 1 | 2 |\n",
        "    |a|b|\n    |-|-|\n    |1|2|\n", "|a|b|\n|-|-|\n"}) {
    INFO(text);
    CHECK(tables_of_markdown(text).tables.empty());
  }
}

TEST_CASE("Tables in lists and quotes, ragged rows and equal headers") {
  struct example {
    std::string text;
    strings names;
    std::size_t rows;
  };
  const std::vector<example> examples = {
      {"> |a|b|\n> |-|-|\n> |1|2|\n", {"a", "b"}, 1},
      {"- item\n\n  |a|b|\n  |-|-|\n  |1|2|\n  |3|4|\n", {"a", "b"}, 2},
      {"|a|a||\n|-|-|-|\n|1|2|3|\n", {"a", "a (2)", "column C"}, 1},
      {"|a|b|\n|-|-|\n|1|\n|1|2|3|\n", {"a", "b"}, 2},
      {"|a\\|b|c|\n|-|-|\n|1|2|\n", {"a|b", "c"}, 1},
      {"a|b\r\n-|-\r\n1|2\r\n", {"a", "b"}, 1},
  };
  for (const example& e : examples) {
    INFO(e.text);
    const auto read = tables_of_markdown(e.text);
    REQUIRE(read.tables.size() == 1);
    CHECK(names_of(read.tables[0]) == e.names);
    CHECK(read.tables[0].rows == e.rows);
  }
}

TEST_CASE("Each bound of Markdown is refused at its line") {
  struct example {
    std::string text;
    std::string code;
    std::uint64_t line;
    table_limits limits;
  };
  const std::vector<example> examples = {
      {"a\n" + std::string(200, 'x') + "\n", "md.line-too-long", 2, {.line_bytes = 100}},
      {repeat("|a", 50) + "\n" + repeat("|-", 50) + "\n|1\n",
       "md.too-many-columns",
       1,
       {.columns = 10}},
      {repeat("|a", 9'000) + "\n" + repeat("|-", 9'000) + "\n" + repeat("|1\n", 5'000),
       "md.too-many-cells",
       30,
       {}},
      {repeat("|a|b|\n|-|-|\n|1|2|\n\n", 5), "md.too-many-tables", 17, {.tables = 4}},
  };
  for (const example& e : examples) {
    INFO(e.code);
    const auto read = read_markdown(e.text, e.limits);
    REQUIRE_FALSE(read);
    CHECK(read.error().code == e.code);
    CHECK(read.error().line == e.line);
  }
}

TEST_CASE("Text that is slow to parse as Markdown does not hold up the tables") {
  const std::string table_text = "\n|a|b|\n|-|-|\n|1|2|\n";
  const std::vector<std::string> hostile = {
      repeat("words with *emphasis* and [links](x) here\n", 50'000),
      repeat("![", 100'000),
      repeat("_a ", 100'000),
      repeat("`a", 100'000),
      repeat("> ", 5'000) + "a\n",
  };
  for (const std::string& text : hostile) {
    INFO(text.substr(0, 20));
    const auto begin = std::chrono::steady_clock::now();
    CHECK(tables_of_markdown(text + "\n" + table_text).tables.size() == 1);
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(10));
  }
}

}  // namespace
}  // namespace chimera::evidence
