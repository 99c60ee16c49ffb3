// The protocol of a WebSocket as dialogues, without a socket.
#include "daemon/http/stream_session.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace chimera::http {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

proto::job a_job() {
  proto::job job;
  job.id = "job_a";
  job.epoch = "E1";
  job.state = proto::job_state::running;
  job.last_seq = 7;
  return job;
}

jobs::log_entry entry(std::uint64_t seq) {
  proto::event e;
  e.seq = e.first_seq = seq;
  auto text = std::make_shared<const std::string>("{\"seq\":" + std::to_string(seq) + "}");
  return {e, std::move(text)};
}

std::string whole(const stream_session::frame& f) {
  return f.tail ? f.head + f.tail->substr(1) : f.head;
}

TEST_CASE("commands become actions with what they say") {
  stream_session s({});
  const auto action = s.take(R"({"id":1,"method":"subscribe","params":{"job":"job_a","after":4,
    "epoch":"E1","channels":["tokens"],"steps":["analyse"],"coalesce_ms":7}})",
                             0s);
  const auto& command = std::get<subscribe_command>(action);
  CHECK(command.id == "1");
  CHECK(command.job == "job_a");
  CHECK(command.wish.resumes);
  CHECK(command.wish.from.seq == 4);
  CHECK(command.coalesce == 7ms);
  CHECK(command.wish.filter.channels == std::vector{proto::channel::tokens});
  const auto cancel =
      s.take(R"({"id":"c","method":"cancel","params":{"job":"job_a","reason":"r"}})", 0s);
  CHECK(std::get<cancel_command>(cancel).id == "\"c\"");
  CHECK(std::get<cancel_command>(cancel).reason == "r");
  const auto submit =
      s.take(R"({"id":2,"method":"submit","params":{"idempotency_key":"k","pipeline":"p"}})", 0s);
  CHECK(std::get<submit_command>(submit).idempotency_key == "k");
  CHECK(std::get<submit_command>(submit).body == json{{"pipeline", "p"}});
  CHECK(std::get<say>(s.take(R"({"id":3,"method":"ping"})", 0s)).text == R"({"id":3,"result":{}})");
}

TEST_CASE("what is wrong with a command is said with its id and place") {
  struct row {
    const char* said;
    const char* pointer;
  };
  const auto each = GENERATE(
      row{R"({"id":1,"method":"subscrib"})", "#/method"}, row{R"({"id":1})", "#/method"},
      row{R"({"id":1,"method":"subscribe"})", "#/params/job"},
      row{R"({"id":1,"method":"subscribe","params":[]})", "#/params"},
      row{R"({"id":1,"method":"subscribe","params":{"job":"j","chanels":[]}})", "#/params/chanels"},
      row{R"({"id":1,"method":"subscribe","params":{"job":"j","channels":["x"]}})",
          "#/params/channels"},
      row{R"({"id":1,"method":"subscribe","params":{"job":"j","after":-1}})", "#/params/after"},
      row{R"({"id":1,"method":"subscribe","params":{"job":"j","coalesce_ms":1001}})",
          "#/params/coalesce_ms"},
      row{R"({"id":1,"method":"submit","params":{"pipeline":"p"}})", "#/params/idempotency_key"},
      row{R"({"id":1,"method":"ping","more":1})", "#/more"});
  stream_session s({});
  const json answer = json::parse(std::get<say>(s.take(each.said, 0s)).text);
  CHECK(answer["id"] == 1);
  CHECK(answer["error"]["status"] == 422);
  const json& errors = answer["error"]["errors"];
  const bool found = std::any_of(errors.begin(), errors.end(),
                                 [&](const json& e) { return e["pointer"] == each.pointer; });
  CHECK(found);
}

TEST_CASE("what is no command at all ends the connection") {
  stream_limits limits;
  limits.command_bytes = 100;
  stream_session s(limits);
  const auto code = [&](const std::string& text) {
    return std::get<hang_up>(s.take(text, 0s)).code;
  };
  CHECK(code("hello") == close_code::bad_frame);
  CHECK(code("[1]") == close_code::bad_frame);
  CHECK(code(R"({"id":{},"method":"ping"})") == close_code::bad_frame);
  CHECK(code(std::string(101, ' ')) == close_code::too_big);
}

TEST_CASE("too many commands end the connection, time forgives") {
  stream_limits limits;
  limits.commands_burst = 2;
  limits.commands_per_second = 1;
  stream_session s(limits);
  const auto limited = [&](std::chrono::nanoseconds now) {
    return std::holds_alternative<hang_up>(s.take(R"({"method":"ping"})", now));
  };
  CHECK_FALSE(limited(0s));
  CHECK_FALSE(limited(0s));
  CHECK(limited(0s));
  CHECK_FALSE(limited(1s));
}

TEST_CASE("a subscription says where it stands; another history begins again") {
  stream_session s({});
  event_wish wish;
  wish.from = {"E1", 4};
  wish.resumes = true;
  const auto first = s.subscribe("1", wish, a_job(), 0s);
  CHECK(json::parse(first.reply) ==
        json::parse(R"({"id":1,"result":{"sub":"s1","job":"job_a","recovered":true,"epoch":"E1",
                        "earliest_seq":1,"latest_seq":7,"state":"running"}})"));
  CHECK(wish.from.seq == 4);
  wish.from = {"E0", 4};
  const auto second = s.subscribe("2", wish, a_job(), 0s);
  CHECK(second.sub == "s2");
  CHECK_FALSE(second.recovered);
  CHECK(wish.from.seq == 0);
}

TEST_CASE("subscriptions have a bound, and room again after one is gone") {
  stream_limits limits;
  limits.subscriptions = 1;
  stream_session s(limits);
  event_wish wish;
  const auto made = s.subscribe("1", wish, a_job(), 0s);
  constexpr const char* again = R"({"id":2,"method":"subscribe","params":{"job":"job_a"}})";
  const json refused_text = json::parse(std::get<say>(s.take(again, 0s)).text);
  CHECK(refused_text["error"]["code"] == "stream.subscriptions");
  CHECK(s.forget(made.sub));
  CHECK_FALSE(s.forget(made.sub));
  CHECK(std::holds_alternative<subscribe_command>(s.take(again, 0s)));
}

TEST_CASE("events carry their subscription first; gaps and the end stand in their place") {
  stream_session s({});
  event_wish wish;
  const auto made = s.subscribe("1", wish, a_job(), 0s);
  jobs::reading read;
  read.entries = {entry(1), entry(6)};
  read.gaps = {{2, 5}};
  read.reached = 7;
  read.ended = true;
  std::vector<std::string> said;
  for (const auto& frame : s.frames(made.sub, read, 0s)) said.push_back(whole(frame));
  CHECK(said == std::vector<std::string>{
                    R"({"sub":"s1","seq":1})",
                    R"({"sub":"s1","type":"stream.gap","from_seq":2,"to_seq":5})",
                    R"({"sub":"s1","seq":6})", R"({"sub":"s1","type":"stream.end","seq":7})"});
}

TEST_CASE("a bookmark comes when the place moved unseen for a while") {
  stream_session s({});
  event_wish wish;
  const auto made = s.subscribe("1", wish, a_job(), 0s);
  CHECK_FALSE(s.bookmark(made.sub, 0, 60s));
  CHECK_FALSE(s.bookmark(made.sub, 9, 9s));
  CHECK(s.bookmark(made.sub, 9, 10s) == R"({"sub":"s1","type":"stream.bookmark","seq":9})");
  CHECK_FALSE(s.bookmark(made.sub, 9, 60s));
}

}  // namespace
}  // namespace chimera::http
