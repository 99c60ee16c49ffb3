// The store keeps what was committed, whole, and gives it back as it was.
#include "daemon/store/sqlite_store.hpp"

#include <catch2/catch.hpp>

#include "daemon/store/fault_vfs.hpp"
#include "daemon/store/opened_store.hpp"

using namespace chimera;
using namespace chimera::store;

namespace {

std::vector<std::string> ids(const std::vector<proto::job>& jobs) {
  std::vector<std::string> out;
  for (const proto::job& job : jobs) out.push_back(job.id);
  return out;
}

void check_same(const proto::job& a, const proto::job& b) {
  CHECK(a.id == b.id);
  CHECK(a.epoch == b.epoch);
  CHECK(a.tenant == b.tenant);
  CHECK(a.state == b.state);
  CHECK(a.definition == b.definition);
  CHECK(a.created_ms == b.created_ms);
  CHECK(a.started_ms == b.started_ms);
  CHECK(a.ended_ms == b.ended_ms);
  CHECK(a.error == b.error);
  CHECK(a.evidence_sha256 == b.evidence_sha256);
  CHECK(a.request.pipeline == b.request.pipeline);
  CHECK(a.request.path == b.request.path);
  CHECK(a.request.options == b.request.options);
  CHECK(a.request.labels == b.request.labels);
  CHECK(a.request.priority == b.request.priority);
  CHECK(a.request.conflict_key == b.request.conflict_key);
  CHECK(a.request.on_conflict == b.request.on_conflict);
  CHECK(a.request.token_budget == b.request.token_budget);
  CHECK(a.request.seconds_budget == b.request.seconds_budget);
}

}  // namespace

TEST_CASE("a job reads back with every field, also after the store was opened again") {
  const scratch_folder folder;
  proto::job job = make_job(1);
  job.request.options = {{"temperature", "0.2"}, {"quote\"d", "\n"}};
  job.request.labels = {{"gpu", "a100"}, {"empty", ""}};
  job.request.priority = -3;
  job.request.conflict_key = "tree";
  job.request.on_conflict = "reject";
  job.request.token_budget = UINT64_MAX;
  job.request.seconds_budget = 0.1;
  auto kept = must(open_store(folder.path()));
  must(kept->commit(one(insert_job{job, "key", "print"}, true)));
  must(kept->commit(one(make_events(job.id, 1, 5))));
  update_job u = end_job(job.id, 99, proto::job_state::failed);
  u.error = proto::problem{"a.b", "title", "detail", "file", 3, 4, "field", "allowed"};
  u.evidence_sha256 = "abc";
  must(kept->commit(one(u)));
  kept.reset();
  kept = must(open_store(folder.path()));
  job.state = u.state;
  job.started_ms = 1;
  job.ended_ms = 99;
  job.error = u.error;
  job.evidence_sha256 = "abc";
  const auto found = must(kept->find_job(job.id));
  REQUIRE(found);
  check_same(*found, job);
  CHECK(found->last_seq == 5);
  const auto same = must(kept->find_idempotent("local", "key"));
  REQUIRE(same);
  CHECK(same->job == job.id);
  CHECK(same->fingerprint == "print");
  CHECK_FALSE(must(kept->find_idempotent("other", "key")));
  CHECK_FALSE(must(kept->find_job("job_unknown")));
  CHECK(must(kept->count()).jobs == 1);
}

