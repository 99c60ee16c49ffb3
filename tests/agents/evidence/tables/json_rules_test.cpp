#include <cmath>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "agents/evidence/tables/json_tables_of.hpp"

namespace chimera::evidence {
namespace {

using strings = std::vector<std::string>;
using indexes = std::vector<std::uint32_t>;
constexpr auto records = table_shape::records;
constexpr auto samples = table_shape::samples;
constexpr auto document = table_shape::document;
constexpr auto keyed = table_shape::keyed;

TEST_CASE("An array of objects is a table, its columns are the leaves of all objects") {
  struct example {
    std::string text;
    std::string path;
    strings names;
  };
  const std::vector<example> examples = {
      {R"([{"a":1},{"a":2}])", "", {"/*/a"}},
      {R"({"results":[{"a":1,"b":{"c":2}}]})", "/results", {"/results/*/a", "/results/*/b/c"}},
      {R"({"r":[{"a":1},{"b":2},{"a":3}]})", "/r", {"/r/*/a", "/r/*/b"}},
      {R"({"x":{"y":[{"a":null}]}})", "/x/y", {"/x/y/*/a"}},
      {R"([{"a/b":1,"c~d":2,"":3}])", "", {"/*/a~1b", "/*/c~0d", "/*/"}},
      {R"([{"a":["x","y"],"b":1}])", "", {"/*/b"}},
      {R"([{"\u0061":1},{"a":2}])", "", {"/*/a"}},
      {R"([[{"a":1}],[{"a":2}]])", "/*", {"/*/*/a"}},
  };
  for (const example& e : examples) {
    INFO(e.text);
    const table t = table_at(tables_of_json(e.text), records, e.path);
    CHECK(names_of(t) == e.names);
    CHECK(t.kind == "json");
  }
}

TEST_CASE("A missing key and a null are missing cells") {
  const table t =
      table_at(tables_of_json(R"([{"a":1,"b":"x"},{"b":null},{"a":3},{}])"), records, "");
  CHECK(t.rows == 4);
  CHECK(t.stars == 1);
  CHECK(t.row_indexes.empty());
  CHECK(cells_of(t, "/*/a") == strings{"1", "-", "3", "-"});
  CHECK(cells_of(t, "/*/b") == strings{"x", "-", "-", "-"});
  CHECK(t.columns[0].key == "a");
}

TEST_CASE("A column of nulls alone stays, with neither view") {
  const table t = table_at(tables_of_json(R"([{"a":null,"b":1},{"a":null}])"), records, "");
  const column& c = t.columns.at(t.find("/*/a"));
  CHECK_FALSE(c.numeric());
  CHECK_FALSE(c.textual());
  CHECK(c.missing(1));
}

TEST_CASE("Arrays inside records are tables of their own over all outer positions") {
  const auto read = tables_of_json(
      R"({"metrics":[{"t":1,"gpu":[{"u":10},{"u":11}]},{"t":2,"gpu":[]},{"t":3,"gpu":[{"u":30}]}]})");
  const table outer = table_at(read, records, "/metrics");
  CHECK(names_of(outer) == strings{"/metrics/*/t"});
  const table inner = table_at(read, records, "/metrics/*/gpu");
  CHECK(inner.stars == 2);
  CHECK(inner.rows == 3);
  CHECK(inner.row_indexes == indexes{0, 0, 0, 1, 2, 0});
  CHECK(cells_of(inner, "/metrics/*/gpu/*/u") == strings{"10", "11", "30"});
  CHECK(inner.place(2, inner.columns[0]) == "/metrics/2/gpu/0/u");
  CHECK(read.numeric_leaves == 6);
}

TEST_CASE("Arrays of numbers are samples") {
  const auto read =
      tables_of_json(R"({"l":[1,2.5,null,"x",NaN],"r":[{"ms":[3]},{"ms":[4,5]}],"w":["a","b"]})");
  const table flat = table_at(read, samples, "/l");
  CHECK(names_of(flat) == strings{"/l/*"});
  CHECK(flat.columns[0].key == "l");
  CHECK(flat.rows == 5);
  CHECK(flat.columns[0].number(1) == 2.5);
  CHECK(state_of(flat.columns[0].number(2)) == cell_state::missing);
  CHECK(state_of(flat.columns[0].number(3)) == cell_state::text);
  CHECK(state_of(flat.columns[0].number(4)) == cell_state::literal_nan);
  const table nested = table_at(read, samples, "/r/*/ms");
  CHECK(names_of(nested) == strings{"/r/*/ms/*"});
  CHECK(nested.row_indexes == indexes{0, 0, 1, 0, 1, 1});
  CHECK(read.tables.size() == 2);
}

TEST_CASE("The scalars outside arrays are one row") {
  const auto read =
      tables_of_json(R"({"model":"m","n":3,"ok":true,"o":{"t":0.800000011920929},"z":null})");
  const table t = table_at(read, document, "");
  CHECK(t.rows == 1);
  CHECK(t.stars == 0);
  CHECK(names_of(t) == strings{"/model", "/n", "/ok", "/o/t", "/z"});
  CHECK(cells_of(t, "/o/t") == strings{"0.800000011920929"});
  CHECK(cells_of(t, "/ok") == strings{"true"});
  CHECK(cells_of(t, "/z") == strings{"-"});
  CHECK_FALSE(t.columns[2].numeric());
}

TEST_CASE("Members of nearly one shape that hold numbers are rows too") {
  struct example {
    std::string text;
    std::string path;
    strings keys;  // empty: no keyed table
  };
  const std::vector<example> examples = {
      {R"({"a":{"ms":1,"sd":2},"b":{"ms":3,"sd":4}})", "", {"a", "b"}},
      {R"({"t":"x","q":{"a":{"m":{"ms":1}},"b":{"m":{"ms":3}}},"n":1})", "/q", {"a", "b"}},
      {R"({"a":{"ms":1,"sd":2,"e":null},"b":{"ms":3,"sd":4},"s":{"x":1,"y":2}})", "", {"a", "b"}},
      {R"({"model":{"name":"m","layers":2},"settings":{"runs":10,"warmup":3}})", "", {}},
      {R"({"a":{"name":"x"},"b":{"name":"y"}})", "", {}},
      {R"({"a":{"ms":1}})", "", {}},
      {R"({"a":{"ms":1,"u":1,"v":1,"w":1},"b":{"ms":3,"x":1,"y":2,"z":2}})", "", {}},
      {R"({"a":{"m":{"ms":1},"c":{"s":1}},"b":{"m":{"ms":2},"c":{"s":1}},"f":{"m":null,"c":null}})",
       "",
       {"a", "b", "f"}},
  };
  for (const example& e : examples) {
    INFO(e.text);
    const auto read = tables_of_json(e.text);
    CHECK(table_at(read, document, "").rows == 1);
    if (e.keys.empty()) {
      CHECK(read.tables.size() == 1);
    } else {
      CHECK(table_at(read, keyed, e.path).row_keys == e.keys);
    }
  }
}

TEST_CASE("A keyed table has a star where its members stand") {
  const auto read = tables_of_json(
      R"({"backends":{"eager":{"benchmark":{"ms":1.5}},"jit":{"benchmark":{"ms":2.5,"note":"n"}}}})");
  const table t = table_at(read, keyed, "/backends");
  CHECK(t.rows == 2);
  CHECK(t.stars == 1);
  CHECK(names_of(t) == strings{"/backends/*/benchmark/ms", "/backends/*/benchmark/note"});
  CHECK(cells_of(t, "/backends/*/benchmark/ms") == strings{"1.5", "2.5"});
  CHECK(cells_of(t, "/backends/*/benchmark/note") == strings{"-", "n"});
  CHECK(t.place(1, t.columns[0]) == "/backends/jit/benchmark/ms");
  CHECK(read.numeric_leaves == 2);
}

TEST_CASE("Several documents are one table; only those on lines of their own are JSON Lines") {
  struct example {
    std::string text;
    std::string kind;
    std::uint64_t first_line;
    indexes lines;
  };
  const std::vector<example> examples = {
      {"{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n", "jsonl", 1, {}},
      {"{\"a\":1}\n{\"a\":2}\n{\"a\":3}", "jsonl", 1, {}},
      {"{\"a\":1}\r\n{\"a\":2}\r\n{\"a\":3}\r\n", "jsonl", 1, {}},
      {"\n{\"a\":1}\n\n{\"a\":2}\n{\"a\":3}\n\n", "jsonl", 2, {2, 4, 5}},
      {"{\"a\":1}{\"a\":2} {\"a\":3}", "json", 0, {}},
      {"{\n\"a\":1}\n{\"a\":2}\n{\"a\":3}", "json", 0, {}},
      {"{\"a\":1}\n{\"a\":2}\n{\"a\":\n3}", "json", 0, {}},
      {"[{\"a\":1},{\"a\":2},{\"a\":3}]", "json", 0, {}},
  };
  for (const example& e : examples) {
    INFO(e.text);
    const auto read = tables_of_json(e.text);
    CHECK(read.tables.size() == 1);
    const table t = table_at(read, records, "");
    CHECK(cells_of(t, "/*/a") == strings{"1", "2", "3"});
    CHECK(t.kind == e.kind);
    CHECK(t.first_row_line == e.first_line);
    CHECK(t.row_lines == e.lines);
  }
}

TEST_CASE("Documents of several shapes share a table with missing cells") {
  const auto read =
      tables_of_json("{\"a\":1}\n{\"b\":[7,8]}\n{\"c\":{\"d\":\"x\"}}\n[{\"e\":1}]\n");
  const table t = table_at(read, records, "");
  CHECK(t.rows == 3);
  CHECK(names_of(t) == strings{"/*/a", "/*/c/d"});
  CHECK(cells_of(t, "/*/c/d") == strings{"-", "-", "x"});
  CHECK(table_at(read, samples, "/*/b").row_indexes == indexes{1, 0, 1, 1});
  CHECK(table_at(read, records, "/*").row_indexes == indexes{3, 0});
}

TEST_CASE("Numeric strings stay texts and get a numeric view if all of the column are numbers") {
  struct example {
    std::string values;
    bool numeric;
    strings texts;
  };
  const std::vector<example> examples = {
      {R"("12.5","7")", true, {"12.5", "7"}},
      {R"("12.5","x")", false, {"12.5", "x"}},
      {R"("1,234","5")", true, {"1,234", "5"}},
      {R"("142.50 W","3 W")", true, {"142.50 W", "3 W"}},
      {R"("3 W","3 s")", false, {"3 W", "3 s"}},
      {R"("1.2.3","1")", false, {"1.2.3", "1"}},
      {R"("true",true)", false, {"true", "true"}},
      {R"(1,"2")", true, {"1", "2"}},
  };
  for (const example& e : examples) {
    INFO(e.values);
    const std::size_t comma = e.values.rfind(',');
    const table t = table_at(tables_of_json("[{\"v\":" + e.values.substr(0, comma) +
                                            "},{\"v\":" + e.values.substr(comma + 1) + "}]"),
                             records, "");
    CHECK(t.columns[0].numeric() == e.numeric);
    CHECK(cells_of(t, "/*/v") == e.texts);
  }
}

TEST_CASE("A number beside texts keeps its value and its text") {
  const table t = table_at(tables_of_json(R"([{"v":"x"},{"v":1.5},{"v":NaN}])"), records, "");
  const column& c = t.columns[0];
  CHECK(state_of(c.number(0)) == cell_state::text);
  CHECK(c.number(1) == 1.5);
  CHECK(cells_of(t, "/*/v") == strings{"x", "1.5", "NaN"});
}

TEST_CASE("NaN and infinities are read and counted, but not inside strings") {
  const auto read = tables_of_json(
      R"([{"v":NaN,"s":"NaN"},{"v":Infinity,"s":"-Infinity"},{"v":-Infinity},{"v":1e999},{"v":2}])");
  const table t = table_at(read, records, "");
  const column& v = t.columns.at(t.find("/*/v"));
  CHECK(v.non_finite_cells == 4);
  CHECK(state_of(v.number(0)) == cell_state::literal_nan);
  CHECK(std::isinf(v.number(1)));
  CHECK(v.number(2) < 0);
  CHECK(v.number(4) == 2);
  CHECK(t.columns.at(t.find("/*/s")).non_finite_cells == 0);
  CHECK(read.numeric_leaves == 5);
}

TEST_CASE("Of a key met twice the last value counts, and both are shown") {
  struct example {
    std::string text;
    std::string shown;
    strings rest;
  };
  const std::vector<example> examples = {
      {R"([{"a":1,"a":2}])", "/0/a: 1, 2", {"2"}},
      {R"([{"a":1,"b":0,"a":"x"}])", "/0/a: 1, x", {"x"}},
      {R"([{"a":"x","a":null}])", "/0/a: x, null", {"-"}},
      {R"([{"a":1,"a":{"b":2}}])", "/0/a: 1, {...}", {"-"}},
      {R"([{"a":{"b":2},"a":7}])", "/0/a: {...}, 7", {"7"}},
  };
  for (const example& e : examples) {
    INFO(e.text);
    const table t = table_at(tables_of_json(e.text), records, "");
    CHECK(t.duplicate_keys == 1);
    CHECK(t.duplicate_key_examples == strings{e.shown});
    CHECK(cells_of(t, "/*/a") == e.rest);
  }
  const auto arrays = tables_of_json(R"([{"x":[1,2]},{"x":[3,4],"x":[5]}])");
  const table left = table_at(arrays, samples, "/*/x");
  CHECK(cells_of(left, "/*/x/*") == strings{"1", "2", "5"});
  CHECK(left.row_indexes == indexes{0, 0, 0, 1, 1, 0});
}

TEST_CASE("No more than five duplicate keys are shown, all are counted") {
  std::string text = "{";
  for (int i = 0; i < 9; ++i) text += "\"k\":1,\"k\":2,";
  const table t = table_at(tables_of_json(text + "\"z\":0}"), document, "");
  CHECK(t.duplicate_keys == 17);
  CHECK(t.duplicate_key_examples.size() == 5);
}

TEST_CASE("Strings are unescaped; a surrogate without its other half becomes U+FFFD") {
  struct example {
    std::string json, text;
  };
  const std::vector<example> examples = {
      {R"("a\"b\\c\/\n")", "a\"b\\c/\n"},      {R"("\u00e9\ud83d\udc8e")", "\u00e9\U0001F48E"},
      {R"("x\ud83dy")", "x\uFFFDy"},           {R"("\udc8e\ud83d\udc8e")", "\uFFFD\U0001F48E"},
      {R"("\\ud83d\ud83d")", "\\ud83d\uFFFD"}, {R"("\"")", "\""},
  };
  for (const example& e : examples) {
    INFO(e.json);
    const table t = table_at(tables_of_json("{\"s\":" + e.json + "}"), document, "");
    CHECK(cells_of(t, "/s") == strings{e.text});
  }
}

TEST_CASE("Nothing but blanks is no table and no error") {
  for (const char* text : {"", " ", "\n\n", "{}", "[]", "{}\n{}\n", "[[],[]]", "[{},{}]"}) {
    INFO(text);
    CHECK(tables_of_json(text).tables.empty());
  }
}

}  // namespace
}  // namespace chimera::evidence
