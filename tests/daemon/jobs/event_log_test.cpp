// The log: what is appended is read once, in order, by every reader, whenever it comes and however
// slow it is.
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <catch2/catch.hpp>

#include "daemon/jobs/commit_wait.hpp"
#include "daemon/jobs/log_reader.hpp"
#include "daemon/loop/scope.hpp"
#include "daemon/loop/steady_clock.hpp"
#include "support/memory_store.hpp"

namespace chimera::jobs {
namespace {

using proto::event_type;

proto::event token(std::string text, std::string step = "a") {
  proto::event e;
  e.type = event_type::token_delta;
  e.text = std::move(text);
  e.step = std::move(step);
  e.attempt = 1;
  return e;
}

proto::event other(event_type type, std::string step = {}) {
  proto::event e;
  e.type = type;
  e.step = std::move(step);
  return e;
}

std::vector<proto::event> list(proto::event e) {
  std::vector<proto::event> one;
  one.push_back(std::move(e));
  return one;
}

proto::problem full() {
  proto::problem p;
  p.code = "store.full";
  p.title = "no space";
  return p;
}

// A loop with a log on a store in memory.
struct room {
  explicit room(log_limits limits = {})
      : log(kept, context.get_executor(), pool, time, limits,
            [this](const std::optional<proto::problem>& p) { trouble = p; }),
        scope(context.get_executor()) {}

  void begin(const std::string& id) {
    store::insert_job insert;
    insert.job.id = id;
    insert.job.epoch = "E";
    log.begin(std::move(insert), list(other(event_type::job_queued)),
              [this](const std::optional<proto::problem>& p) { begun = !p; });
  }
  void run() {
    context.run();
    context.restart();
    if (scope.first_error()) std::rethrow_exception(scope.first_error());
  }
  // Until everything appended so far is visible.
  task<> settle() {
    const commit_wait done(context.get_executor());
    log.sync(done.done());
    (void)co_await done.result();
  }