TEST_CASE("events come back one by one, from any place, within the bytes asked for") {
  const scratch_folder folder;
  auto kept = must(open_store(folder.path()));
  const std::string id = make_job(1).id;
  must(kept->commit(one(insert_job{make_job(1), "", ""})));
  append_events all{id, {}};
  for (std::uint64_t seq = 1; seq <= 300; ++seq)
    all.events.push_back(make_event(seq, std::string(seq * 3, 'x')));
  all.events.push_back(make_event(305, "coalesced"));
  all.events.back().first_seq = 301;
  all.events.push_back(make_event(306, ""));
  all.events.back().type = proto::event_type::step_completed;
  all.events.back().data = R"({"a":1})";
  append_events first{id, {all.events.begin(), all.events.begin() + 100}};
  append_events second{id, {all.events.begin() + 100, all.events.begin() + 101}};
  append_events third{id, {all.events.begin() + 101, all.events.end()}};
  batch b;
  b.changes = {first, second};
  must(kept->commit(b));
  must(kept->commit(one(third)));
  CHECK(must(kept->read_events(id, 0, SIZE_MAX)) == all.events);
  for (const std::uint64_t after : {0U, 1U, 99U, 100U, 101U, 250U, 300U, 305U, 306U, 400U}) {
    std::vector<proto::event> rest;
    for (const proto::event& e : all.events)
      if (e.seq > after) rest.push_back(e);
    CHECK(must(kept->read_events(id, after, SIZE_MAX)) == rest);
  }
  CHECK(must(kept->read_events(id, 0, 1)).size() == 1);
  CHECK(must(kept->read_events(id, 0, 1000)).size() < 10);
  CHECK(must(kept->read_events("job_none", 0, SIZE_MAX)).empty());
}

TEST_CASE("events that leave a gap or come twice are refused, and nothing of the batch stays") {
  const scratch_folder folder;
  auto kept = must(open_store(folder.path()));
  const std::string id = make_job(1).id;
  must(kept->commit(one(insert_job{make_job(1), "", ""})));
  must(kept->commit(one(make_events(id, 1, 3))));
  for (const auto& [first, last] : {std::pair{5, 6}, {3, 4}, {1, 1}}) {
    batch b;
    b.changes = {end_job(id, 5), make_events(id, std::uint64_t(first), std::uint64_t(last))};
    const auto refused = kept->commit(b);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == "store.gap");
  }
  CHECK(must(kept->find_job(id))->state == proto::job_state::queued);
  must(kept->commit(one(make_events(id, 4, 4))));
  CHECK(must(kept->find_job(id))->last_seq == 4);
}

TEST_CASE("a job or a key that is there, and a job that is not, are refused by name") {
  const scratch_folder folder;
  auto kept = must(open_store(folder.path()));
  must(kept->commit(one(insert_job{make_job(1), "key", ""})));
  CHECK(kept->commit(one(insert_job{make_job(1), "", ""})).error().code == "store.duplicate");
  CHECK(kept->commit(one(insert_job{make_job(2), "key", ""})).error().code == "store.duplicate");
  CHECK(kept->commit(one(end_job("job_none", 1))).error().code == "store.unknown-job");
  CHECK(must(kept->count()).jobs == 1);
}

