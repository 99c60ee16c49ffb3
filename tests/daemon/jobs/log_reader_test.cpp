// Readers of the log: each is given everything once, in order, whenever it comes and however slow
// it is.
#include <algorithm>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "daemon/loop/condition.hpp"
#include "log_room.hpp"

namespace chimera::jobs {
namespace {

using namespace test_log;

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

}  // namespace
}  // namespace chimera::jobs
