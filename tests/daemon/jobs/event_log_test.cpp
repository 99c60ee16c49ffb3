// The log: what is appended is numbered once, stored in order and shown when it may be.
#include <chrono>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <boost/asio/steady_timer.hpp>
#include <catch2/catch.hpp>

#include "log_room.hpp"

namespace chimera::jobs {
namespace {

using namespace test_log;

TEST_CASE("events are numbered from one without a gap; all but tokens become visible when stored") {
  room in;
  in.begin("job_1");
  CHECK(in.log.visible("job_1") == 0);
  in.run();
  CHECK(in.begun);
  CHECK(in.log.visible("job_1") == 1);
  in.log.append("job_1", list(other(event_type::job_started)));
  in.log.append("job_1", list(token("x")));
  CHECK(in.log.visible("job_1") == 1);
  in.run();
  CHECK(in.log.visible("job_1") == 3);
  CHECK(in.kept.read_events("job_1", 0, 1000)->size() == 3);
}

TEST_CASE("what is appended in one turn of the loop is one transaction") {
  room in;
  in.begin("job_1");
  in.run();
  const std::size_t before = in.kept.commits;
  for (int i = 0; i < 100; ++i) in.log.append("job_1", list(token("x")));
  in.run();
  CHECK(in.kept.commits == before + 1);
}

TEST_CASE("a token is visible before it is stored, and stored soon after") {
  room in;
  in.begin("job_1");
  in.run();
  const std::size_t before = in.kept.commits;
  for (int i = 0; i < 3; ++i) {
    in.log.append("job_1", list(token("x")));
    in.context.poll();
    in.context.restart();
  }
  CHECK(in.log.visible("job_1") == 4);
  CHECK(in.kept.commits == before);
  in.run();
  CHECK(in.kept.commits == before + 1);
  CHECK(in.kept.read_events("job_1", 0, 1000)->size() == 4);
}

TEST_CASE("tokens do not overtake an event that waits for the store") {
  room in;
  in.begin("job_1");
  in.run();
  in.kept.fail_with = full();
  in.log.append("job_1", list(token("x")));
  in.log.append("job_1", list(other(event_type::step_completed, "a")));
  in.log.append("job_1", list(token("y", "b")));
  in.context.run_for(std::chrono::milliseconds(50));
  CHECK(in.log.visible("job_1") == 2);
  in.kept.fail_with.reset();
  in.run();
  CHECK(in.log.visible("job_1") == 4);
}

TEST_CASE("without a store only so many tokens are shown, and memory keeps them however small") {
  room in({.tail_bytes = 1});
  in.begin("job_1");
  in.run();
  in.kept.fail_with = full();
  for (std::uint64_t i = 0; i < tokens_ahead_max + 100; ++i)
    in.log.append("job_1", list(token("x")));
  in.context.run_for(std::chrono::milliseconds(50));
  CHECK(in.log.visible("job_1") == 1 + tokens_ahead_max);
  std::uint64_t reached = 0;
  auto read = [](room& from_room, std::uint64_t& to) -> task<> {
    log_reader reader(from_room.log, from(1, true), [] {});
    auto got = co_await reader.next(1U << 20U);
    REQUIRE(got);
    CHECK(got->gaps.empty());
    to = got->reached;
  };
  in.scope.start(read(in, reached));
  in.context.run_for(std::chrono::milliseconds(50));
  CHECK(reached == 1 + tokens_ahead_max);
  in.kept.fail_with.reset();
  in.run();
  CHECK(in.log.visible("job_1") == 101 + tokens_ahead_max);
}

// What a process that was killed has shown and not stored is lost; its numbers are not used again.

TEST_CASE("after a kill the first event stands for the numbers that may have been shown") {
  room in;
  in.begin("job_1");
  in.log.append("job_1", list(token("x")));
  in.run();
  event_log next(in.kept, in.context.get_executor(), in.pool, in.time, {},
                 [](const std::optional<proto::problem>&) {});
  next.open("job_1", "E", 2, tokens_ahead_max);
  next.append("job_1", list(token("")));
  next.append("job_1", list(other(event_type::job_resumed)));
  next.append("job_1", list(token("y")));
  next.append("job_1", list(other(event_type::job_completed)));
  in.run();
  next.close("job_1");
  const std::uint64_t last = 2 + 1 + tokens_ahead_max + 3;
  CHECK(in.kept.read_events("job_1", 0, 1000)->back().seq == last);
  for (const std::uint64_t after :
       {std::uint64_t{0}, std::uint64_t{2}, std::uint64_t{50}, last - 4}) {
    INFO("after " << after);
    std::uint64_t reached = after;
    auto follow = [](event_log& log, std::uint64_t& number) -> task<> {
      log_reader reader(log, from(number, true), [] {});
      for (bool ended = false; !ended;) {
        auto got = co_await reader.next(1U << 20U);
        REQUIRE(got);
        for (const log_entry& e : got->entries) {
          CHECK(e.event.first_seq == number + 1);
          CHECK_THAT(*e.json, Catch::Contains(fmt::format("\"seq\":{}", e.event.seq)));
          if (e.event.first_seq != e.event.seq)
            CHECK_THAT(*e.json, Catch::Contains(fmt::format("\"first_seq\":{}", number + 1)));
          number = e.event.seq;
        }
        ended = got->ended;
      }
    };
    in.scope.start(follow(next, reached));
    in.run();
    CHECK(reached == last);
  }
}

TEST_CASE("durable events are synced, others are not") {
  struct row {
    event_type type;
    bool synced;
  };
  for (const row& r : {row{event_type::token_delta, false}, row{event_type::step_started, false},
                       row{event_type::step_completed, true}, row{event_type::job_failed, true}}) {
    room in;
    in.begin("job_1");
    in.run();
    const std::size_t before = in.kept.syncs;
    in.log.append("job_1", list(other(r.type)));
    in.run();
    INFO(proto::to_text(r.type));
    CHECK((in.kept.syncs > before) == r.synced);
  }
}

TEST_CASE(
    "a store that is full refuses new jobs and keeps what runs, in order, until it can write") {
  room in;
  in.begin("job_1");
  in.run();
  in.kept.fail_with = full();
  in.log.append("job_1", list(other(event_type::step_started, "a")));
  in.begin("job_2");
  in.begun = true;
  boost::asio::steady_timer mended(in.context, std::chrono::milliseconds(100));
  mended.async_wait([&in](const boost::system::error_code&) {
    CHECK(in.trouble.has_value());
    CHECK_FALSE(in.begun);
    CHECK(in.log.visible("job_1") == 1);
    CHECK_FALSE(in.log.is_open("job_2"));
    in.kept.fail_with.reset();
    in.log.append("job_1", list(other(event_type::job_completed)));
  });
  boost::asio::steady_timer looked(in.context, std::chrono::milliseconds(600));
  looked.async_wait([](const boost::system::error_code&) {});
  in.run();
  CHECK_FALSE(in.trouble.has_value());
  CHECK(in.log.visible("job_1") == 3);
}

TEST_CASE("an unsound change fails alone; what was written beside it stands") {
  room in;
  in.begin("job_1");
  in.run();
  std::optional<proto::problem> refused;
  std::vector<store::change> unsound;
  unsound.emplace_back(store::update_job{"job_unknown", {}, 0, 0, {}, "", ""});
  auto write = [](room& into, std::vector<store::change> changes,
                  std::optional<proto::problem>& failure) -> task<> {
    const auto done = co_await into.log.write(std::move(changes));
    if (!done) failure = done.error();
  };
  in.scope.start(write(in, std::move(unsound), refused));
  in.log.append("job_1", list(token("x")));
  in.run();
  REQUIRE(refused);
  CHECK(refused->code == "store.unknown-job");
  CHECK(in.log.visible("job_1") == 2);
}

}  // namespace
}  // namespace chimera::jobs
