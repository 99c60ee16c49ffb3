// Whole conversations: a socket that plays a script against the application.
#include <algorithm>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include "daemon/loop/asio.hpp"
#include "desk.hpp"

namespace chimera::http {
namespace {

using nlohmann::json;
using proto::event_type;

// Says the next line of its script whenever the other side waits; closes after the last.
class scripted_socket final : public websocket {
 public:
  using line = std::function<std::string()>;
  std::deque<line> script;
  std::vector<json> heard;
  std::size_t sends_max = 10'000;
  std::optional<std::uint16_t> code;

  task<bool> send(std::string_view head, shared_text tail) override {
    if (closed()) co_return false;
    heard.push_back(json::parse(std::string(head) + (tail ? *tail : "")));
    co_return heard.size() < sends_max;
  }
  std::vector<std::string> received() override { return std::exchange(inbox_, {}); }
  task<> wait() override {
    if (!woken_) {
      if (script.empty()) {
        gone_ = true;
      } else {
        std::string said = script.front()();
        script.pop_front();
        if (!said.empty()) inbox_.push_back(std::move(said));
      }
    }
    woken_ = false;
    co_await boost::asio::post(co_await boost::asio::this_coro::executor, loop::as_result);
  }
  void wake() override { woken_ = true; }
  bool closed() const override { return gone_ || code.has_value(); }
  void close(std::uint16_t with, std::string) override { code = with; }

  void says(std::string text) {
    script.emplace_back([text] { return text; });
  }
  void then(std::function<void()> what) {
    script.emplace_back([what] {
      what();
      return std::string();
    });
  }

 private:
  std::vector<std::string> inbox_;
  bool woken_ = false;
  bool gone_ = false;
};

struct talking : desk {
  scripted_socket socket;
  std::string subprotocol;

  talking() { given.settings.bookmark = std::chrono::hours(1); }

