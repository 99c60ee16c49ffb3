#include <catch2/catch.hpp>

#include <optional>
#include <string>

#include "agents/claims/number_scanner.hpp"

using namespace chimera::claims;
using form = number_form;

namespace {

struct expected {
  std::string number;
  form shape;
  std::optional<double> value;
  std::string unit;
};

}  // namespace

TEST_CASE("every way to write a number is seen, with its value and unit") {
  const auto e = GENERATE(values<expected>({
      {"42", form::digits, 42, ""},
      {"-0.5", form::digits, -0.5, ""},
      {"+3", form::digits, 3, ""},
      {"\xE2\x88\x92"
       "7.5",
       form::digits, -7.5, ""},
      {".5", form::digits, 0.5, ""},
      {"1,234.5", form::digits, 1234.5, ""},
      {"2,14,74,83,647", form::digits, 2147483647, ""},
      {"1 234 567", form::digits, 1234567, ""},
      {"1\xE2\x80\xAF"
       "234",
       form::digits, 1234, ""},
      {"1'234", form::digits, 1234, ""},
      {"1_000", form::digits, 1000, ""},
      {"1.5e-3", form::digits, 0.0015, ""},
      {"2E6", form::digits, 2e6, ""},
      {"0,5", form::digits, std::nullopt, ""},
      {"1.2.3", form::digits, std::nullopt, ""},
      {"87.7ms", form::digits, 87.7, "ms"},
      {"65%", form::digits, 65, "%"},
      {"5x", form::digits, 5, "x"},
      {"5\xC3\x97", form::digits, 5, "\xC3\x97"},
      {"3\xE2\x80\xB0", form::digits, 3, "\xE2\x80\xB0"},
      {"12\xC2\xB5s", form::digits, 12, "\xC2\xB5s"},
      {"3k", form::digits, 3, "k"},
      {"7B", form::digits, 7, "B"},
      {"2pp", form::digits, 2, "pp"},
      {"76.9tok/s", form::digits, 76.9, "tok/s"},
      {"1/3", form::fraction, 1.0 / 3, ""},
      {"36/142", form::fraction, 36.0 / 142, ""},
      {"\xC2\xBD", form::fraction, 0.5, ""},
      {"\xC2\xB2", form::unicode, 2, ""},
      {"\xE2\x82\x87", form::unicode, 7, ""},
      {"\xE2\x91\xA4", form::unicode, 5, ""},
      {"\xEF\xBC\x94\xEF\xBC\x92", form::unicode, 42, ""},
      {"\xD9\xA4\xD9\xA2", form::unicode, 42, ""},
      {"\xF0\x9D\x9F\x9C", form::unicode, 4, ""},
      {"zero", form::word, 0, ""},
      {"Seven", form::word, 7, ""},
      {"twenty-one", form::word, 21, ""},
      {"two hundred", form::word, 200, ""},
      {"hundred", form::word, 100, ""},
      {"half", form::word, 0.5, ""},
      {"twice", form::word, 2, ""},
      {"double", form::word, 2, ""},
      {"dozen", form::word, 12, ""},
      {"one third", form::fraction, 1.0 / 3, ""},
      {"two-thirds", form::fraction, 2.0 / 3, ""},
      {"order of magnitude", form::word, 10, ""},
  }));
  CAPTURE(e.number);
  for (const std::string frame : {"", "it is ", "(", "~", "\xE2\x89\x88", "**", "\xC2\xB1", "\n"}) {
    CAPTURE(frame);
    const std::string text = frame + e.number + (frame == "**" ? "** fast" : " fast");
    const auto found = scan_numbers(text);
    REQUIRE(found.size() == 1);
    CHECK(found[0].token.start == frame.size());
    CHECK(found[0].token.end == frame.size() + e.number.size());
    CHECK(found[0].token.form == e.shape);
    CHECK(found[0].token.value.has_value() == e.value.has_value());
    if (e.value && found[0].token.value) CHECK(*found[0].token.value == Approx(*e.value));
    CHECK(found[0].token.unit == e.unit);
    CHECK(found[0].reason == non_claim::none);
  }
}

TEST_CASE("invisible characters inside a number do not hide it") {
  for (const std::string mark : {"\xE2\x80\x8B", "\xE2\x80\x8F", "\xE2\x80\xAE", "\xE2\x81\xA0",
                                 "\xEF\xBB\xBF", "\xC2\xAD"}) {
    CAPTURE(mark);
    const auto digits = scan_numbers("at 1" + mark + "5" + mark + ".5" + mark + "8 s");
    REQUIRE(digits.size() == 1);
    CHECK(digits[0].token.value == Approx(15.58));
    const auto word = scan_numbers("t" + mark + "wo runs");
    REQUIRE(word.size() == 1);
    CHECK(word[0].token.value == Approx(2));
  }
}

TEST_CASE("a range is two numbers, and neither is hidden by the other") {
  for (const std::string text : {"5-10x faster",
                                 "5\xE2\x80\x93"
                                 "10x faster",
                                 "10-20ms", "5 to 10", "2x4", "5 \xC2\xB1 1"}) {
    CAPTURE(text);
    const auto found = scan_numbers(text);
    REQUIRE(found.size() == 2);
    for (const scanned_number& n : found) CHECK(n.reason == non_claim::none);
  }
}

TEST_CASE("words that only look like numbers are none") {
  for (const std::string text : {"often", "tension", "phone", "someone", "non-zero", "weight",
                                 "a third party", "stone", "two_phase", "order of rows"}) {
    CAPTURE(text);
    CHECK(scan_numbers(text).empty());
  }
}
