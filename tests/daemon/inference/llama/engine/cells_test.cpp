#include "daemon/inference/llama/engine/cells.hpp"

#include <catch2/catch.hpp>

namespace chimera::embedded {
namespace {

TEST_CASE("shared cells count once and stay while one sequence holds them") {
  cells c(100, 3);
  c.append(0, 40);
  CHECK(c.used() == 40);
  c.share(0, 1, 30);
  c.append(1, 5);
  CHECK(c.used() == 45);
  CHECK(c.size(1) == 35);
  c.truncate(0, 0);
  CHECK(c.used() == 35);  // ten of sequence 0 were its own
  c.truncate(1, 10);
  CHECK(c.used() == 10);
  c.append(2, 90);
  CHECK(c.used() == 100);
}

}  // namespace
}  // namespace chimera::embedded
