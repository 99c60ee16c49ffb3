#include "daemon/inference/gate.hpp"

#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <rapidcheck.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>
#include <catch2/catch.hpp>

#include "daemon/inference/virtual_time.hpp"
#include "daemon/loop/scope.hpp"

namespace chimera::inference {
namespace {

using std::chrono::seconds;

// Takes ten seconds for a call; a step named "throw" or "fail" does that at its end.
class slow_backend final : public backend {
 public:
  explicit slow_backend(const clock& time) : time_(time) {}

  task<proto::result<generation>> generate(
      generation_request request, std::function<void(std::string_view)> /*on_token*/) override {
    struct counted {
      explicit counted(std::size_t& count) : running(count) { ++running; }
      ~counted() { --running; }
      counted(const counted&) = delete;
      counted& operator=(const counted&) = delete;
      std::size_t& running;
    };
    const counted call(running);
    most = std::max(most, running);
    order += request.step;
    models.push_back(request.model);
    co_await time_.sleep(seconds(10));
    if (request.step == "throw") throw std::runtime_error("broken");
    if (request.step == "fail") co_return proto::fail("backend.unavailable", "gone");
    co_return generation{"text", {}, "stop"};
  }
  [[nodiscard]] std::string describe() const override { return "slow"; }

  std::size_t running = 0;
  std::size_t most = 0;
  std::string order;
  std::vector<std::string> models;

 private:
  const clock& time_;
};

struct bench {
  explicit bench(gate_limits limits) {
    auto inner = std::make_unique<slow_backend>(time);
    backend = inner.get();
    door.emplace(std::move(inner), limits, time, "usual-model");
  }

  task<> call(std::string step, std::int32_t priority) {
    generation_request request;
    request.step = step;
    request.priority = priority;
    try {
      const auto answer = co_await door->generate(std::move(request), nullptr);
      ends += step + (answer ? "=done " : "=" + answer.error().code + " ");
    } catch (const boost::system::system_error&) {
      ends += step + "=cancelled ";
    } catch (const std::runtime_error& e) {
      ends += step + "=" + e.what() + " ";
    }
  }
  // Runs what can run at once, so that calls come in the order of the test.
  void start(const std::string& step, std::int32_t priority = 0) {
    auto& own = scopes.emplace_back(std::make_unique<loop::scope>(context.get_executor()));
    named[step] = own.get();
    own->start(call(step, priority));
    settle();
  }
  void cancel(const std::string& step) {
    named.at(step)->cancel();
    settle();
  }
  void settle() { time.run(context, time.now()); }
  void finish() { time.run(context); }

