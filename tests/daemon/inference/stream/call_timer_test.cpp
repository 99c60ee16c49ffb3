#include "daemon/inference/stream/call_timer.hpp"

#include <stdexcept>

#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>
#include <catch2/catch.hpp>

#include "daemon/inference/virtual_time.hpp"
#include "daemon/loop/scope.hpp"

namespace chimera::inference {
namespace {

using namespace std::chrono_literals;

constexpr config::call_budgets budgets{300s, 60s, 1800s};

TEST_CASE("each budget runs from the moment that begins it") {
  call_timer timer(budgets, 10s, "ollama at http://here");
  CHECK(timer.deadline() == 310s);
  CHECK_FALSE(timer.expired(309s));
  const auto first = timer.expired(310s);
  REQUIRE(first);
  CHECK(first->code == "backend.stalled");
  CHECK(first->title == "ollama at http://here did not begin to answer within 300 s");
  CHECK(first->field == "budgets.first_token");
  timer.token(200s);
  CHECK(timer.first_token() == 190s);
  CHECK(timer.deadline() == 260s);
  timer.token(250s);
  CHECK(timer.first_token() == 190s);
  const auto between = timer.expired(310s);
  REQUIRE(between);
  CHECK(between->code == "backend.stalled");
  CHECK(between->field == "budgets.between_tokens");
  for (auto now = 300s; now < 1800s; now += 50s) timer.token(now);
  CHECK(timer.deadline() == 1810s);
  const auto whole = timer.expired(1810s);
  REQUIRE(whole);
  CHECK(whole->code == "backend.overtime");
  CHECK(whole->field == "budgets.total");
}

TEST_CASE("a budget of 0 has no end") {
  const call_timer timer({0ms, 0ms, 0ms}, 0s, "it");
  CHECK_FALSE(timer.expired(std::chrono::hours(1'000'000)));
}

struct stage {
  boost::asio::io_context context;
  virtual_time time;
  std::optional<proto::problem> problem;
  std::string thrown;
  std::chrono::nanoseconds ended{0};

  task<> play(task<> call, const call_timer& timer) {
    try {
      problem = co_await run_within(std::move(call), &timer, &time);
    } catch (const boost::system::system_error& e) {
      thrown = e.code() == boost::asio::error::operation_aborted ? "aborted" : "other";
    } catch (const std::exception& e) {
      thrown = e.what();
    }
    ended = time.now();
  }
};

task<> speak(const clock& time, call_timer& timer, int tokens, std::chrono::seconds apart) {
  for (int i = 0; i < tokens; ++i) {
    co_await time.sleep(apart);
    timer.token(time.now());
  }
}

task<> throws(const clock& time) {
  co_await time.sleep(1s);
  throw std::runtime_error("broken");
}

TEST_CASE("a call is ended when its time is over, and not before") {
  struct row {
    int tokens;
    std::chrono::seconds apart;
    std::string code;
    std::chrono::seconds ends;
  };
  const auto r = GENERATE(row{10, 59s, "", 590s}, row{1, 301s, "backend.stalled", 300s},
                          row{10, 61s, "backend.stalled", 121s},
                          row{100, 50s, "backend.overtime", 1800s}, row{0, 1s, "", 0s});
  stage s;
  call_timer timer(budgets, s.time.now(), "it");
  loop::scope running(s.context.get_executor());
  running.start(s.play(speak(s.time, timer, r.tokens, r.apart), timer));
  s.time.run(s.context);
  CHECK(running.size() == 0);
  CHECK((s.problem ? s.problem->code : "") == r.code);
  CHECK(s.ended == r.ends);
  CHECK(s.thrown.empty());
}

TEST_CASE("an exception of the call, and a cancellation from outside, are passed on") {
  const bool cancelled = GENERATE(true, false);
  stage s;
  call_timer timer(budgets, s.time.now(), "it");
  loop::scope running(s.context.get_executor());
  running.start(s.play(cancelled ? speak(s.time, timer, 5, 10s) : throws(s.time), timer));
  s.time.run(s.context, 500ms);
  if (cancelled) running.cancel();
  s.time.run(s.context);
  CHECK(running.size() == 0);
  CHECK(s.thrown == (cancelled ? "aborted" : "broken"));
}

}  // namespace
}  // namespace chimera::inference
