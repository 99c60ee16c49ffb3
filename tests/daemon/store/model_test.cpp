// Random batches against a model in memory, the store opened anew now and then; and readers that
// see whole commits only.
#include <atomic>
#include <map>
#include <thread>

#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include "daemon/store/opened_store.hpp"

using namespace chimera;
using namespace chimera::store;

namespace {

struct model_job {
  std::vector<proto::event> events;
  std::map<std::string, std::string> steps;
  std::map<std::string, std::string> artifacts;
  proto::job_state state = proto::job_state::queued;
};
using model = std::map<std::uint64_t, model_job>;

std::uint64_t below(std::uint64_t n) { return *rc::gen::inRange<std::uint64_t>(0, n); }

// One change of job `n`, made in the model too.
void change_job(model& m, std::uint64_t n, batch& b) {
  const std::string id = make_job(n).id;
  if (!m.contains(n)) {
    m[n] = {};
    b.changes.emplace_back(insert_job{make_job(n), "", ""});
    return;
  }
  model_job& job = m[n];
  const std::string name(1, static_cast<char>('a' + below(3)));
  const std::string text = std::to_string(below(4));
  switch (below(6)) {
    case 0:
    case 1: {
      const append_events more =
          make_events(id, job.events.size() + 1, job.events.size() + 1 + below(5));
      job.events.insert(job.events.end(), more.events.begin(), more.events.end());
      b.changes.emplace_back(more);
      return;
    }
    case 2:
      job.steps[name] = text;
      b.changes.emplace_back(finish_step{id, name, 1, "completed", text});
      return;
    case 3:
      job.artifacts[name] = sha256_of(text);
      b.changes.emplace_back(make_artifact(id, name, text));
      return;
    case 4:
      job.steps.erase(name);
      job.state = proto::job_state::completed;
      b.changes.emplace_back(reopen_steps{id, {name}});
      b.changes.emplace_back(end_job(id, 1));
      return;
    default:
      m.erase(n);
      b.changes.emplace_back(delete_job{id});
  }
}

void compare(sqlite_store& kept, const model& m) {
  RC_ASSERT(must(kept.count()).jobs == m.size());
  for (const auto& [n, expected] : m) {
    const std::string id = make_job(n).id;
    const auto job = must(kept.find_job(id));
    RC_ASSERT(job.has_value());
    RC_ASSERT(job->state == expected.state);
    RC_ASSERT(job->definition == make_job(n).definition);
    RC_ASSERT(must(kept.read_events(id, 0, SIZE_MAX)) == expected.events);
    std::map<std::string, std::string> steps;
    for (const stored_step& s : must(kept.read_steps(id))) steps[s.step] = s.record;
    RC_ASSERT(steps == expected.steps);
    std::map<std::string, std::string> artifacts;
    for (const proto::artifact& a : must(kept.list_artifacts(id))) {
      artifacts[a.name] = a.sha256;
      must(kept.check_content(a.sha256));
    }
    RC_ASSERT(artifacts == expected.artifacts);
  }
}

}  // namespace

TEST_CASE("random batches leave what a model in memory holds") {
  const auto holds = [] {
    const scratch_folder folder;
    auto kept = must(open_store(folder.path()));
    model m;
    std::uint64_t next = 0;
    for (std::uint64_t i = 0; i < 8; ++i) {
      model changed = m;
      batch b;
      b.sync = below(4) == 0;
      for (std::uint64_t c = 1 + below(12); c-- > 0;) {
        std::uint64_t n = below(4) == 0 ? next++ : below(next + 1);
        if (!changed.contains(n)) n = next++;  // a removed name does not come back
        change_job(changed, n, b);
      }
      const bool spoilt = below(5) == 0;
      if (spoilt) b.changes.emplace_back(end_job("job_none", 1));
      RC_ASSERT(kept->commit(b).has_value() == !spoilt);
      if (!spoilt) m = std::move(changed);
      if (below(4) == 0) {
        kept = nullptr;
        kept = must(open_store(folder.path()));
      }
    }
    compare(*kept, m);
    std::map<std::string, bool> contents;
    for (const auto& [n, job] : m)
      for (const auto& [name, sha256] : job.artifacts) contents[sha256] = true;
    for (const char* text : {"0", "1", "2", "3"})
      RC_ASSERT(must(kept->find_content(sha256_of(text))).has_value() ==
                contents.contains(sha256_of(text)));
  };
  CHECK(rc::check(holds));
}

TEST_CASE("readers on other threads see whole commits, in order, while they are made") {
  const scratch_folder folder;
  auto kept = must(open_store(folder.path()));
  const std::string id = make_job(1).id;
  must(kept->commit(one(insert_job{make_job(1), "", ""})));
  constexpr std::uint64_t last = 400;
  std::atomic<int> bad = 0;
  const auto read = [&] {
    for (std::uint64_t seen = 0; seen < last;) {
      const auto events = kept->read_events(id, seen, 1U << 20U);
      const auto job = kept->find_job(id);
      if (!events || !job || !kept->list_jobs({}) || !kept->count()) {
        ++bad;
        return;
      }
      for (const proto::event& e : *events) {
        if (e.seq != seen + 1) ++bad;
        seen = e.seq;
      }
      if (seen % 4 != 0 || (*job)->last_seq < seen) ++bad;
    }
  };
  std::vector<std::jthread> readers;
  for (int i = 0; i < 6; ++i) readers.emplace_back(read);
  for (std::uint64_t seq = 1; seq <= last; seq += 4)
    must(kept->commit(one(make_events(id, seq, seq + 3), seq % 40 == 1)));
  readers.clear();
  CHECK(bad == 0);
}