  boost::asio::io_context context;
  virtual_time time;
  std::optional<gate> door;
  slow_backend* backend = nullptr;
  std::vector<std::unique_ptr<loop::scope>> scopes;
  std::map<std::string, loop::scope*> named;
  std::string ends;
};

TEST_CASE("no more calls than slots reach the backend, all of them at last") {
  bench b({2, 10});
  for (const char* step : {"a", "b", "c", "d", "e"}) b.start(step);
  CHECK(b.backend->running == 2);
  CHECK(b.door->in_flight() == 2);
  CHECK(b.door->waiting() == 3);
  b.finish();
  CHECK(b.backend->order == "abcde");
  CHECK(b.backend->most == 2);
  CHECK(b.time.now() == seconds(30));
  CHECK(b.door->in_flight() == 0);
}

TEST_CASE("a call of higher priority goes before those that came earlier") {
  bench b({1, 10});
  b.start("a");
  b.start("b");
  b.start("c", 5);
  b.finish();
  CHECK(b.backend->order == "acb");
}

TEST_CASE("a full queue refuses at once and says so") {
  bench b({1, 1});
  for (const char* step : {"a", "b", "c"}) b.start(step);
  CHECK(b.ends == "c=backend.queue-full ");
  b.finish();
  CHECK(b.ends == "c=backend.queue-full a=done b=done ");
}

TEST_CASE("a call that is cancelled while it waits leaves the queue at once") {
  bench b({1, 10});
  for (const char* step : {"a", "b", "c"}) b.start(step);
  b.cancel("b");
  CHECK(b.ends == "b=cancelled ");
  CHECK(b.door->waiting() == 1);
  b.finish();
  CHECK(b.backend->order == "ac");
}

TEST_CASE("a call that is cancelled while it runs gives its slot to the next") {
  bench b({1, 10});
  for (const char* step : {"a", "b"}) b.start(step);
  b.cancel("a");
  CHECK(b.backend->running == 1);
  b.finish();
  CHECK(b.ends == "a=cancelled b=done ");
  CHECK(b.time.now() == seconds(10));
}

TEST_CASE("a slot that was granted to a call cancelled in the same turn is passed on") {
  bench b({1, 10});
  for (const char* step : {"a", "b", "c"}) b.start(step);
  b.named.at("a")->cancel();
  boost::asio::post(b.context, [&b] { b.named.at("b")->cancel(); });
  b.finish();
  CHECK_THAT(b.ends, Catch::Contains("a=cancelled"));
  CHECK_THAT(b.ends, Catch::Contains("b=cancelled"));
  CHECK_THAT(b.ends, Catch::Contains("c=done"));
  CHECK(b.door->in_flight() == 0);
}

TEST_CASE("errors and exceptions of the backend give the slot back") {
  bench b({1, 10});
  for (const char* step : {"throw", "fail", "a"}) b.start(step);
  b.time.run(b.context, seconds(20));
  CHECK_FALSE(b.door->available());
  b.finish();
  CHECK(b.ends == "throw=broken fail=backend.unavailable a=done ");
  CHECK(b.door->in_flight() == 0);
  CHECK(b.door->available());
}

TEST_CASE("the queue shows who waits, where and how long yet") {
  bench b({1, 10});
  b.start("a");
  b.finish();
  for (const char* step : {"b", "c", "d"}) b.start(step);
  b.time.run(b.context, seconds(14));
  const auto queue = b.door->queue();
  REQUIRE(queue.size() == 2);
  CHECK(queue[1].step == "d");
  CHECK(queue[1].position == 2);
  CHECK(queue[1].eta_seconds == 20.0);
  CHECK(queue[1].waited == seconds(4));
  b.finish();
}

TEST_CASE("an observer hears of waiting, of moves and of the slot") {
  bench b({1, 10});
  std::string heard;
  b.door->observe([&heard](const waiting_call& call) {
    heard += call.step + std::to_string(call.position) + " ";
  });
  for (const char* step : {"a", "b", "c"}) b.start(step);
  b.finish();
  CHECK(heard == "b1 c2 c1 b0 c0 ");
}

TEST_CASE("more slots let those in who wait; a request without model gets the usual one") {
  bench b({1, 10});
  for (const char* step : {"a", "b", "c"}) b.start(step);
  b.door->set_limits({3, 10});
  b.settle();
  CHECK(b.backend->running == 3);
  b.finish();
  CHECK(b.backend->models == std::vector<std::string>(3, "usual-model"));
}

TEST_CASE("a loop that is gone with calls in it leaves nothing behind") {
  virtual_time time;
  auto inner = std::make_unique<slow_backend>(time);
  slow_backend* backend = inner.get();
  gate door(std::move(inner), {1, 10}, time);
  {
    boost::asio::io_context context;
    auto ask = [](gate& at) -> task<> { (void)co_await at.generate({}, nullptr); };
    for (int i = 0; i < 3; ++i)
      boost::asio::co_spawn(context, ask(door), [](const std::exception_ptr&) {});
    context.poll();
    CHECK(door.waiting() == 2);
  }
  CHECK(door.waiting() == 0);
  CHECK(door.in_flight() == 0);
  CHECK(backend->running == 0);
}

TEST_CASE("slots in use are the calls that run, whatever is cancelled when") {
  rc::check([](const std::vector<unsigned>& moves) {
    bench b({2, 3});
    std::vector<std::string> steps;
    for (const unsigned move : moves) {
      if (move % 3 != 0 || steps.empty()) {
        steps.push_back(std::to_string(steps.size()));
        b.start(steps.back(), static_cast<std::int32_t>(move % 2));
      } else if (move % 2 == 0) {
        b.cancel(steps[move % steps.size()]);
      } else {
        b.time.run(b.context, b.time.now() + seconds(move % 15));
      }
      RC_ASSERT(b.door->in_flight() == b.backend->running);
      RC_ASSERT(b.backend->running <= 2);
      RC_ASSERT(b.door->waiting() <= 3);
    }
    b.finish();
    RC_ASSERT(b.door->in_flight() == 0);
    RC_ASSERT(b.door->waiting() == 0);
    RC_ASSERT(b.backend->running == 0);
  });
}

}  // namespace
}  // namespace chimera::inference
