// Trees of scopes that are cancelled at random times: whatever was started is joined.
#include <chrono>

#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <catch2/catch.hpp>

#include "daemon/loop/scope.hpp"
#include "support/world.hpp"

namespace chimera::loop {
namespace {

using std::chrono::milliseconds;
using test::world;

struct tally {
  std::size_t started = 0;
  std::size_t ended = 0;
  std::size_t max_open = 0;
};

// Counts one life, whatever ends it.
class life {
 public:
  explicit life(tally& all) : all_(all) {
    ++all_.started;
    all_.max_open = std::max(all_.max_open, all_.started - all_.ended);
  }
  life(const life&) = delete;
  life& operator=(const life&) = delete;
  ~life() { ++all_.ended; }

 private:
  tally& all_;
};

task<> grow(world* w, tally* all, std::uint64_t depth) {
  const life mine(*all);
  scope children(w->get_executor());
  for (std::uint64_t i = w->roll(4); depth > 0 && i > 0; --i)
    children.start(grow(w, all, depth - 1));
  if (w->roll(10) == 0) children.cancel();
  bool cut = false;
  try {
    co_await w->sleep(milliseconds(w->roll(20)));
  } catch (const boost::system::system_error&) {
    cut = true;
  }
  co_await boost::asio::this_coro::throw_if_cancelled(false);
  const bool stopped = co_await children.join();
  co_await boost::asio::this_coro::throw_if_cancelled(true);
  if (stopped || cut) throw boost::system::system_error(boost::asio::error::operation_aborted);
}

task<> cancel_at(world* w, scope* job, milliseconds when) {
  co_await w->sleep(when);
  job->cancel();
}

std::uint64_t play(std::uint64_t seed, tally& all) {
  world w(seed);
  scope job(w.get_executor());
  scope watcher(w.get_executor());
  job.start(grow(&w, &all, 4));
  watcher.start(cancel_at(&w, &job, milliseconds(w.roll(60))));
  REQUIRE(w.run(100'000));
  REQUIRE(job.size() == 0);
  REQUIRE(w.sleepers() == 0);
  return w.trace();
}

TEST_CASE("every child of every scope is joined, whenever the tree is cancelled") {
  std::size_t most = 0;
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
    INFO("seed " << seed);
    tally all;
    (void)play(seed, all);
    REQUIRE(all.started == all.ended);
    most = std::max(most, all.max_open);
  }
  CHECK(most > 20);
}

TEST_CASE("a tree grows the same way from the same seed, and another way from another") {
  tally ignored;
  CHECK(play(7, ignored) == play(7, ignored));
  CHECK(play(7, ignored) != play(8, ignored));
}

}  // namespace
}  // namespace chimera::loop
