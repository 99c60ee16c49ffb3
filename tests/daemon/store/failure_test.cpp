// Whatever fails and whenever: what was acknowledged is there, and nothing half.
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include <fmt/format.h>
#include <catch2/catch.hpp>

#include "daemon/faults/faults.hpp"
#include "daemon/store/scripted_history.hpp"

using namespace chimera;
using namespace chimera::store;

namespace {

constexpr std::uint64_t batches = 12;

struct faults_off {
  ~faults_off() { (void)faults::configure(""); }  // "" is always read
};

struct run {
  std::uint64_t acknowledged = 0;
  std::uint64_t refused = 0;  // commits that failed
  std::string code;           // of the first refusal
};

// Each batch is tried until it is taken, twice at most.
run play(sqlite_store& kept) {
  run r;
  for (std::uint64_t k = 0; k < batches; ++k) {
    auto done = kept.commit(scripted_batch(k));
    if (!done) {
      ++r.refused;
      if (r.code.empty()) r.code = done.error().code;
      done = kept.commit(scripted_batch(k));
    }
    if (!done) {
      ++r.refused;
      return r;
    }
    ++r.acknowledged;
  }
  return r;
}

// Runs the history with the n-th call failing, until no call fails any more: each of the first
// batches, then every ninth. CHIMERA_SLOW_TESTS takes all.
template <class Check>
void fail_each(const std::string& setting, Check check) {
  const faults_off at_end;
  const bool all = std::getenv("CHIMERA_SLOW_TESTS") != nullptr;
  for (int n = 1; n < 2000; n += all || n < 24 ? 1 : 9) {
    const scratch_folder folder;
    must(open_store(folder.path()));
    REQUIRE(faults::configure(fmt::format("{}@{}", setting, n)));
    auto opened = open_store(folder.path());
    const run r = opened ? play(**opened) : run{0, 1, opened.error().code};
    if (opened) check_history(**opened, r.acknowledged);
    if (opened) opened->reset();
    const bool over = r.refused == 0 && n > 200;
    REQUIRE(faults::configure(""));
    auto again = must(open_store(folder.path()));
    check(*again, r);
    if (over) return;
  }
  FAIL("the history never passed");
}

}  // namespace

TEST_CASE("a write that fails takes back its batch only; the next try is taken") {
  for (const char* setting : {"sqlite.write=eio", "sqlite.write=enospc"}) {
    std::uint64_t failures = 0;
    fail_each(setting, [&](sqlite_store& again, const run& r) {
      check_history(again, r.acknowledged);
      failures += r.refused;
      if (!r.code.empty()) {
        const std::string expected =
            std::string(setting).ends_with("enospc") ? "store.full" : "store.io";
        CHECK(r.code == expected);
      }
    });
    CHECK(failures > 20);
  }
}

TEST_CASE("after a sync that failed nothing more is taken until the store is opened again") {
  std::uint64_t failures = 0;
  const faults_off at_end;
  for (int n = 1; n <= 12; ++n) {
    const scratch_folder folder;
    auto kept = must(open_store(folder.path()));
    REQUIRE(faults::configure(fmt::format("sqlite.sync=eio@{}", n)));
    const run r = play(*kept);
    if (r.refused != 0) {
      ++failures;
      CHECK(r.code == "store.io");
      CHECK(kept->commit(scripted_batch(r.acknowledged)).error().code == "store.io");
      CHECK(kept->prune({}, 1).error().code == "store.io");
      check_history(*kept, r.acknowledged);
    }
    kept.reset();
    REQUIRE(faults::configure(""));
    auto again = must(open_store(folder.path()));
    const std::uint64_t there = batches_in(*again);
    // The batch whose sync failed may be there, whole.
    CHECK((there == r.acknowledged || there == r.acknowledged + 1));
    check_history(*again, there);
    if (there < batches) must(again->commit(scripted_batch(there)));
  }
  CHECK(failures >= 5);
}

TEST_CASE("killed at any point of any commit, the acknowledged batches are there") {
  const char* const points[] = {"store.commit.before", "store.commit.middle", "store.commit.after",
                                "sqlite.write", "sqlite.sync"};
  for (const char* point : points) {
    for (int n = 1; n <= 40; n += n < 6 ? 1 : 8) {
      const scratch_folder folder;
      must(open_store(folder.path()));
      int acknowledgements[2];
      REQUIRE(::pipe(acknowledgements) == 0);
      const pid_t child = ::fork();
      REQUIRE(child >= 0);
      if (child == 0) {
        if (!faults::configure(fmt::format("{}=kill@{}", point, n))) std::_Exit(2);
        auto kept = open_store(folder.path());
        for (std::uint64_t k = 0; kept && k < batches; ++k)
          if (!(*kept)->commit(scripted_batch(k)) || ::write(acknowledgements[1], "x", 1) != 1)
            std::_Exit(3);
        ::kill(::getpid(), SIGKILL);
      }
      ::close(acknowledgements[1]);
      int status = 0;
      REQUIRE(::waitpid(child, &status, 0) == child);
      CHECK((WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL));
      std::uint64_t acknowledged = 0;
      for (char c = 0; ::read(acknowledgements[0], &c, 1) == 1;) ++acknowledged;
      ::close(acknowledgements[0]);
      auto kept = must(open_store(folder.path()));
      const std::uint64_t there = batches_in(*kept);
      INFO(point << " " << n << ": " << acknowledged << " acknowledged, " << there << " there");
      // One more may have been committed and not yet been acknowledged.
      CHECK((there == acknowledged || there == acknowledged + 1));
      check_history(*kept, there);
    }
  }
}

TEST_CASE("a file of the shelf that could not be written is not there, and can be tried again") {
  const faults_off at_end;
  const std::string bytes(200'000, 'l');
  for (const char* point : {"shelf.write", "shelf.sync", "shelf.rename"}) {
    const scratch_folder folder;
    auto kept = must(open_store(folder.path()));
    REQUIRE(faults::configure(fmt::format("{}=enospc@1", point)));
    const auto refused = kept->put_on_shelf(sha256_of(bytes), bytes);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == "store.full");
    must(kept->put_on_shelf(sha256_of(bytes), bytes));
    REQUIRE(faults::configure(""));
  }
}
