#include <cmath>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "agents/evidence/tables/cell.hpp"

namespace chimera::evidence {
namespace {

struct number_case {
  std::string text;
  double value;
  std::string unit;
  bool grouped = false;
  bool lakh = false;
};

void check(const number_case& expected, const cell_style& style) {
  INFO("cell: " << expected.text);
  const parsed_cell cell = parse_cell(expected.text, style);
  REQUIRE(cell.state() == cell_state::number);
  CHECK(cell.value == expected.value);
  CHECK(cell.unit == expected.unit);
  CHECK(cell.grouped == expected.grouped);
  CHECK(cell.lakh == expected.lakh);
}

TEST_CASE("A cell with a decimal point is the number that is written") {
  const std::vector<number_case> cases = {
      {"0", 0, ""},
      {"-12.50", -12.5, ""},
      {"+3", 3, ""},
      {" 7 ", 7, ""},
      {".5", 0.5, ""},
      {"5.", 5, ""},
      {"1e-3", 0.001, ""},
      {"1E5", 100000, ""},
      {"100.44495061430060", 100.44495061430060, ""},
      {"0.12506040000000002", 0.12506040000000002, ""},
      {"123456789012345678901234567890", 123456789012345678901234567890.0, ""},
      {"1,234", 1234, "", true},
      {"1,234,567.5", 1234567.5, "", true},
      {"22,80,000", 2280000, "", true, true},
      {"2,14,74,83,647", 2147483647, "", true, true},
      {"12,87,80,86,144", 12878086144, "", true, true},
      {"142.50 W", 142.5, "W"},
      {"65 %", 65, "%"},
      {"65%", 65, "%"},
      {"9727 MiB", 9727, "MiB"},
      {"12.5ms", 12.5, "ms"},
      {"77.5 tokens/s", 77.5, "tokens/s"},
      {"3 µs", 3, "µs"},
      {"41 °C", 41, "°C"},
      {"8 GB", 8, "GB"},
      {"1.35x", 1.35, "x"},
      {"1,024 KiB/s", 1024, "KiB/s", true},
  };
  for (const number_case& expected : cases) check(expected, {});
}

TEST_CASE("A cell with a decimal comma groups with points") {
  const std::vector<number_case> cases = {
      {"3,14", 3.14, ""},        {"-0,5", -0.5, ""},  {"1.234,5", 1234.5, "", true},
      {"1.234", 1234, "", true}, {"1,5e3", 1500, ""}, {"12,5 ms", 12.5, "ms"},
  };
  for (const number_case& expected : cases) check(expected, {.decimal_comma = true});
}

TEST_CASE("What is no number stays a text") {
  const std::vector<std::string> texts = {
      "abc",   "2025-09-30", "20:11:33",     "1.2.3",  "127.0.0.1", "8b",
      "270m",  "12B",        "1,23",         "1,2345", "0,123",     "1,23,4",
      "12,34", "0x1F",       "1 2",          "--1",    "- 1",       "e5",
      ".",     "-",          "TRUE",         "3 of 5", "q4_0",      "(128, 1, 1)",
      "[N/A]", "N/A",        "4 prompts ok", "1e",     "{\"a\":1}", "1st",
      "5 \"",  "1,234,56"};
  for (const std::string& text : texts) {
    INFO("cell: " << text);
    CHECK(parse_cell(text, {}).state() == cell_state::text);
  }
  CHECK(parse_cell("1.5", {.decimal_comma = true}).state() == cell_state::text);
}

TEST_CASE("A blank cell is missing") {
  for (const std::string text : {"", " ", "\t", "\r", "\xC2\xA0"}) {
    CHECK(parse_cell(text, {}).state() == cell_state::missing);
  }
}

TEST_CASE("NaN is a hole and an infinity a number, both counted as not finite") {
  for (const std::string text : {"NaN", "nan", "-nan"}) {
    const parsed_cell cell = parse_cell(text, {});
    CHECK(cell.state() == cell_state::literal_nan);
    CHECK(cell.non_finite);
  }
  CHECK(parse_cell("-Infinity", {}).value == -INFINITY);
  CHECK(parse_cell("inf", {}).non_finite);
  CHECK(parse_cell("1e999", {}).non_finite);
  CHECK_FALSE(parse_cell("1e300", {}).non_finite);
}

TEST_CASE("The unit of a header is what stands in its last brackets, if that is a unit") {
  struct header_case {
    std::string header, key, unit;
  };
  const std::vector<header_case> cases = {
      {"Generation Time (ms)", "Generation Time", "ms"},
      {"power [W]", "power", "W"},
      {" utilization.gpu [%] ", "utilization.gpu", "%"},
      {"Tokens per Second", "Tokens per Second", ""},
      {"memory (peak)", "memory (peak)", ""},
      {"throughput (tokens/s)", "throughput", "tokens/s"},
      {"f(x) [GB/s]", "f(x)", "GB/s"},
      {"(ms)", "(ms)", ""},
      {"", "", ""},
  };
  for (const header_case& expected : cases) {
    INFO("header: " << expected.header);
    const header_parts parts = split_header(expected.header);
    CHECK(parts.key == expected.key);
    CHECK(parts.unit == expected.unit);
  }
}

TEST_CASE("A row of units may hold compounds that no cell carries") {
  for (const std::string unit :
       {"register/thread", "Kbyte/block", "us", "%", "SM", "byte/second"}) {
    INFO(unit);
    CHECK(is_unit_like(unit));
  }
  for (const std::string text : {"", "5", "a b", "/s", "a/", "1/s"}) {
    INFO(text);
    CHECK_FALSE(is_unit_like(text));
  }
}

TEST_CASE("Dates and times are told from numbers") {
  for (const std::string text :
       {"2025-09-30", "2025-10-02T19:18:24.204845+00:00", "20:11:33", "30.09.2025"}) {
    CHECK(is_time_like(text));
  }
  for (const std::string text : {"20250930", "2025", "1-2-3", ""}) CHECK_FALSE(is_time_like(text));
}

}  // namespace
}  // namespace chimera::evidence
