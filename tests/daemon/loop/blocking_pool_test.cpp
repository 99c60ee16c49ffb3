#include "daemon/loop/blocking_pool.hpp"

#include <future>
#include <stdexcept>
#include <string>
#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include "daemon/loop/scope.hpp"

namespace chimera::loop {
namespace {

template <class Body>
void run(asio::io_context& context, Body body) {
  std::exception_ptr error;
  asio::co_spawn(context, body(), [&](std::exception_ptr e) { error = std::move(e); });
  context.run();
  if (error) std::rethrow_exception(error);
}

TEST_CASE("work runs on another thread and the caller resumes on its own") {
  asio::io_context context;
  blocking_pool pool(1);
  const auto home = std::this_thread::get_id();
  auto body = [&]() -> task<> {
    auto work = [] { return std::this_thread::get_id(); };
    const auto there = co_await pool.run(std::move(work));
    CHECK(there != home);
    CHECK(std::this_thread::get_id() == home);
  };
  run(context, body);
}

TEST_CASE("an exception of the work is thrown to the caller") {
  asio::io_context context;
  blocking_pool pool(1);
  auto body = [&]() -> task<> {
    auto work = []() -> int { throw std::runtime_error("disk on fire"); };
    bool caught = false;
    try {
      co_await pool.run(std::move(work));
    } catch (const std::runtime_error& e) {
      caught = std::string(e.what()) == "disk on fire";
    }
    CHECK(caught);
  };
  run(context, body);
}

TEST_CASE("a cancellation during the work takes effect at the next wait, after the result") {
  asio::io_context context;
  blocking_pool pool(1);
  std::promise<void> release;
  int result = 0;
  bool went_on = false;
  scope children(context.get_executor());
  auto child = [&]() -> task<> {
    auto work = [&release] {
      release.get_future().wait();
      return 7;
    };
    result = co_await pool.run(std::move(work));
    co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
    went_on = true;
  };
  auto body = [&]() -> task<> {
    children.start(child());
    co_await asio::post(co_await asio::this_coro::executor, as_result);
    children.cancel();
    release.set_value();
    CHECK_FALSE(co_await children.join());
  };
  run(context, body);
  CHECK(result == 7);
  CHECK_FALSE(went_on);
}

}  // namespace
}  // namespace chimera::loop
