// States, ids and times of jobs.
#include "proto/job.hpp"

#include <catch2/catch.hpp>

using namespace chimera::proto;

namespace {
constexpr int states = static_cast<int>(job_state::rejected) + 1;
}

TEST_CASE("each state has a name that leads back to it; terminal ones may only be queued again") {
  for (int i = 0; i < states; ++i) {
    const auto from = static_cast<job_state>(i);
    CHECK(job_state_of(to_text(from)) == from);
    for (int k = 0; k < states; ++k) {
      const auto to = static_cast<job_state>(k);
      if (is_terminal(from) && to != job_state::queued) CHECK_FALSE(may_follow(from, to));
      if (from == to) CHECK_FALSE(may_follow(from, to));
    }
  }
  CHECK_FALSE(job_state_of("unknown"));
  CHECK(may_follow(job_state::queued, job_state::running));
  CHECK(may_follow(job_state::running, job_state::completed));
  CHECK(may_follow(job_state::canceling, job_state::canceled));
  CHECK_FALSE(may_follow(job_state::queued, job_state::completed));
  CHECK_FALSE(may_follow(job_state::canceling, job_state::running));
}

TEST_CASE("an id is its prefix and a ULID, sorted by time and then by its random bits") {
  CHECK(make_id("job_", 1'469'918'176'385, 0, 0) == "job_01ARYZ6S410000000000000000");
  CHECK(make_id("", 281'474'976'710'655, UINT64_MAX, UINT16_MAX) == "7ZZZZZZZZZZZZZZZZZZZZZZZZZ");
  CHECK(make_id("", 0, 0, 1) == "00000000000000000000000001");
  CHECK(make_id("", 0, 1, 0) == "00000000000000000000002000");
  CHECK(make_id("a_", 5, UINT64_MAX, UINT16_MAX) < make_id("a_", 6, 0, 0));
  CHECK(make_id("a_", 5, 1, UINT16_MAX) < make_id("a_", 5, 2, 0));
  CHECK(is_id(make_id("job_", 1, 2, 3), "job_"));
  for (const char* bad :
       {"", "job_", "job_01ARYZ6S41000000000000000", "set_01ARYZ6S410000000000000000",
        "job_01ARYZ6S41000000000000000U", "job_01aryz6s410000000000000000"})
    CHECK_FALSE(is_id(bad, "job_"));
}

TEST_CASE("times are UTC with milliseconds") {
  CHECK(to_rfc3339(0) == "1970-01-01T00:00:00.000Z");
  CHECK(to_rfc3339(1'795'514'400'123) == "2026-11-24T10:00:00.123Z");
  CHECK(to_rfc3339(951'782'399'999) == "2000-02-28T23:59:59.999Z");
}
