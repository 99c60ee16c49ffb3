#include "daemon/cli/watch_model.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <rapidcheck.h>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace chimera::cli {
namespace {

constexpr std::string_view job = "job_01";

// "3 step.started collect#2 {...}": number (or first-last), type, step and attempt, data. The
// number is also the time in seconds.
stream_event event(const std::string& line) {
  const std::size_t type = line.find(' ') + 1;
  const std::size_t type_end = std::min(line.find(' ', type), line.size());
  const std::string number = line.substr(0, type - 1);
  const std::size_t dash = number.find('-');
  stream_event e;
  e.first_seq = std::stoull(number);
  e.seq = dash == std::string::npos ? e.first_seq : std::stoull(number.substr(dash + 1));
  e.time_ms = static_cast<std::int64_t>(e.seq) * 1000;
  e.type = line.substr(type, type_end - type);
  e.epoch = "E";
  e.data = nlohmann::json::object();
  std::string rest = type_end == line.size() ? "" : line.substr(type_end + 1);
  const std::size_t brace = rest.find('{');
  if (brace != std::string::npos) e.data = nlohmann::json::parse(rest.substr(brace));
  std::string step = rest.substr(0, std::min(brace, rest.size()));
  while (step.ends_with(' ')) step.pop_back();
  const std::size_t hash = step.find('#');
  e.step = step.substr(0, hash);
  if (!e.step.empty())
    e.attempt = hash == std::string::npos
                    ? 1
                    : static_cast<std::uint32_t>(std::stoul(step.substr(hash + 1)));
  return e;
}

watch_model after(const std::vector<std::string>& events) {
  watch_model m{std::string(job)};
  for (const std::string& line : events) (void)m.take(event(line));
  return m;
}

const screen wide{false, false, 200, 50};

std::string drawn(const watch_model& m, std::int64_t now_ms, const screen& on = wide) {
  std::string text;
  for (const std::string& line : m.draw(now_ms, on)) text += line + "\n";
  return text;
}

TEST_CASE("a token without text stands for numbers of a killed daemon, not for tokens") {
  const std::vector<std::string> begun = {R"(1 job.queued {})", R"(2 step.started collect#1 {})",
                                          R"(3 token.delta collect#1 {"text":"one "})"};
  std::vector<std::string> resumed = begun;
  resumed.push_back(R"(4-4100 token.delta collect#1 {"text":""})");
  CHECK(drawn(after(resumed), 5000) == drawn(after(begun), 5000));
}

const std::vector<std::string> whole_job = {
    R"(1 job.queued {"pipeline":"technical-report"})",
    "2 job.started",
    R"(3 evidence.ready {"files":3,"tables":2,"facts":40})",
    R"(4 step.started collect {"done":0,"of":2})",
    R"(5 token.delta collect {"text":"a"})",
    R"(6-14 token.delta collect {"text":"b"})",
    R"(15 step.completed collect {"done":1,"of":2})",
    R"(16 step.started report {"done":1,"of":2})",
    R"(17 step.completed report {"done":2,"of":2})",
    R"(18 report.sealed {"numbers":12,"struck":0,"unsupported":0})",
    "19 job.completed"};

TEST_CASE("a screen shows the job, a line a step, and at the end what was proven") {
  struct row {
    std::size_t events;
    std::string expected;
  };
  const std::vector<row> table = {
      {0, "job_01  queued\n"},
      {1, "job_01  technical-report  queued  29.0 s\n"},
      {2, "job_01  technical-report  running  28.0 s\n"},
      {4,
       "job_01  technical-report  running  0 of 2 steps  28.0 s\n"
       "  collect  running  26.0 s\n"},
      {5,
       "job_01  technical-report  running  0 of 2 steps  28.0 s\n"
       "  collect  running  1 token  26.0 s\n"},
      {6,
       "job_01  technical-report  running  0 of 2 steps  28.0 s\n"
       "  collect  running  10 tokens  1.0 tok/s  26.0 s\n"},
      {8,
       "job_01  technical-report  running  1 of 2 steps  28.0 s\n"
       "  collect  completed  10 tokens  1.0 tok/s  11.0 s\n"
       "  report   running                          14.0 s\n"},
      {11,
       "job_01  technical-report  completed  2 of 2 steps  17.0 s\n"
       "  collect  completed  10 tokens  1.0 tok/s  11.0 s\n"
       "  report   completed                        1.0 s\n"
       "report sealed: 12 numbers, all proven\n"
       "chimera report job_01 prints it, chimera report job_01 -o DIR saves it\n"},
  };
  for (const row& r : table) {
    INFO(r.events);
    const std::vector<std::string> some(whole_job.begin(),
                                        whole_job.begin() + static_cast<std::ptrdiff_t>(r.events));
    CHECK(drawn(after(some), 30'000) == r.expected);
  }
}

TEST_CASE("plain lines tell what changed, and no token") {
  watch_model m{std::string(job)};
  std::string said;
  for (const std::string& line : whole_job) {
    const stream_event e = event(line);
    if (!m.take(e)) continue;
    if (const std::string text = m.say(e); !text.empty()) said += text + "\n";
  }
  CHECK(said ==
        "queued\n"
        "started\n"
        "evidence: 3 files, 2 tables, 40 facts\n"
        "collect: started\n"
        "collect: completed, 10 tokens, 1.0 tok/s, 11.0 s\n"
        "report: started\n"
        "report: completed, 1.0 s\n"
        "completed\n");
}

TEST_CASE("what goes wrong is said with its reason") {
  struct row {
    std::vector<std::string> events;
    std::string state;
    std::string shown;
  };
  const std::vector<row> table = {
      {{R"(1 step.retrying a#1 {"error":{"title":"cut off","detail":"after 3"}})"},
       "queued",
       "retrying  cut off: after 3"},
      {{"1 step.started a#1", "2 step.attempt_discarded a#1 {\"reason\":\"restart\"}"},
       "queued",
       "waits  restart"},
      {{"1 step.started a#1", "2 step.started a#2"}, "queued", "running  28.0 s  attempt 2"},
      {{R"(1 step.skipped a {"reason":"no lint of that kind"})"},
       "queued",
       "skipped  no lint of that kind"},
      {{R"(1 job.failed {"error":{"title":"no data","detail":"empty"}})"},
       "failed",
       "no data: empty"},
      {{"1 job.canceling"}, "canceling", "canceling"},
      {{"1 job.canceled {\"reason\":\"asked\"}"}, "canceled", "chimera retry job_01"},
      {{R"(1 report.sealed {"numbers":9,"struck":2,"unsupported":1})", "2 job.completed"},
       "completed",
       "report sealed: 9 numbers, 2 struck, 1 without proof"},
  };
  for (const row& r : table) {
    INFO(r.events.back());
    const watch_model m = after(r.events);
    CHECK(m.state() == r.state);
    CHECK_THAT(drawn(m, 30'000), Catch::Contains(r.shown));
  }
}

TEST_CASE("a job and a step show where they wait") {
  watch_model m{std::string(job)};
  m.look(nlohmann::json::parse(
      R"({"pipeline":"p","state":"queued","queue":{"position":3,"eta_seconds":40.5}})"));
  CHECK(drawn(m, 0) == "job_01  p  queued  place 3, about 40.5 s\n");
  (void)m.take(event("1 job.started"));
  (void)m.take(event("2 step.started a"));
  (void)m.take(event(R"(3 job.progress a {"queue":{"position":2,"eta_seconds":null}})"));
  CHECK_THAT(drawn(m, 5000), Catch::Contains("a  running  3.0 s  place 2"));
  (void)m.take(event("4 token.delta a {\"text\":\"x\"}"));
  CHECK_THAT(drawn(m, 5000), !Catch::Contains("place"));
}

TEST_CASE("a reader without tokens counts what the calls report") {
  const watch_model m = after({"1 step.started a", R"(2 llm.usage a {"output_tokens":30})",
                               R"(3 llm.usage a {"output_tokens":12})", "4 step.completed a"});
  CHECK(m.steps()[0].tokens == 42);
}

TEST_CASE("a stream that begins again a little early changes nothing") {
  watch_model m = after(whole_job);
  const std::string before = drawn(m, 0);
  for (const std::string& line : whole_job) CHECK_FALSE(m.take(event(line)));
  CHECK(drawn(m, 0) == before);
  CHECK(m.cursor() == "E:19");
}

TEST_CASE("gaps and bookmarks move the cursor alone; another history begins anew") {
  watch_model m = after({"1 step.started a"});
  CHECK_FALSE(m.take(event("2-50 stream.gap")));
  CHECK_FALSE(m.take(event("60 stream.bookmark")));
  CHECK(m.cursor() == "E:60");
  CHECK(m.steps().size() == 1);
  m.restart();
  CHECK(m.cursor().empty());
  CHECK(m.steps().empty());
  CHECK(m.take(event("1 job.queued")));
}

TEST_CASE("a retried job is on its way again") {
  watch_model m = after(whole_job);
  CHECK(m.ended());
  CHECK(m.take(event("20 job.retried {\"from_step\":\"report\"}")));
  CHECK_FALSE(m.ended());
  CHECK(m.ending().empty());
}

TEST_CASE("lines never pass the screen, and steps at work are not left out") {
  std::vector<std::string> events;
  for (int i = 1; i <= 40; ++i)
    events.push_back(std::to_string(i) + (i == 20 ? " step.started s" : " step.completed s") +
                     std::to_string(i));
  const watch_model m = after(events);
  const screen small{true, false, 20, 8};
  const std::vector<std::string> lines = m.draw(60'000, small);
  CHECK(lines.size() == 7);
  CHECK(std::ranges::all_of(lines, [](const auto& line) { return width_of(line) <= 20; }));
  CHECK(std::ranges::any_of(lines, [](const auto& l) { return l.starts_with("  s20  running"); }));
  CHECK(lines.back() == "  and 35 steps");
}

TEST_CASE("colours come only when asked for, and only around states") {
  const watch_model m = after({"1 step.started running", "2 step.failed running"});
  const screen colourful{true, true, 80, 24};
  CHECK(drawn(m, 0).find('\x1b') == std::string::npos);
  CHECK_THAT(drawn(m, 0, colourful), Catch::Contains("  running  \x1b[31mfailed\x1b[0m"));
}

TEST_CASE("text of a server cannot move the cursor") {
  const watch_model m =
      after({"1 job.failed {\"error\":{\"title\":\"a\\u001b[2Jb\\u009bc\\nd\",\"detail\":\"\"}}"});
  CHECK_THAT(drawn(m, 0), Catch::Contains("a?[2Jb\xEF\xBF\xBD"));
  CHECK(drawn(m, 0).find('\x1b') == std::string::npos);
}

TEST_CASE("any cut of the stream, with any overlap, leads to the same picture") {
  rc::check([](const std::vector<unsigned>& cuts) {
    watch_model m{std::string(job)};
    std::size_t at = 0;
    for (const unsigned cut : cuts) {
      const std::size_t end = std::min<std::size_t>(at + cut % 5, whole_job.size());
      const std::size_t from = at - std::min<std::size_t>(at, cut % 3);
      for (std::size_t i = from; i < end; ++i) (void)m.take(event(whole_job[i]));
      at = std::max(at, end);
    }
    for (std::size_t i = at; i < whole_job.size(); ++i) (void)m.take(event(whole_job[i]));
    RC_ASSERT(drawn(m, 0) == drawn(after(whole_job), 0));
  });
}

TEST_CASE("messages of a stream are read, whatever else they hold") {
  const auto parsed = [](const char* text) {
    return read_stream_event(nlohmann::json::parse(text));
  };
  const auto e = parsed(
      R"({"sub":"s1","epoch":"E","seq":9,"first_seq":7,"type":"token.delta",)"
      R"("time":"2026-11-23T10:00:00.123Z","job":"j","step":"a","attempt":2,"data":{"text":"x"},"z":1})");
  REQUIRE(e);
  CHECK(e->first_seq == 7);
  CHECK(e->seq == 9);
  CHECK(e->time_ms == 1'795'428'000'123);
  CHECK(e->attempt == 2);
  const auto gap = parsed(R"({"sub":"s1","type":"stream.gap","from_seq":3,"to_seq":8})");
  REQUIRE(gap);
  CHECK(gap->seq == 8);
  for (const char* text : {"{}", "[]", "3", R"({"type":5})", R"({"type":"job.queued"})",
                           R"({"type":"job.queued","seq":-1})"}) {
    INFO(text);
    CHECK_FALSE(parsed(text));
  }
}

TEST_CASE("times are read in the one form that the API writes") {
  CHECK(time_of("1970-01-01T00:00:00.000Z") == 0);
  CHECK(time_of("2024-02-29T23:59:59.999Z") == 1'709'251'199'999);
  for (const char* text :
       {"", "2024-02-30T00:00:00.000Z", "2024-01-01T24:00:00.000Z", "2024-01-01 00:00:00.000Z",
        "2024-01-01T00:00:00Z", "2024-01-01T00:00:00.-00Z"}) {
    INFO(text);
    CHECK_FALSE(time_of(text));
  }
}

TEST_CASE("durations and tables are short and straight") {
  const std::vector<std::pair<std::int64_t, std::string>> table = {
      {-5, "0 ms"},         {999, "999 ms"},         {2650, "2.6 s"},
      {65'000, "1 m 05 s"}, {7'380'000, "2 h 03 m"}, {273'600'000, "3 d 04 h"}};
  for (const auto& [ms, text] : table) CHECK(duration_text(ms) == text);
  CHECK(table_text({{"ID", "STATE"}, {"a", "running"}, {"äöü", ""}}) ==
        "ID   STATE\na    running\näöü\n");
  CHECK(cut_to("äöüß", 4) == "äöüß");
  CHECK(cut_to("äöüßx", 4) == "ä...");
  CHECK(cut_to("abc", 2) == "ab");
}

}  // namespace
}  // namespace chimera::cli
