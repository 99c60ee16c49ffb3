// Decimal text: what is printed reads back as the same double, and rounding is correct.
#include "proto/decimal.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <limits>

using namespace chimera::proto;

TEST_CASE("shortest prints the shortest decimal that reads back") {
  struct row {
    double value;
    const char* text;
  };
  const row rows[] = {{0.0877, "0.0877"},
                      {36, "36"},
                      {0.1 + 0.2, "0.30000000000000004"},
                      {1e-9, "1e-09"},
                      {-0.0, "0"},
                      {2147483647, "2147483647"},
                      {101.99413, "101.99413"},
                      {std::numeric_limits<double>::infinity(), "Infinity"}};
  for (const row& r : rows) {
    CHECK(shortest(r.value) == r.text);
    if (std::isfinite(r.value)) CHECK(parse_decimal(shortest(r.value)) == r.value);
  }
}

TEST_CASE("fixed rounds the exact binary value half to even and never prints minus zero") {
  CHECK(fixed(102.8012, 1) == "102.8");
  CHECK(fixed(0.5, 0) == "0");
  CHECK(fixed(1.5, 0) == "2");
  CHECK(fixed(2.675, 2) == "2.67");  // 2.675 is stored below the tie
  CHECK(fixed(-0.001, 2) == "0.00");
}

TEST_CASE("places_for gives the decimals for a number of significant digits") {
  CHECK(places_for(0.08774, 3) == 4);
  CHECK(places_for(102.8, 3) == 0);
  CHECK(places_for(12.34, 3) == 1);
  CHECK(places_for(0, 3) == 0);
}

TEST_CASE("grouped separates thousands") {
  CHECK(grouped(0) == "0");
  CHECK(grouped(999) == "999");
  CHECK(grouped(557115) == "557,115");
  CHECK(grouped(-1234567) == "-1,234,567");
}

TEST_CASE("parse_decimal reads plain decimals only") {
  CHECK(parse_decimal("-12.5") == -12.5);
  for (const char* text : {"", "+1", " 1", "1 ", "1,2", "0x10", "1.2.3"})
    CHECK_FALSE(parse_decimal(text).has_value());
}
