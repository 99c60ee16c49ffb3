#include "daemon/loop/scope.hpp"

#include <stdexcept>
#include <string>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <catch2/catch.hpp>

namespace chimera::loop {
namespace {

task<> wait_for_ever(std::vector<std::string>* said, std::string name) {
  asio::steady_timer timer(co_await asio::this_coro::executor,
                           asio::steady_timer::time_point::max());
  try {
    co_await timer.async_wait(asio::use_awaitable);
  } catch (const boost::system::system_error&) {
    said->push_back(name + " stopped");
    throw;
  }
}

task<> say(std::vector<std::string>* said, std::string word) {
  co_await asio::post(co_await asio::this_coro::executor, as_result);
  said->push_back(word);
}

task<> refuse_to_work() {
  co_await asio::post(co_await asio::this_coro::executor, as_result);
  throw std::runtime_error("broken");
}

// Runs `body` to its end; its own exception is the test's.
template <class Body>
void run(asio::io_context& context, Body body) {
  std::exception_ptr error;
  bool ended = false;
  asio::co_spawn(context, body(), [&](std::exception_ptr e) {
    error = std::move(e);
    ended = true;
  });
  context.run();
  REQUIRE(ended);
  if (error) std::rethrow_exception(error);
}

TEST_CASE("join completes after the last child has ended") {
  asio::io_context context;
  scope children(context.get_executor());
  std::vector<std::string> said;
  auto body = [&]() -> task<> {
    children.start(say(&said, "a"));
    children.start(say(&said, "b"));
    const bool stopped = co_await children.join();
    CHECK_FALSE(stopped);
    said.emplace_back("joined");
  };
  run(context, body);
  CHECK(said == std::vector<std::string>{"a", "b", "joined"});
}

TEST_CASE("join of an empty scope completes at once") {
  asio::io_context context;
  scope children(context.get_executor());
  auto body = [&]() -> task<> { CHECK_FALSE(co_await children.join()); };
  run(context, body);
}

TEST_CASE("cancel stops children that wait, and join sees them end") {
  asio::io_context context;
  scope children(context.get_executor());
  std::vector<std::string> said;
  auto body = [&]() -> task<> {
    children.start(wait_for_ever(&said, "a"));
    children.start(wait_for_ever(&said, "b"));
    co_await say(&said, "cancel");
    children.cancel();
    CHECK_FALSE(co_await children.join());
  };
  run(context, body);
  CHECK(said == std::vector<std::string>{"cancel", "a stopped", "b stopped"});
  CHECK(children.size() == 0);
}

TEST_CASE("a child that is cancelled before it first waits still ends in its scope") {
  asio::io_context context;
  scope children(context.get_executor());
  std::vector<std::string> said;
  auto body = [&]() -> task<> {
    children.start(wait_for_ever(&said, "a"));
    children.cancel();
    CHECK_FALSE(co_await children.join());
  };
  run(context, body);
  CHECK(children.size() == 0);
}

TEST_CASE("the error of a child is kept and does not end the others") {
  asio::io_context context;
  scope children(context.get_executor());
  std::vector<std::string> said;
  auto body = [&]() -> task<> {
    children.start(refuse_to_work());
    children.start(say(&said, "b"));
    CHECK_FALSE(co_await children.join());
  };
  run(context, body);
  CHECK(said == std::vector<std::string>{"b"});
  REQUIRE(children.first_error());
  CHECK_THROWS_WITH(std::rethrow_exception(children.first_error()), "broken");
}

TEST_CASE("a cancelled join cancels the children, waits for them and says so") {
  asio::io_context context;
  std::vector<std::string> said;
  scope outer(context.get_executor());
  auto middle = [&]() -> task<> {
    scope inner(co_await asio::this_coro::executor);
    inner.start(wait_for_ever(&said, "inner"));
    const bool stopped = co_await inner.join();
    said.emplace_back(stopped ? "told" : "not told");
    // The coroutine may clean up: waiting works again.
    co_await say(&said, "cleaned");
  };
  auto body = [&]() -> task<> {
    outer.start(middle());
    co_await say(&said, "cancel");
    outer.cancel();
    CHECK_FALSE(co_await outer.join());
  };
  run(context, body);
  CHECK(said == std::vector<std::string>{"cancel", "inner stopped", "told", "cleaned"});
}

}  // namespace
}  // namespace chimera::loop
