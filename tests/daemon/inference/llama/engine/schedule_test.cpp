#include "daemon/inference/llama/engine/schedule.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <rapidcheck.h>
#include <catch2/catch.hpp>

namespace chimera::embedded {
namespace {

using tokens = std::vector<token_id>;

tokens numbers(token_id first, std::size_t count) {
  tokens all;
  for (std::size_t i = 0; i < count; ++i) all.push_back(first + static_cast<token_id>(i));
  return all;
}

tokens operator+(tokens a, const tokens& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

// Does what the library does with what it is told, and looks whether it may be done.
struct model_memory {
  void move(const std::vector<memory_step>& steps) {
    for (const memory_step& s : steps) {
      if (s.what == memory_step::kind::cut) {
        held[s.sequence].resize(std::min(held[s.sequence].size(), s.tokens));
      } else {
        REQUIRE(held[s.sequence].empty());
        REQUIRE(held[s.from].size() >= s.tokens);
        held[s.sequence] = held[s.from];
        held[s.sequence].resize(s.tokens);
      }
    }
  }
  void compute(const std::vector<portion>& batch) {
    for (const portion& p : batch) {
      REQUIRE(held[p.sequence].size() == p.first);
      held[p.sequence] = held[p.sequence] + p.tokens;
    }
  }
  std::map<std::size_t, tokens> held;
};

struct engine_without_model {
  explicit engine_without_model(schedule_limits limits) : plan(limits), batch(limits.batch) {}

  std::map<std::uint64_t, std::size_t> admit() {
    std::vector<memory_step> steps;
    std::map<std::uint64_t, std::size_t> shared;
    for (const started_call& s : plan.admit(steps)) shared[s.id] = s.shared;
    memory.move(steps);
    return shared;
  }
  std::vector<portion> compute() {
    const std::vector<portion> next = plan.next_batch();
    memory.compute(next);
    plan.computed(next);
    return next;
  }
  void finish(std::uint64_t id, bool keep) {
    std::vector<memory_step> steps;
    plan.finish(id, keep, steps);
    memory.move(steps);
  }

  schedule plan;
  std::size_t batch;
  model_memory memory;
};

schedule_limits limits(std::size_t cells, std::size_t slots, std::size_t batch) {
  schedule_limits l;
  l.cells = cells;
  l.slots = slots;
  l.kept = slots;
  l.batch = batch;
  return l;
}

TEST_CASE("tokens that both begin with") {
  CHECK(common_prefix({1, 2, 3}, {1, 2, 4, 5}) == 2);
  CHECK(common_prefix({}, {1}) == 0);
  CHECK(common_prefix({1, 2}, {1, 2}) == 2);
}

TEST_CASE("of calls with one beginning that come at once the first computes it, the others share") {
  engine_without_model e(limits(4000, 8, 64));
  const tokens evidence = numbers(0, 100);
  for (std::uint64_t id = 1; id <= 8; ++id)
    e.plan.submit(id, evidence + numbers(static_cast<token_id>(1000 * id), 5), 10);
  CHECK(e.admit() == std::map<std::uint64_t, std::size_t>{{1, 0}});
  CHECK(e.compute().size() == 1);
  CHECK(e.admit().empty());  // 64 of 100 tokens are there
  (void)e.compute();
  const auto others = e.admit();
  REQUIRE(others.size() == 7);
  for (const auto& [id, shared] : others) CHECK(shared == 100);
  const auto batch = e.compute();
  CHECK(batch.size() == 7);
  for (const portion& p : batch) CHECK(p.tokens.size() == 5);
}

TEST_CASE("who waits for a beginning holds up no other call") {
  engine_without_model e(limits(4000, 8, 16));
  e.plan.submit(1, numbers(0, 50), 10);
  e.plan.submit(2, numbers(0, 60), 10);
  e.plan.submit(3, numbers(500, 20), 10);
  CHECK(e.admit() == std::map<std::uint64_t, std::size_t>{{1, 0}, {3, 0}});
  // If the first one goes, the next computes for itself.
  e.finish(1, false);
  CHECK(e.admit() == std::map<std::uint64_t, std::size_t>{{2, 0}});
}

TEST_CASE("the last token of a prompt is computed even if all of it is known") {
  engine_without_model e(limits(1000, 2, 64));
  e.plan.submit(1, numbers(0, 40), 4);
  (void)e.admit();
  (void)e.compute();
  e.finish(1, true);
  CHECK(e.plan.kept() == 1);
  e.plan.submit(2, numbers(0, 40), 4);
  CHECK(e.admit() == std::map<std::uint64_t, std::size_t>{{2, 39}});
  const auto batch = e.compute();
  REQUIRE(batch.size() == 1);
  CHECK(batch[0].tokens == tokens{39});
  CHECK(batch[0].asks);
}

TEST_CASE("kept prompts make room for a call that needs it, the least lately used first") {
  engine_without_model e(limits(100, 2, 100));
  for (const token_id first : {0, 1000}) {
    const auto id = static_cast<std::uint64_t>(first + 1);
    e.plan.submit(id, numbers(first, 30), 10);
    (void)e.admit();
    (void)e.compute();
    e.finish(id, true);
  }
  CHECK(e.plan.kept() == 2);
  CHECK(e.plan.memory().used() == 60);
  e.plan.submit(5, numbers(1000, 35), 20);  // shares 30, needs 25 more
  CHECK(e.admit() == std::map<std::uint64_t, std::size_t>{{5, 30}});
  CHECK(e.plan.kept() == 2);
  e.finish(5, false);
  e.plan.submit(6, numbers(5000, 60), 10);  // needs 70: the older one goes
  CHECK(e.admit().size() == 1);
  CHECK(e.plan.kept() == 1);
}

TEST_CASE("a call that does not fit yet holds up those behind it") {
  engine_without_model e(limits(100, 4, 100));
  e.plan.submit(1, numbers(0, 40), 20);
  (void)e.admit();
  e.plan.submit(2, numbers(1000, 50), 20);
  e.plan.submit(3, numbers(2000, 10), 5);
  CHECK(e.admit().empty());
  e.finish(1, false);
  CHECK(e.admit().size() == 2);
}

TEST_CASE("tokens of those that write go before prompts") {
  engine_without_model e(limits(1000, 4, 10));
  e.plan.submit(1, numbers(0, 5), 20);
  (void)e.admit();
  (void)e.compute();
  e.plan.produced(1, 77);
  e.plan.submit(2, numbers(1000, 30), 20);
  (void)e.admit();
  const auto batch = e.compute();
  REQUIRE(batch.size() == 2);
  CHECK(batch[0].id == 1);
  CHECK(batch[0].tokens == tokens{77});
  CHECK(batch[1].tokens.size() == 9);
  CHECK_FALSE(batch[1].asks);
}

TEST_CASE("nothing is shared where memory cannot be cut") {
  schedule_limits l = limits(1000, 2, 100);
  l.share = false;
  engine_without_model e(l);
  e.plan.submit(1, numbers(0, 50), 5);
  e.plan.submit(2, numbers(0, 50), 5);
  CHECK(e.admit() == std::map<std::uint64_t, std::size_t>{{1, 0}, {2, 0}});
  (void)e.compute();
  e.finish(1, true);
  CHECK(e.plan.kept() == 0);
}

// A call's own tokens: what its sequence must hold whatever else happens.
struct expected_call {
  tokens all;
  std::size_t prompt = 0;
  std::size_t answer = 0;
};

TEST_CASE("whatever comes in whatever order: all calls end, no cell is lost or used twice") {
  CHECK(rc::check("random calls, cancellations and ends", [] {
    const auto slots = *rc::gen::inRange<std::size_t>(1, 5);
    const auto cells_max = *rc::gen::inRange<std::size_t>(60, 200);
    engine_without_model e(limits(cells_max, slots, *rc::gen::inRange<std::size_t>(4, 40)));
    std::map<std::uint64_t, expected_call> calls;
    std::set<std::uint64_t> open;
    std::uint64_t last = 0;
    const auto steps = *rc::gen::inRange(1, 80);
    for (int i = 0; i < steps || !open.empty(); ++i) {
      RC_ASSERT(i < 100'000);
      if (i < steps && *rc::gen::inRange(0, 3) == 0) {
        const auto shared = *rc::gen::inRange<std::size_t>(0, 40);
        const auto own = *rc::gen::inRange<std::size_t>(1, 15);
        expected_call c;
        c.all = numbers(0, shared) + numbers(static_cast<token_id>(1000 * ++last), own);
        c.prompt = c.all.size();
        c.answer = *rc::gen::inRange<std::size_t>(1, cells_max - c.prompt + 1);
        e.plan.submit(last, c.all, c.answer);
        calls[last] = c;
        open.insert(last);
      }
      if (i < steps && !open.empty() && *rc::gen::inRange(0, 10) == 0) {
        e.finish(*open.begin(), false);
        open.erase(open.begin());
      }
      (void)e.admit();
      const auto batch = e.compute();
      if (!open.empty()) RC_ASSERT(!batch.empty());
      RC_ASSERT(e.plan.memory().used() <= cells_max);
      std::size_t computed = 0;
      std::set<std::size_t> sequences;
      for (const portion& p : batch) {
        computed += p.tokens.size();
        RC_ASSERT(sequences.insert(p.sequence).second);
        expected_call& c = calls[p.id];
        const tokens& held = e.memory.held[p.sequence];
        RC_ASSERT(std::equal(held.begin(), held.end(), c.all.begin()));
        if (!p.asks) continue;
        RC_ASSERT(held.size() == c.all.size());
        if (c.all.size() + 1 > c.prompt + c.answer || *rc::gen::inRange(0, 20) == 0) {
          e.finish(p.id, *rc::gen::inRange(0, 2) == 0);
          open.erase(p.id);
          continue;
        }
        c.all.push_back(static_cast<token_id>(7'000'000 + c.all.size()));
        e.plan.produced(p.id, c.all.back());
      }
      RC_ASSERT(computed <= e.batch);
    }
    std::vector<memory_step> rest;
    (void)e.plan.forget(rest);
    RC_ASSERT(e.plan.memory().used() == 0U);
    RC_ASSERT(e.plan.idle());
  }));
}

}  // namespace
}  // namespace chimera::embedded
