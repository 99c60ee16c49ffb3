#include "agents/evidence/facts/in_parallel.hpp"

#include <atomic>
#include <stdexcept>
#include <vector>

#include <catch2/catch.hpp>

using chimera::evidence::in_parallel;

TEST_CASE("each piece of work is done once, whatever the number of threads") {
  for (const std::size_t threads : {0U, 1U, 2U, 7U, 100U}) {
    for (const std::size_t count : {0U, 1U, 2U, 500U}) {
      CAPTURE(threads, count);
      std::vector<std::atomic<int>> done(count);
      in_parallel(count, threads, [&](std::size_t i) { ++done[i]; });
      for (const std::atomic<int>& times : done) CHECK(times == 1);
    }
  }
}

TEST_CASE("an exception of the work reaches the caller after all threads are joined") {
  std::atomic<int> running = 0;
  const auto work = [&](std::size_t i) {
    ++running;
    if (i == 3) {
      --running;
      throw std::runtime_error("piece 3");
    }
    --running;
  };
  CHECK_THROWS_WITH(in_parallel(50, 4, work), "piece 3");
  CHECK(running == 0);
}
