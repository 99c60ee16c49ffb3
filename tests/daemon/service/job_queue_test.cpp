#include "daemon/service/job_queue.hpp"

#include <string>

#include <catch2/catch.hpp>

namespace chimera::service {
namespace {

job_queue::entry job(std::string name, std::int32_t priority = 0, std::string key = {},
                     std::string tenant = "local") {
  return {std::move(name), std::move(tenant), priority, std::move(key)};
}

TEST_CASE("higher priority first, then first come") {
  job_queue queue({10, 10, 10});
  queue.add(job("a"));
  queue.add(job("b", 5));
  queue.add(job("c"));
  CHECK(queue.position("b") == 1);
  CHECK(queue.position("a") == 2);
  CHECK(queue.position("c") == 3);
  CHECK(queue.take() == "b");
  CHECK(queue.take() == "a");
  CHECK(queue.position("c") == 1);
  CHECK(queue.take() == "c");
  CHECK(queue.take() == std::nullopt);
}

TEST_CASE("no more run than may, and a place is free again when one leaves") {
  job_queue queue({2, 10, 10});
  for (const char* name : {"a", "b", "c"}) queue.add(job(name));
  CHECK(queue.take());
  CHECK(queue.take());
  CHECK_FALSE(queue.take());
  CHECK(queue.running() == 2);
  queue.remove("a");
  CHECK(queue.take() == "c");
  for (const char* name : {"b", "c"}) queue.remove(name);
  CHECK(queue.running() == 0);
  CHECK(queue.running_of().empty());
}

TEST_CASE("jobs of one conflict key run one at a time; others pass them") {
  job_queue queue({10, 10, 10});
  queue.add(job("first", 0, "night"));
  queue.add(job("second", 0, "night"));
  queue.add(job("other", 0, "day"));
  queue.add(job("of another tenant", 0, "night", "bob"));
  CHECK(queue.holder_of("local", "night") == "second");
  CHECK(queue.take() == "first");
  CHECK(queue.take() == "other");
  CHECK(queue.take() == "of another tenant");
  CHECK_FALSE(queue.take());
  queue.remove("first");
  CHECK(queue.take() == "second");
  queue.remove("second");
  CHECK(queue.holder_of("local", "night") == std::nullopt);
}

TEST_CASE("a waiting job that leaves frees its place and its key") {
  job_queue queue({1, 10, 10});
  queue.add(job("a", 0, "k"));
  queue.add(job("b", 0, "k"));
  CHECK(queue.take() == "a");
  queue.remove("b");
  CHECK(queue.waiting() == 0);
  CHECK(queue.holder_of("local", "k") == "a");
}

TEST_CASE("a full queue refuses and names the bound") {
  job_queue queue({1, 3, 2});
  CHECK(queue.has_room("local"));
  queue.add(job("running"));
  CHECK(queue.take() == "running");
  queue.add(job("a"));
  queue.add(job("b"));
  const auto refused = queue.has_room("local");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == "queue.full");
  CHECK(refused.error().title == "the queue of 'local' is full");
  CHECK(queue.has_room("bob"));
  queue.add(job("c", 0, "", "bob"));
  const auto whole = queue.has_room("carol");
  REQUIRE_FALSE(whole);
  CHECK(whole.error().title == "the queue is full");
}

TEST_CASE("jobs that are being stored take their places before they are there") {
  job_queue queue({2, 1, 1});
  for (int taken = 0; taken < 3; ++taken) {
    CHECK(queue.has_room("local"));
    queue.reserve("local");
  }
  CHECK_FALSE(queue.has_room("local"));
  CHECK_FALSE(queue.has_room("bob"));
  queue.release("local");
  CHECK(queue.has_room("local"));
}

}  // namespace
}  // namespace chimera::service
