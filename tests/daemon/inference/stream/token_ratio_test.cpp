#include "daemon/inference/stream/token_ratio.hpp"

#include <catch2/catch.hpp>

namespace chimera::inference {
namespace {

TEST_CASE("estimates are too high at first, and near the truth once a prompt was read") {
  token_ratio ratio;
  CHECK(ratio.estimate(4000) >= 2000);
  ratio.learn(4000, 1000);
  CHECK(ratio.estimate(4000) >= 1000);
  CHECK(ratio.estimate(4000) <= 1100);
  ratio.learn(4000, 1600);  // a denser text
  CHECK(ratio.estimate(4000) >= 1600);
  for (int i = 0; i < 16; ++i) ratio.learn(4000, 1000);
  CHECK(ratio.estimate(4000) <= 1100);
}

TEST_CASE("a prompt that was read by half is fewer tokens than can be, others are not") {
  token_ratio ratio;
  CHECK(ratio.least(8000) == 1000);
  ratio.learn(4000, 1000);
  CHECK(ratio.least(4000) > 500);
  CHECK(ratio.least(4000) < 800);
}

TEST_CASE("short prompts teach nothing") {
  token_ratio ratio;
  const auto before = ratio.estimate(4000);
  ratio.learn(20, 20);
  ratio.learn(4000, 0);
  CHECK(ratio.estimate(4000) == before);
}

}  // namespace
}  // namespace chimera::inference
