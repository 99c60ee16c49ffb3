#include "agents/evidence/columns/units.hpp"

#include <rapidcheck.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include <vector>

using namespace chimera::evidence;

namespace {

struct spelling_case {
  std::string text;
  std::string symbol;
  dimension kind;
  double to_base;
};

const std::string degree_celsius =
    "\xC2\xB0"
    "C";

const std::vector<spelling_case> known_spellings{
    {"s", "s", dimension::time, 1},
    {"sec", "s", dimension::time, 1},
    {"Seconds", "s", dimension::time, 1},
    {"second", "s", dimension::time, 1},
    {"ms", "ms", dimension::time, 1e-3},
    {"msec", "ms", dimension::time, 1e-3},
    {"msecond", "ms", dimension::time, 1e-3},
    {"milliseconds", "ms", dimension::time, 1e-3},
    {"us", "us", dimension::time, 1e-6},
    {"\xC2\xB5s", "us", dimension::time, 1e-6},
    {"\xCE\xBCs", "us", dimension::time, 1e-6},
    {"usecond", "us", dimension::time, 1e-6},
    {"usec", "us", dimension::time, 1e-6},
    {"ns", "ns", dimension::time, 1e-9},
    {"nsecond", "ns", dimension::time, 1e-9},
    {"nanoseconds", "ns", dimension::time, 1e-9},
    {"min", "min", dimension::time, 60},
    {"minutes", "min", dimension::time, 60},
    {"h", "h", dimension::time, 3600},
    {"hours", "h", dimension::time, 3600},
    {"byte", "B", dimension::bytes, 1},
    {"B", "B", dimension::bytes, 1},
    {"Kbyte", "KB", dimension::bytes, 1e3},
    {"KB", "KB", dimension::bytes, 1e3},
    {"KiB", "KiB", dimension::bytes, 1024},
    {"MB", "MB", dimension::bytes, 1e6},
    {"MiB", "MiB", dimension::bytes, 1048576},
    {"GB", "GB", dimension::bytes, 1e9},
    {"GiB", "GiB", dimension::bytes, 1073741824},
    {"%", "%", dimension::ratio, 0.01},
    {"percent", "%", dimension::ratio, 0.01},
    {"pct", "%", dimension::ratio, 0.01},
    {"x", "x", dimension::ratio, 1},
    {"W", "W", dimension::power, 1},
    {"watts", "W", dimension::power, 1},
    {"mW", "mW", dimension::power, 1e-3},
    {"MW", "MW", dimension::power, 1e6},
    {"kW", "kW", dimension::power, 1e3},
    {"C", degree_celsius, dimension::temperature, 1},
    {degree_celsius, degree_celsius, dimension::temperature, 1},
    {"hz", "Hz", dimension::frequency, 1},
    {"MHz", "MHz", dimension::frequency, 1e6},
    {"Ghz", "GHz", dimension::frequency, 1e9},
    {"cycle/nsecond", "cycle/ns", dimension::frequency, 1e9},
    {"J", "J", dimension::energy, 1},
    {"mJ", "mJ", dimension::energy, 1e-3},
    {"kWh", "kWh", dimension::energy, 3.6e6},
    {"$", "USD", dimension::money, 1},
    {"tok/s", "tok/s", dimension::rate, 1},
    {"tokens/sec", "tok/s", dimension::rate, 1},
    {"tokens/second", "tok/s", dimension::rate, 1},
    {"tokens per second", "tok/s", dimension::rate, 1},
    {"t/s", "tok/s", dimension::rate, 1},
    {"TPS", "tok/s", dimension::rate, 1},
    {"tok/min", "tok/min", dimension::rate, 1.0 / 60},
    {"req/s", "req/s", dimension::rate, 1},
    {"requests/sec", "req/s", dimension::rate, 1},
    {"GB/s", "GB/s", dimension::rate, 1e9},
    {"Gbyte/second", "GB/s", dimension::rate, 1e9},
    {"MiB/s", "MiB/s", dimension::rate, 1048576},
    {"images/s", "images/s", dimension::rate, 1},
    {"ms/token", "ms/token", dimension::time, 1e-3},
    {"Kbyte/block", "KB/block", dimension::bytes, 1e3},
    {"register/thread", "register/thread", dimension::count, 1},
    {"block", "block", dimension::count, 1},
    {"warp", "warp", dimension::count, 1},
    {"[ms]", "ms", dimension::time, 1e-3},
    {" (s) ", "s", dimension::time, 1},
};

}  // namespace

TEST_CASE("every usual spelling of a unit is known") {
  for (const spelling_case& c : known_spellings) {
    INFO(c.text);
    const auto found = unit_of(c.text);
    REQUIRE(found);
    CHECK(found->symbol == c.symbol);
    CHECK(found->dimension == c.kind);
    CHECK(found->to_base == Approx(c.to_base).epsilon(1e-12));
  }
}

TEST_CASE("a text that is no unit is none, and temperatures that need an offset are not taken") {
  for (const char* text : {"", "hello", "F", "K", "/", "s/", "/s", "foo/bar", "foo/s", "12",
                           "ms ms", "a very long text that is certainly not a unit of anything"}) {
    INFO(text);
    CHECK_FALSE(unit_of(text));
  }
}

TEST_CASE("a value converted to another unit and back is the value") {
  CHECK(rc::check("there and back", [](int mantissa) {
    const double value = mantissa * 0.001;
    for (const spelling_case& a : known_spellings) {
      for (const spelling_case& b : known_spellings) {
        const auto from = unit_of(a.text);
        const auto to = unit_of(b.text);
        const auto there = convert(value, *from, *to);
        RC_ASSERT(there.has_value() == convert(value, *to, *from).has_value());
        if (!there) continue;
        const auto back = convert(*there, *to, *from);
        RC_ASSERT(back.has_value());
        RC_ASSERT(std::abs(*back - value) <= 1e-12 * std::abs(value));
      }
    }
  }));
}

TEST_CASE("units of different things do not convert") {
  CHECK_FALSE(convert(1, *unit_of("s"), *unit_of("MB")));
  CHECK_FALSE(convert(1, *unit_of("tok/s"), *unit_of("req/s")));
  CHECK_FALSE(convert(1, *unit_of("ms/token"), *unit_of("ms")));
  CHECK(*convert(1.5, *unit_of("s"), *unit_of("ms")) == Approx(1500));
  CHECK(*convert(2048, *unit_of("MiB"), *unit_of("GiB")) == Approx(2));
}