  void converse_at(std::string target, header_list headers = {}) {
    headers.emplace_back("sec-websocket-protocol", "chimera.v1.json");
    auto answer = run(loop, open().accept(make("GET", std::move(target), std::move(headers))));
    REQUIRE(std::holds_alternative<upgrade>(answer));
    subprotocol = std::get<upgrade>(answer).subprotocol;
    run(loop, std::get<upgrade>(answer).converse(socket));
  }
  response refusal_at(std::string target, header_list headers = {}) {
    auto answer = run(loop, open().accept(make("GET", std::move(target), std::move(headers))));
    REQUIRE(std::holds_alternative<response>(answer));
    return std::get<response>(std::move(answer));
  }
  std::vector<int> numbers_of(const std::string& sub) const {
    std::vector<int> all;
    for (const json& message : socket.heard)
      if (message.value("sub", "") == sub && message.contains("epoch"))
        all.push_back(message["seq"].get<int>());
    return all;
  }
};

TEST_CASE_METHOD(talking, "two jobs on one connection, each without gap or duplicate") {
  for (const char* id : {"job_a", "job_b"}) {
    service.add(id, proto::job_state::running);
    service.logs[id].append(event_type::job_queued);
    service.logs[id].append(event_type::job_started);
  }
  socket.says(R"({"id":1,"method":"subscribe","params":{"job":"job_a","after":1}})");
  socket.says(R"({"id":2,"method":"subscribe","params":{"job":"job_b"}})");
  socket.then([this] { service.logs["job_a"].append(event_type::token_delta, "s", "x"); });
  socket.then([this] { service.logs["job_b"].append(event_type::job_completed); });
  socket.then([this] { service.logs["job_b"].end(); });
  converse_at("/v1/stream");
  CHECK(subprotocol == "chimera.v1.json");
  CHECK(numbers_of("s1") == std::vector{2, 3});
  CHECK(numbers_of("s2") == std::vector{1, 2, 3});
  CHECK(socket.heard.back() == json::parse(R"({"sub":"s2","type":"stream.end","seq":3})"));
  CHECK_FALSE(socket.code);
}

TEST_CASE_METHOD(talking, "the stream of one job begins at once and ends with it") {
  service.add("job_a", proto::job_state::running);
  service.logs["job_a"].append(event_type::job_queued);
  socket.then([this] {
    service.logs["job_a"].append(event_type::job_completed);
    service.logs["job_a"].end();
  });
  converse_at("/v1/jobs/job_a/stream?channels=lifecycle");
  CHECK(socket.heard.front()["result"]["latest_seq"] == 1);
  CHECK(numbers_of("s1") == std::vector{1, 2});
  CHECK(socket.code == 1000);
}

TEST_CASE_METHOD(talking, "a job is submitted and cancelled over the connection") {
  socket.says(R"({"id":1,"method":"submit","params":{"idempotency_key":"k","pipeline":"p"}})");
  socket.says(R"({"id":2,"method":"submit","params":{"idempotency_key":"k","pipeline":"p"}})");
  socket.says(R"({"id":3,"method":"submit","params":{"idempotency_key":"l","pipeline":7}})");
  socket.says(R"({"id":4,"method":"cancel","params":{"job":"job_00000000000000000000000000"}})");
  socket.says(R"({"id":5,"method":"cancel","params":{"job":"job_x"}})");
  socket.says(R"({"id":6,"method":"unsubscribe","params":{"sub":"s9"}})");
  converse_at("/v1/stream");
  REQUIRE(socket.heard.size() == 6);
  CHECK(socket.heard[0]["result"]["replayed"] == false);
  CHECK(socket.heard[1]["result"]["replayed"] == true);
  CHECK(socket.heard[2]["error"]["errors"][0]["pointer"] == "#/params/pipeline");
  CHECK(socket.heard[3]["result"]["state"] == "canceling");
  CHECK(socket.heard[4]["error"]["code"] == "job.unknown");
  CHECK(socket.heard[5]["error"]["errors"][0]["pointer"] == "#/params/sub");
}

TEST_CASE_METHOD(talking, "an unsubscribed job is silent") {
  service.add("job_a", proto::job_state::running);
  socket.says(R"({"id":1,"method":"subscribe","params":{"job":"job_a"}})");
  socket.says(R"({"id":2,"method":"unsubscribe","params":{"sub":"s1"}})");
  socket.then([this] { service.logs["job_a"].append(event_type::job_started); });
  converse_at("/v1/stream");
  CHECK(numbers_of("s1").empty());
}

TEST_CASE_METHOD(talking, "a peer that is gone or talks nonsense ends the conversation") {
  service.add("job_a", proto::job_state::running);
  for (int i = 0; i < 10; ++i) service.logs["job_a"].append(event_type::job_progress);
  SECTION("nothing more is sent to a closed socket") {
    socket.sends_max = 3;
    converse_at("/v1/jobs/job_a/stream");
    CHECK(socket.heard.size() == 3);
  }
  SECTION("nonsense") {
    socket.says("nonsense");
    converse_at("/v1/stream");
    CHECK(socket.code == 4400);
  }
}

TEST_CASE_METHOD(talking,
                 "a conversation ends when its token is taken away, and keeps to its scopes") {
  const std::string words = " 0123456789abcdef0\n";
  const auto rules = [&](const std::string& line) {
    door_rules fresh;
    fresh.tokens = token_table::parse(line, "tokens").value();
    change_rules(*inside, std::move(fresh));
  };
  open_inside();
  rules("r read,submit" + words);
  service.add("job_a", proto::job_state::running);
  socket.says(R"({"id":1,"method":"submit","params":{"idempotency_key":"k","pipeline":"p"}})");
  socket.then([&] { rules("r read" + words); });
  socket.says(R"({"id":2,"method":"submit","params":{"idempotency_key":"k","pipeline":"p"}})");
  SECTION("gone") {
    socket.then([&] { rules("r read another-0123456789abcdef\n"); });
    socket.says(R"({"id":3,"method":"subscribe","params":{"job":"job_a"}})");
    converse_at("/v1/stream", {{"authorization", "Bearer 0123456789abcdef0"}});
    CHECK(socket.code == 4401);
    CHECK(socket.heard.size() == 2);
  }
  SECTION("another place in the file") {
    socket.then([&] { rules("x read another-0123456789abcdef\nr read" + words); });
    socket.says(R"({"id":3,"method":"subscribe","params":{"job":"job_a"}})");
    converse_at("/v1/stream", {{"authorization", "Bearer 0123456789abcdef0"}});
    CHECK_FALSE(socket.code);
    CHECK(socket.heard.size() == 3);
  }
  CHECK(socket.heard[0].contains("result"));
  CHECK(socket.heard[1]["error"]["code"] == "auth.scope");
}

TEST_CASE_METHOD(talking, "tokens soon after a message wait; what is no token takes them along") {
  service.add("job_a", proto::job_state::running);
  fake_log& log = service.logs["job_a"];
  log.tells_tokens = true;
  log.append(event_type::job_queued);
  const auto token = [&log] { log.append(event_type::token_delta, "s", "x"); };
  const auto later = [this](int ms) { time.time += std::chrono::milliseconds(ms); };
  std::vector<std::size_t> heard;
  const auto count = [&] { heard.push_back(numbers_of("s1").size()); };
  socket.says(
      R"({"id":1,"method":"subscribe","params":{"job":"job_a","after":0,"coalesce_ms":20}})");
  socket.then([&] { token(), later(19); });  // 19 ms after the first message: waits
  socket.then([&] { count(), token(); });    // waits too
  socket.then([&] { count(), later(1), socket.wake(); });
  socket.then([&] { count(), later(20), token(); });  // the window has passed: goes at once
  socket.then([&] { count(), token(); });             // waits
  socket.then([&] { count(), log.append(event_type::artifact_created, "s"); });
  socket.then(count);
  converse_at("/v1/stream");
  CHECK(heard == std::vector<std::size_t>{1, 1, 3, 4, 4, 6});
}

TEST_CASE_METHOD(talking, "filtered events move the bookmark") {
  service.add("job_a", proto::job_state::running);
  socket.says(R"({"id":1,"method":"subscribe","params":{"job":"job_a","channels":["claims"]}})");
  socket.then([this] {
    time.time += std::chrono::hours(2);
    service.logs["job_a"].append(event_type::token_delta, "s", "x");
  });
  socket.then([] {});
  converse_at("/v1/stream");
  CHECK(socket.heard.back() == json::parse(R"({"sub":"s1","type":"stream.bookmark","seq":1})"));
}

TEST_CASE_METHOD(talking, "a refused handshake is an answer, for a page a close code") {
  CHECK(outcome_of(refusal_at("/v1/jobs/job_x/stream")) == "404 job.unknown");
  service.add("job_a", proto::job_state::running);
  CHECK(outcome_of(refusal_at("/v1/jobs/job_a/stream?epoch=E0")) == "410 events.gone");
  CHECK(outcome_of(refusal_at("/v1/queue")) == "400 request.header");
  CHECK(outcome_of(refusal_at("/v1/stream", {{"origin", "https://evil.example"}})) ==
        "403 access.origin");
  CHECK(outcome_of(get("/v1/stream")) == "426 route.upgrade");
  converse_at("/v1/jobs/job_x/stream", {{"origin", "http://localhost:7717"}});
  CHECK(socket.code == 4404);
}

TEST_CASE_METHOD(talking, "open conversations are counted") {
  converse_at("/v1/stream");
  CHECK(get("/metrics").body.find("chimera_stream_connections{transport=\"websocket\"} 0\n") !=
        std::string::npos);
}

}  // namespace
}  // namespace chimera::http
