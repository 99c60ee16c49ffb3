// A history of batches, and what a store must hold after the first n of them.
#pragma once

#include <string>
#include <vector>

#include "daemon/store/opened_store.hpp"

namespace chimera::store {

inline std::string scripted_id(std::uint64_t n) { return make_job(n).id; }

/// Batch k (0, 1 ...) begins job k, goes on with job k - 1 and ends job k - 2; each second one
/// syncs.
inline batch scripted_batch(std::uint64_t k) {
  batch b;
  b.sync = k % 2 == 0;
  b.changes = {insert_job{make_job(k), "key" + std::to_string(k), ""},
               make_events(scripted_id(k), 1, 3),
               make_artifact(scripted_id(k), "own", std::string(3000, 'a') + std::to_string(k)),
               make_artifact(scripted_id(k), "shared", "the same for all")};
  if (k >= 1) {
    b.changes.emplace_back(make_events(scripted_id(k - 1), 4, 9));
    b.changes.emplace_back(finish_step{scripted_id(k - 1), "a", 1, "completed", "{}"});
  }
  if (k >= 2) b.changes.emplace_back(end_job(scripted_id(k - 2), static_cast<std::int64_t>(k)));
  return b;
}

/// Exactly the first `n` batches are there, whole.
inline void check_history(sqlite_store& kept, std::uint64_t n) {
  CHECK(must(kept.count()).jobs == n);
  for (std::uint64_t k = 0; k < n + 2; ++k) {
    const std::string id = scripted_id(k);
    const auto job = must(kept.find_job(id));
    REQUIRE(job.has_value() == (k < n));
    if (!job) continue;
    const std::uint64_t events = k + 1 < n ? 9 : 3;
    CHECK(job->last_seq == events);
    CHECK(must(kept.read_events(id, 0, SIZE_MAX)) == make_events(id, 1, events).events);
    CHECK(must(kept.read_steps(id)).size() == (k + 1 < n ? 1U : 0U));
    CHECK(job->state == (k + 2 < n ? proto::job_state::completed : proto::job_state::queued));
    for (const proto::artifact& a : must(kept.list_artifacts(id)))
      must(kept.check_content(a.sha256));
    CHECK(must(kept.list_artifacts(id)).size() == 2);
    CHECK(must(kept.find_idempotent("local", "key" + std::to_string(k)))->job == id);
  }
}

/// How many of the scripted batches are there; `check_history` says whether whole.
inline std::uint64_t batches_in(sqlite_store& kept) { return must(kept.count()).jobs; }

}  // namespace chimera::store