  boost::asio::io_context context{1};
  test::memory_store kept;
  loop::blocking_pool pool{1};
  loop::steady_clock time;
  std::optional<proto::problem> trouble;
  bool begun = false;
  event_log log;
  loop::scope scope;
};

// Everything a reader is given, as "seq type text" lines; merged tokens as "first-seq".
task<> read_all(room& in, log_reader::place where, std::size_t bytes, std::vector<std::string>& out,
                std::vector<log_gap>* gaps = nullptr) {
  loop::condition woken(in.context.get_executor());
  log_reader reader(in.log, std::move(where), [&woken] { woken.notify_all(); });
  for (;;) {
    auto got = co_await reader.next(bytes);
    REQUIRE(got);
    for (const log_entry& e : got->entries) {
      std::string line = std::to_string(e.event.seq);
      if (e.event.first_seq != e.event.seq) line = std::to_string(e.event.first_seq) + "-" + line;
      out.push_back(line + " " + std::string(proto::to_text(e.event.type)) + " " + e.event.text);
    }
    if (gaps != nullptr) gaps->insert(gaps->end(), got->gaps.begin(), got->gaps.end());
    if (got->ended) co_return;
    if (!reader.pending()) co_await woken.wait();
  }
}

log_reader::place from(std::uint64_t after, bool merge = false) {
  return {"job_1", "E", after, {}, merge};
}

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

TEST_CASE("from every cursor a reader is given the same rest, from memory and from the store") {
  for (const std::size_t tail_bytes : {std::size_t{1} << 20U, std::size_t{1}}) {
    room in({.tail_bytes = tail_bytes, .page_bytes = 64});
    in.begin("job_1");
    in.run();
    for (int i = 0; i < 20; ++i) in.log.append("job_1", list(other(event_type::job_progress)));
    in.run();
    in.log.append("job_1", list(other(event_type::job_completed)));
    in.run();
    in.log.close("job_1");
    for (std::uint64_t after = 0; after <= 22; ++after) {
      std::vector<std::string> got;
      in.scope.start(read_all(in, from(after), 200, got));
      in.run();
      INFO("after " << after << ", tail " << tail_bytes);
      REQUIRE(got.size() == 22 - after);
      for (std::size_t i = 0; i < got.size(); ++i)
        CHECK(got[i].starts_with(std::to_string(after + 1 + i) + " "));
    }
  }
}

TEST_CASE("tokens that follow each other are merged for a reader, and nothing else is") {
  room in;
  in.begin("job_1");
  in.log.append("job_1", list(token("a")));
  in.log.append("job_1", list(token("b")));
  in.log.append("job_1", list(token("c", "other")));
  in.log.append("job_1", list(token("d")));
  in.log.append("job_1", list(other(event_type::job_completed)));
  in.run();
  in.log.close("job_1");
  std::vector<std::string> got;
  in.scope.start(read_all(in, from(1, true), 1U << 20U, got));
  in.run();
  CHECK(got == std::vector<std::string>{"2-3 token.delta ab", "4 token.delta c", "5 token.delta d",
                                        "6 job.completed "});
}

TEST_CASE("a reader that joins while the job runs sees history and what comes without a seam") {
  room in;
  in.begin("job_1");
  in.run();
  std::vector<std::string> got;
  auto writer = [](room& into) -> task<> {
    for (int i = 0; i < 50; ++i) {
      into.log.append("job_1", list(token("x")));
      if (i % 7 == 0) co_await into.settle();
    }
    into.log.append("job_1", list(other(event_type::job_completed)));
    co_await into.settle();
    into.log.close("job_1");
  };
  in.scope.start(writer(in));
  in.scope.start(read_all(in, from(0), 300, got));
  in.run();
  REQUIRE(got.size() == 52);
  for (std::size_t i = 0; i < got.size(); ++i)
    CHECK(got[i].starts_with(std::to_string(i + 1) + " "));
}

TEST_CASE("a reader too slow for memory loses tokens, is told which, and nothing else") {
  room in({.tail_bytes = 400, .page_bytes = 4096});
  in.begin("job_1");
  in.run();
  loop::condition woken(in.context.get_executor());
  std::vector<std::uint64_t> given;
  std::vector<log_gap> gaps;
  auto slow = [](room& into, std::vector<std::uint64_t>& seqs,
                 std::vector<log_gap>& told) -> task<> {
    log_reader reader(into.log, from(0), [] {});
    (void)co_await reader.next(1U << 20U);  // has caught up
    for (int i = 0; i < 40; ++i) {
      into.log.append("job_1", list(token("a long piece of text that fills the memory")));
      if (i == 20) into.log.append("job_1", list(other(event_type::step_completed, "a")));
    }
    into.log.append("job_1", list(other(event_type::job_completed)));
    co_await into.settle();
    into.log.close("job_1");
    for (bool ended = false; !ended;) {
      auto got = co_await reader.next(1U << 20U);
      for (const log_entry& e : got->entries) seqs.push_back(e.event.seq);
      told.insert(told.end(), got->gaps.begin(), got->gaps.end());
      ended = got->ended;
    }
  };
  in.scope.start(slow(in, given, gaps));
  in.run();
  REQUIRE_FALSE(gaps.empty());
  CHECK(std::ranges::find(given, 23U) != given.end());
  CHECK(given.back() == 43);
  std::uint64_t covered = 1 + given.size();
  for (const log_gap& g : gaps) covered += g.to_seq - g.from_seq + 1;
  CHECK(covered == 43);
  CHECK(in.log.gaps_told() == gaps.size());
}

TEST_CASE("gaps that follow each other are one, however small the readings are") {
  room in({.tail_bytes = 400, .page_bytes = 4096});
  in.begin("job_1");
  in.run();
  std::vector<std::string> told;
  auto slow = [](room& into, std::vector<std::string>& lines) -> task<> {
    log_reader reader(into.log, {"job_1", "E", 0, {{}, {}, {}}, true}, [] {});
    (void)co_await reader.next(1U << 20U);  // has caught up
    for (int i = 0; i < 60; ++i) {
      into.log.append("job_1", list(token("a long piece of text that fills the memory")));
      if (i == 20) into.log.append("job_1", list(other(event_type::step_completed, "a")));
    }
    into.log.append("job_1", list(other(event_type::job_completed)));
    co_await into.settle();
    into.log.close("job_1");
    for (bool ended = false; !ended;) {
      auto got = co_await reader.next(500);
      for (const log_gap& g : got->gaps) lines.push_back("gap " + std::to_string(g.from_seq));
      for (const log_entry& e : got->entries) lines.push_back(std::to_string(e.event.seq));
      CHECK(got->reached == reader.reached());
      ended = got->ended;
    }
  };
  in.scope.start(slow(in, told));
  in.run();
  REQUIRE(told.size() > 3);
  CHECK(told[0] == "gap 2");
  CHECK(told[1] == "23");
  CHECK(told[2] == "gap 24");
  CHECK_FALSE(told[3].starts_with("gap"));
  CHECK(told.back() == "63");
}

TEST_CASE("filters choose by channel, step and type; the cursor moves on all the same") {
  struct row {
    event_filter filter;
    std::vector<std::string> expected;
  };
  const std::vector<row> rows = {{{{proto::channel::lifecycle}, {}, {}}, {"1", "2", "5"}},
                                 {{{proto::channel::tokens}, {}, {}}, {"3", "4"}},
                                 {{{}, {"analyse"}, {}}, {"2", "3"}},
                                 {{{}, {""}, {}}, {"1", "5"}},
                                 {{{}, {}, {"job.completed"}}, {"5"}}};
  for (const row& r : rows) {
    room in;
    in.begin("job_1");
    in.log.append("job_1", list(other(event_type::step_started, "analyse/sweep")));
    in.log.append("job_1", list(token("x", "analyse/sweep")));
    in.log.append("job_1", list(token("x", "analyser")));
    in.log.append("job_1", list(other(event_type::job_completed)));
    in.run();
    in.log.close("job_1");
    std::vector<std::string> got;
    in.scope.start(read_all(in, {"job_1", "E", 0, r.filter, false}, 1U << 20U, got));
    in.run();
    REQUIRE(got.size() == r.expected.size());
    for (std::size_t i = 0; i < got.size(); ++i) CHECK(got[i].starts_with(r.expected[i] + " "));
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
