// Fact ids: digit-free, stable, and a typing error never names another fact.
#include "proto/fact_id.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>

using namespace chimera::proto;

TEST_CASE("an id has no digits and is accepted by is_fact_id") {
  for (int i = 0; i < 2000; ++i) {
    const std::string id = make_fact_id("Median TTFT q4_0", "key" + std::to_string(i));
    CHECK(std::ranges::none_of(id, [](char c) { return c >= '0' && c <= '9'; }));
    CHECK(id.starts_with("median-ttft-q-"));
    CHECK(is_fact_id(id));
  }
}

TEST_CASE("the same key gives the same id, another key another") {
  CHECK(make_fact_id("a", "k") == make_fact_id("a", "k"));
  CHECK(make_fact_id("a", "k") != make_fact_id("a", "l"));
  CHECK(is_fact_id(make_fact_id("", "k")));
}

TEST_CASE("every single substitution and every swap of neighbours is detected") {
  const std::string id = make_fact_id("mean throughput", "some key");
  for (std::size_t i = 0; i < id.size(); ++i) {
    for (char c = 'a'; c <= 'z'; ++c) {
      std::string wrong = id;
      wrong[i] = c;
      if (wrong != id) CHECK_FALSE(is_fact_id(wrong));
    }
    if (i + 1 < id.size() && id[i] != id[i + 1]) {
      std::string wrong = id;
      std::swap(wrong[i], wrong[i + 1]);
      CHECK_FALSE(is_fact_id(wrong));
    }
  }
}
