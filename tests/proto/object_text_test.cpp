#include "proto/object_text.hpp"

#include <cstdint>
#include <limits>
#include <vector>

#include <catch2/catch.hpp>

using chimera::proto::object_text;

TEST_CASE("an object without members is {}") { CHECK(object_text().take() == "{}"); }

TEST_CASE("members stand in the order in which they were added") {
  object_text made;
  made.add("text", "a \"b\"").add("none", "").add("yes", true).add("no", false);
  CHECK(made.take() == R"({"text":"a \"b\"","none":"","yes":true,"no":false})");
}

TEST_CASE("whole numbers are written whole, up to the ends of their range") {
  object_text made;
  made.add("least", std::numeric_limits<std::int64_t>::min());
  made.add("most", std::numeric_limits<std::uint64_t>::max());
  CHECK(made.take() == R"({"least":-9223372036854775808,"most":18446744073709551615})");
}

TEST_CASE("numbers with a fraction are written as short as they can be") {
  object_text made;
  made.add("tenth", 0.1).add("whole", 2.0).add("small", 1e-7);
  CHECK(made.take() == R"({"tenth":0.1,"whole":2,"small":1e-07})");
}

TEST_CASE("a number that is none is null") {
  object_text made;
  made.add("x", std::numeric_limits<double>::quiet_NaN());
  made.add("y", -std::numeric_limits<double>::infinity());
  CHECK(made.take() == R"({"x":null,"y":null})");
}

TEST_CASE("objects and lists are put in as they are") {
  object_text made;
  made.add_json("inner", object_text().add("a", 1).take());
  const auto to_json = [](int n) { return object_text().add("n", n).take(); };
  made.add_list("list", std::vector<int>{1, 2}, to_json)
      .add_list("none", std::vector<int>{}, to_json);
  CHECK(made.take() == R"({"inner":{"a":1},"list":[{"n":1},{"n":2}],"none":[]})");
}
