#include "desk.hpp"

namespace chimera::http {
namespace {

using proto::event_type;

const header_list wants_sse = {{"accept", "text/event-stream"}};
const header_list wants_ndjson = {{"accept", "application/x-ndjson"}};

// A job with five events: queued, started, two tokens of a step, completed.
struct told : desk {
  fake_log& log = service.logs["job_a"];
  told() {
    service.add("job_a", proto::job_state::running);
    log.append(event_type::job_queued);
    log.append(event_type::job_started);
    log.append(event_type::token_delta, "analyse/x", "12.4");
    log.append(event_type::token_delta, "analyse/x", " ms");
    log.append(event_type::job_progress);
  }
  void finish() {
    service.jobs_by_id["job_a"].job.state = proto::job_state::completed;
    log.append(event_type::job_completed);
    log.end();
  }
};

std::vector<int> numbers_of(const nlohmann::json& page) {
  std::vector<int> all;
  for (const auto& event : page["data"]) all.push_back(event["seq"].get<int>());
  return all;
}

TEST_CASE_METHOD(told, "events come in pages that follow each other without a gap") {
  const nlohmann::json first = body_of(get("/v1/jobs/job_a/events?limit=2"));
  CHECK(numbers_of(first) == std::vector{1, 2});
  CHECK(first["epoch"] == "E1");
  CHECK(first["latest_seq"] == 5);
  CHECK(first["next_cursor"] == "E1:2");
  const nlohmann::json next = body_of(get("/v1/jobs/job_a/events?after=E1:2"));
  CHECK(numbers_of(next) == std::vector{3, 4, 5});
  CHECK(next["next_cursor"].is_null());
}

TEST_CASE_METHOD(told, "a page may be of some types, steps or channels") {
  const auto page = [&](const std::string& query) {
    return numbers_of(body_of(get("/v1/jobs/job_a/events?" + query)));
  };
  CHECK(page("types=token.delta") == std::vector{3, 4});
  CHECK(page("steps=analyse") == std::vector{3, 4});
  CHECK(page("channels=lifecycle&after=1") == std::vector{2, 5});
  CHECK(outcome_of(get("/v1/jobs/job_a/events?channels=smells")) == "400 request.query");
}

TEST_CASE_METHOD(told, "a cursor of another history is gone, and says what there is") {
  for (const header_list& how : {header_list{}, wants_sse, wants_ndjson}) {
    const response answer = get("/v1/jobs/job_a/events?after=E0:3", how);
    REQUIRE(outcome_of(answer) == "410 events.gone");
    const nlohmann::json problem = body_of(answer);
    CHECK(problem["epoch"] == "E1");
    CHECK(problem["earliest_seq"] == 1);
    CHECK(problem["latest_seq"] == 5);
  }
  service.fails = proto::fail("job.removed", "the job was pruned").error();
  CHECK(outcome_of(get("/v1/jobs/job_a/events", wants_sse)) == "410 job.removed");
}

TEST_CASE_METHOD(told, "SSE: what was, what comes, and the end") {
  kept_body out;
  out.after_chunk = [this](std::size_t chunk) {
    if (chunk == 2) finish();
  };
  const std::string text = stream("/v1/jobs/job_a/events", wants_sse, out);
  CHECK(text.starts_with("retry: 1000\n\nid: E1:1\ndata: {"));
  CHECK(text.find("id: E1:6\n") != std::string::npos);
  CHECK(text.ends_with("event: stream.end\ndata: {\"type\":\"stream.end\",\"seq\":6}\n\n"));
}

TEST_CASE_METHOD(told, "SSE goes on after the last id, and is told when there is nothing more") {
  finish();
  kept_body out;
  header_list resume = wants_sse;
  resume.emplace_back("last-event-id", "E1:4");
  const std::string text = stream("/v1/jobs/job_a/events?after=1", resume, out);
  CHECK(text.find("id: E1:4") == std::string::npos);
  CHECK(text.find("id: E1:5") != std::string::npos);
  resume.back().second = "E1:6";
  CHECK(outcome_of(get("/v1/jobs/job_a/events", resume)) == "204");
  resume.back().second = "";
  kept_body whole;
  CHECK(stream("/v1/jobs/job_a/events", resume, whole).find("id: E1:1\n") != std::string::npos);
  resume.back().second = "nonsense";
  CHECK(outcome_of(get("/v1/jobs/job_a/events", resume)) == "400 request.header");
}

TEST_CASE_METHOD(told, "a silent stream has a heartbeat, and ends when the peer goes") {
  given.settings.heartbeat = std::chrono::milliseconds(1);
  kept_body out;
  out.chunks_max = 4;
  CHECK(stream("/v1/jobs/job_a/events", wants_sse, out).ends_with(": hb\n\n: hb\n\n"));
  kept_body lines;
  lines.chunks_max = 3;
  CHECK(stream("/v1/jobs/job_a/events?follow=true", wants_ndjson, lines).ends_with("}\n\n\n"));
}

TEST_CASE_METHOD(told, "NDJSON ends with what there is, or follows to the end") {
  kept_body now;
  const std::string text = stream("/v1/jobs/job_a/events", wants_ndjson, now);
  CHECK(std::count(text.begin(), text.end(), '\n') == 5);
  finish();
  kept_body all;
  CHECK(stream("/v1/jobs/job_a/events?follow=true", wants_ndjson, all)
            .ends_with("{\"type\":\"stream.end\",\"seq\":6}\n"));
}

TEST_CASE_METHOD(told, "a gap stands where it is") {
  log.gaps = {{2, 3}};
  kept_body out;
  const std::string text = stream("/v1/jobs/job_a/events?after=3", wants_ndjson, out);
  CHECK(text.starts_with("{\"type\":\"stream.gap\",\"from_seq\":2,\"to_seq\":3}\n"));
}

}  // namespace
}  // namespace chimera::http
