#include <string>
#include <vector>

#include <fmt/format.h>
#include <catch2/catch.hpp>

#include "agents/evidence/tables/json_tables_of.hpp"

namespace chimera::evidence {
namespace {

std::string repeat(std::string_view piece, std::size_t times) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i) text += piece;
  return text;
}

TEST_CASE("Broken JSON is refused at its line and column") {
  struct example {
    std::string text;
    std::uint64_t line, column;
  };
  const std::vector<example> examples = {
      {R"({"a":1 "b":2})", 1, 8},
      {"{\n  \"a\": 1,\n  \"b\": x\n}", 3, 8},
      {"{\"a\":1}\n{\"a\":2}\n{\"a\":01}\n", 3, 6},
      {"[1,]", 1, 4},
      {"[1 2]", 1, 4},
      {"{\"a\":1}}", 1, 8},
      {"{\"a\":\"x\ny\"}", 1, 8},
      {"{\"a\":\n\"xy", 2, 1},
      {"[\"\\q\"]", 1, 2},
      {"nul", 1, 1},
      {"[.5]", 1, 2},
      {"[-]", 1, 2},
      {"[1e5x]", 1, 2},
      {"[NaNa]", 1, 2},
      {"{\"a\":1} garbage", 1, 9},
  };
  for (const example& e : examples) {
    INFO(e.text);
    const auto read = read_json(e.text, {});
    REQUIRE_FALSE(read);
    CHECK(read.error().code == "json.syntax");
    CHECK(read.error().line == e.line);
    CHECK(read.error().column == e.column);
    CHECK_FALSE(read.error().detail.empty());
  }
}

TEST_CASE("Every beginning of a document is refused, none crashes") {
  const std::string whole = R"({"a":[1,{"b":"x\u00e9\n"},[true,null]],"c":{"d":-1.5e3}})";
  REQUIRE(read_json(whole, {}));
  for (std::size_t size = 1; size < whole.size(); ++size) {
    INFO(whole.substr(0, size));
    CHECK_FALSE(read_json(whole.substr(0, size), {}));
    CHECK_FALSE(read_json("{\"a\":1}\n" + whole.substr(0, size), {}));
  }
}

TEST_CASE("Nesting beyond the limit is refused, not followed") {
  const auto nested = [](std::size_t depth, const char* open, const char* close) {
    return repeat(open, depth) + "1" + repeat(close, depth);
  };
  CHECK(read_json(nested(256, "[", "]"), {}));
  for (const auto& text : {nested(257, "[", "]"), nested(100'000, "[", "]"),
                           nested(100'000, "{\"a\":", "}"), nested(50'000, "[{\"a\":", "}]")}) {
    const auto read = read_json(text, {});
    REQUIRE_FALSE(read);
    CHECK(read.error().code == "json.too-deep");
  }
  CHECK_FALSE(read_json(repeat("[", 100'000), {}));
  CHECK_FALSE(read_json(repeat("]", 100'000), {}));
  CHECK_FALSE(read_json(repeat("{\"a\":", 100'000), {}));
}

TEST_CASE("Invalid UTF-8 is refused at its line") {
  for (const char* bad : {"\xFF", "\xC3", "\xED\xA0\x80", "\xF5\x80\x80\x80", "\xC0\xAF"}) {
    const auto read = read_json(fmt::format("[1,\n\"{}\"]", bad), {});
    REQUIRE_FALSE(read);
    CHECK(read.error().code == "json.utf8");
    CHECK(read.error().line == 2);
  }
}

TEST_CASE("A string of 64 MiB is a text like any other") {
  const std::string text = "{\"s\":\"" + std::string(64U << 20U, 'x') + "\",\"n\":1}";
  const table t = table_at(tables_of_json(text), table_shape::document, "");
  CHECK(t.columns.at(0).dictionary.at(0).size() == 64U << 20U);
  CHECK(t.columns.at(1).number(0) == 1);
}

TEST_CASE("Each bound is refused by name") {
  struct example {
    std::string name;
    std::string code;
    std::string text;
    table_limits limits;
  };
  std::string keys = "{";
  for (int i = 0; i < 1'000; ++i) keys += fmt::format("\"k{}\":1,", i);
  keys += "\"z\":1}";
  std::string arrays = "{";
  for (int i = 0; i < 100; ++i) arrays += fmt::format("\"k{}\":[1],", i);
  arrays += "\"z\":1}";
  std::string sparse;
  for (int i = 0; i < 1'000; ++i) sparse += fmt::format("{{\"k{}\":1}}\n", i);
  const std::vector<example> examples = {
      {"columns", "json.too-many-columns", keys, {.columns = 100}},
      {"rows", "json.too-many-rows", "[" + repeat("1,", 1'000) + "1]", {.rows = 100}},
      {"tables", "json.too-many-tables", arrays, {.tables = 10}},
      {"memory of holes", "json.memory", sparse, {.memory_bytes = 1U << 20U}},
      {"memory of names", "json.memory", keys, {.memory_bytes = 10'000}},
      {"depth", "json.too-deep", "[[[[1]]]]", {.depth = 3}},
  };
  for (const example& e : examples) {
    INFO(e.name);
    const auto read = read_json(e.text, e.limits);
    REQUIRE_FALSE(read);
    CHECK(read.error().code == e.code);
    CHECK_FALSE(read.error().title.empty());
  }
}

TEST_CASE("Documents without line ends between them are read in linear time") {
  const auto read = tables_of_json(repeat("{\"a\":1}", 200'000));
  CHECK(table_at(read, table_shape::records, "").rows == 200'000);
  const auto scalars = tables_of_json(repeat("1 ", 20'000));
  CHECK(table_at(scalars, table_shape::samples, "").rows == 20'000);
}

TEST_CASE("A document larger than a piece is read whole, among small ones too") {
  const std::string large = "{\"l\":[\n" + repeat("1.25,\n", 200'000) + "2]}";
  for (const std::string& text : {large, "{\"l\":[]}\n" + large + "\n{\"l\":[3]}\n"}) {
    CHECK(tables_of_json(text).numeric_leaves >= 200'001);
  }
}

}  // namespace
}  // namespace chimera::evidence