TEST_CASE("steps and artifacts: the last attempt counts, reopened steps are gone") {
  const scratch_folder folder;
  auto kept = must(open_store(folder.path()));
  const std::string id = make_job(1).id;
  batch b;
  b.changes = {insert_job{make_job(1), "", ""},
               finish_step{id, "b", 1, "failed", "{}"},
               finish_step{id, "a", 1, "completed", std::string(100'000, 'r')},
               finish_step{id, "b", 2, "completed", "{\"x\":1}"},
               make_artifact(id, "one", "first"),
               make_artifact(id, "two", "same"),
               make_artifact(id, "three", "same"),
               make_artifact(id, "one", "second")};
  must(kept->commit(b));
  const auto steps = must(kept->read_steps(id));
  REQUIRE(steps.size() == 2);
  CHECK(steps[0].record.size() == 100'000);
  CHECK(steps[1].attempt == 2);
  CHECK(steps[1].record == "{\"x\":1}");
  const auto artifacts = must(kept->list_artifacts(id));
  REQUIRE(artifacts.size() == 3);
  CHECK(artifacts[0].name == "one");
  CHECK(artifacts[0].sha256 == sha256_of("second"));
  CHECK_FALSE(must(kept->find_content(sha256_of("first"))));
  const auto content = must(kept->find_content(sha256_of("same")));
  REQUIRE(content);
  CHECK(content->bytes == "same");
  CHECK(content->media_type == "text/plain");
  must(kept->check_content(sha256_of("same")));
  must(kept->commit(one(reopen_steps{id, {"b", "none"}})));
  CHECK(must(kept->read_steps(id)).size() == 1);
}

TEST_CASE("lists: newest first, page by page, by state, tenant, pipeline, label and time") {
  const scratch_folder folder;
  auto kept = must(open_store(folder.path()));
  std::vector<proto::job> jobs;
  batch b;
  for (std::uint64_t n = 0; n < 40; ++n) {
    proto::job job = make_job(n);
    job.state = static_cast<proto::job_state>(n % 8);
    job.tenant = n % 2 == 0 ? "even" : "odd";
    job.request.pipeline = n % 3 == 0 ? "three" : "other";
    if (n % 5 == 0) job.request.labels = {{"five", n % 10 == 0 ? "ten" : "no"}, {"n", "x"}};
    jobs.push_back(job);
    b.changes.emplace_back(insert_job{job, "", ""});
  }
  must(kept->commit(b));
  const auto expect = [&](const job_filter& f, auto holds) {
    std::vector<std::string> wanted;
    for (auto job = jobs.rbegin(); job != jobs.rend() && wanted.size() < f.limit; ++job)
      if (holds(*job)) wanted.push_back(job->id);
    CHECK(ids(must(kept->list_jobs(f))) == wanted);
  };
  const auto every = [](const proto::job&) { return true; };
  job_filter f;
  f.limit = 7;
  expect(f, every);
  f.before = jobs[20].id;
  const auto older = [&](const proto::job& j) { return j.id < jobs[20].id; };
  expect(f, older);
  f.limit = 50;
  for (const bool with_tenant : {false, true}) {
    for (const char* label : {"", "five", "five=ten", "five=none", "none"}) {
      for (const auto& states : std::vector<std::vector<proto::job_state>>{
               {},
               {proto::job_state::completed},
               {proto::job_state::failed},
               {proto::job_state::queued, proto::job_state::rejected, proto::job_state::queued}}) {
        job_filter g = f;
        g.tenant = with_tenant ? "even" : "";
        g.pipeline = with_tenant ? "three" : "";
        g.label = label;
        g.states = states;
        const std::string key = g.label.substr(0, g.label.find('='));
        const auto holds = [&](const proto::job& j) {
          const auto at = j.request.labels.find(key);
          const bool labelled =
              key.empty() || (at != j.request.labels.end() &&
                              (g.label == key || g.label == key + "=" + at->second));
          const bool in_state =
              states.empty() || std::find(states.begin(), states.end(), j.state) != states.end();
          return older(j) && labelled && in_state &&
                 (!with_tenant || (j.tenant == "even" && j.request.pipeline == "three"));
        };
        expect(g, holds);
      }
    }
  }
  job_filter recent;
  recent.created_after_ms = jobs[30].created_ms;
  expect(recent, [&](const proto::job& j) { return j.created_ms > jobs[30].created_ms; });
  std::vector<std::string> unfinished;
  for (const proto::job& j : jobs)
    if (!proto::is_terminal(j.state)) unfinished.push_back(j.id);
  CHECK(ids(must(kept->unfinished_jobs())) == unfinished);
}

TEST_CASE("a synced commit syncs the log once, another not at all") {
  const scratch_folder folder;
  auto kept = must(open_store(folder.path()));
  must(kept->commit(one(insert_job{make_job(1), "", ""}, true)));
  const std::string id = make_job(1).id;
  std::uint64_t seq = 0;
  for (const bool sync : {false, true, true, false, false, true}) {
    const std::uint64_t before = vfs_counters().wal_syncs;
    ++seq;
    must(kept->commit(one(make_events(id, seq, seq), sync)));
    CHECK(vfs_counters().wal_syncs - before == (sync ? 1 : 0));
  }
}
