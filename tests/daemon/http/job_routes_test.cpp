#include "desk.hpp"

namespace chimera::http {
namespace {

constexpr const char* a_job = R"({"pipeline":"technical-report","inputs":{"path":"data"}})";

TEST_CASE("a job is submitted: 202, its place, and where it is") {
  desk d;
  d.service.queued.waiting_max = 10;
  const response answer = d.post("/v1/jobs", a_job);
  REQUIRE(outcome_of(answer) == "202");
  const nlohmann::json job = body_of(answer);
  CHECK(header_of(answer, "location") == "/v1/jobs/" + job["id"].get<std::string>());
  CHECK(job["state"] == "queued");
  CHECK(job["queue"]["position"] == 1);
  CHECK(job["inputs"]["path"] == "data");
  CHECK(header_of(answer, "etag").starts_with("W/\""));
  CHECK(header_of(answer, "ratelimit") == "\"queue\";r=10");
  CHECK(d.service.last_submit.tenant == "local");
}

TEST_CASE("the same idempotency key gives the same job, with other content a refusal") {
  desk d;
  const response first = d.post("/v1/jobs", a_job, {{"idempotency-key", "\"k1\""}});
  const response again =
      d.post("/v1/jobs", R"({ "inputs": {"path":"data"}, "pipeline":"technical-report" })",
             {{"idempotency-key", "k1"}});
  CHECK(outcome_of(again) == "202");
  CHECK(header_of(first, "idempotency-replayed").empty());
  CHECK(header_of(again, "idempotency-replayed") == "true");
  CHECK(body_of(again)["id"] == body_of(first)["id"]);
  CHECK(outcome_of(d.post("/v1/jobs", R"({"pipeline":"x"})", {{"idempotency-key", "k1"}})) ==
        "422 idempotency.mismatch");
  CHECK(outcome_of(d.post("/v1/jobs", a_job, {{"idempotency-key", "\"\""}})) ==
        "400 idempotency.key");
}

TEST_CASE("Prefer: wait answers 200 if the job ends in time, else 202") {
  desk d;
  const response late = d.post("/v1/jobs", a_job, {{"prefer", "wait=5"}});
  CHECK(outcome_of(late) == "202");
  CHECK(header_of(late, "preference-applied") == "wait=5");
  d.service.ends_at_once = true;
  const response done = d.post("/v1/jobs", a_job, {{"prefer", "respond-async, wait=9999"}});
  CHECK(outcome_of(done) == "200");
  CHECK(header_of(done, "preference-applied") == "wait=60");
  CHECK(body_of(done)["state"] == "completed");
}

TEST_CASE("a body that is wrong is told where and how") {
  desk d;
  CHECK(outcome_of(d.post("/v1/jobs", "{")) == "400 request.malformed");
  CHECK(outcome_of(d.post("/v1/jobs", a_job, {{"content-type", "text/csv"}})) ==
        "415 request.media-type");
  const response answer =
      d.post("/v1/jobs", R"({"pipline":"x","inputs":{"path":7},"on_conflict":"rejct"})");
  REQUIRE(outcome_of(answer) == "422 request.invalid");
  std::map<std::string, std::string> found;
  for (const auto& error : body_of(answer)["errors"]) found[error["pointer"]] = error["detail"];
  CHECK(found["#/pipeline"] == "is missing");
  CHECK(found["#/inputs/path"] == "must be text, is number");
  CHECK(found["#/pipline"] == "unknown member; did you mean 'pipeline'?");
  CHECK(found["#/on_conflict"] == "unknown value 'rejct'; did you mean 'reject'?");
}

TEST_CASE("what the service refuses has its status and its way out") {
  struct row {
    const char* code;
    const char* outcome;
    const char* retry_after;
  };
  const auto each = GENERATE(
      row{"queue.full", "429 queue.full", "2"}, row{"draining", "503 draining", "5"},
      row{"job.conflict", "409 job.conflict", ""},
      row{"dataset.unknown", "404 dataset.unknown", ""}, row{"store.full", "503 store.full", "5"});
  desk d;
  d.service.queued.waiting = d.service.queued.waiting_max = 4;
  d.service.fails = proto::fail(each.code, "no").error();
  const response answer = d.post("/v1/jobs", a_job);
  CHECK(outcome_of(answer) == each.outcome);
  CHECK(header_of(answer, "retry-after") == each.retry_after);
  if (answer.status == 429) CHECK(body_of(answer)["position"] == 5);
}

TEST_CASE("a problem with a field of the request points at it") {
  desk d;
  proto::problem p = proto::fail("request.pipeline", "unknown pipeline", "no such").error();
  p.field = "/pipeline";
  p.allowed = "a, b";
  d.service.fails = p;
  const auto errors = body_of(d.post("/v1/jobs", a_job))["errors"];
  REQUIRE(errors.size() == 1);
  CHECK(errors[0]["pointer"] == "#/pipeline");
  CHECK(errors[0]["allowed"] == nlohmann::json{"a", "b"});
}

TEST_CASE("a list goes on by its cursor and refuses other cursors") {
  desk d;
  for (int i = 0; i < 5; ++i) d.post("/v1/jobs", a_job);
  const nlohmann::json first = body_of(d.get("/v1/jobs?limit=2"));
  REQUIRE(first["data"].size() == 2);
  const nlohmann::json rest =
      body_of(d.get("/v1/jobs?limit=4&cursor=" + first["next_cursor"].get<std::string>()));
  CHECK(rest["data"].size() == 3);
  CHECK(rest["next_cursor"].is_null());
  CHECK(outcome_of(d.get("/v1/jobs?cursor=abc")) == "400 request.cursor");
}

TEST_CASE("filters of the list reach the store; wrong ones are 400") {
  desk d;
  d.get("/v1/jobs?state=queued,running&pipeline=p&label=a=b&created_after=2023-11-14T22:13:20Z");
  const store::job_filter& f = d.service.last_filter;
  CHECK(f.states == std::vector{proto::job_state::queued, proto::job_state::running});
  CHECK(f.pipeline == "p");
  CHECK(f.label == "a=b");
  CHECK(f.created_after_ms == 1'700'000'000'000);
  const auto bad = GENERATE("state=nope", "limit=0", "limit=x", "created_after=now", "pipelin=x");
  const response answer = d.get("/v1/jobs?" + std::string(bad));
  CHECK(outcome_of(answer) == "400 request.query");
  CHECK(body_of(answer)["errors"][0]["pointer"].get<std::string>().starts_with("?"));
}

TEST_CASE("a job that the caller knows is 304") {
  desk d;
  d.service.add("job_a", proto::job_state::running);
  const std::string tag = header_of(d.get("/v1/jobs/job_a"), "etag");
  CHECK(outcome_of(d.get("/v1/jobs/job_a", {{"if-none-match", tag}})) == "304");
  d.service.logs["job_a"].append(proto::event_type::token_delta, "s", "x");
  CHECK(outcome_of(d.get("/v1/jobs/job_a", {{"if-none-match", tag}})) == "304");
  d.service.jobs_by_id["job_a"].job.state = proto::job_state::completed;
  CHECK(outcome_of(d.get("/v1/jobs/job_a", {{"if-none-match", tag}})) == "200");
  CHECK(outcome_of(d.get("/v1/jobs/job_b")) == "404 job.unknown");
}

TEST_CASE("cancel: 202 on the way, 200 when it was over") {
  desk d;
  d.service.add("job_a", proto::job_state::running);
  d.service.add("job_b", proto::job_state::completed);
  CHECK(outcome_of(d.post("/v1/jobs/job_a/cancel", R"({"reason":"enough"})")) == "202");
  CHECK(d.service.last_reason == "enough");
  CHECK(outcome_of(d.post("/v1/jobs/job_b/cancel", "")) == "200");
  CHECK(outcome_of(d.post("/v1/jobs/job_b/cancel", R"({"why":"x"})")) == "422 request.invalid");
}

TEST_CASE("retry and delete want a job that has ended") {
  desk d;
  d.service.add("job_a", proto::job_state::running);
  d.service.add("job_b", proto::job_state::failed);
  CHECK(outcome_of(d.post("/v1/jobs/job_a/retry", "")) == "409 job.not-terminal");
  CHECK(outcome_of(d.post("/v1/jobs/job_b/retry", R"({"from_step":"analyse"})")) == "202");
  CHECK(d.service.last_retry_step == "analyse");
  CHECK(outcome_of(d.send("DELETE", "/v1/jobs/job_a")) == "409 job.active");
  CHECK(outcome_of(d.send("DELETE", "/v1/jobs/job_b")) == "204");
}

TEST_CASE("names of steps contain slashes") {
  desk d;
  d.service.add("job_a", proto::job_state::running);
  jobs::step_view step;
  step.name = "analyse/sweep-gemma";
  step.state = "completed";
  step.record = R"({"calls":[{"prompt":"P"}]})";
  d.service.steps_of["job_a"] = {step};
  const nlohmann::json list = body_of(d.get("/v1/jobs/job_a/steps"));
  CHECK(list["data"][0]["name"] == "analyse/sweep-gemma");
  CHECK_FALSE(list["data"][0].contains("record"));
  const nlohmann::json one = body_of(d.get("/v1/jobs/job_a/steps/analyse/sweep-gemma"));
  CHECK(one["record"]["calls"][0]["prompt"] == "P");
  CHECK(outcome_of(d.get("/v1/jobs/job_a/steps/other")) == "404 step.unknown");
}

TEST_CASE("a dry run answers with the plan") {
  desk d;
  const nlohmann::json plan = body_of(d.post("/v1/jobs:validate", a_job));
  CHECK(plan["valid"] == true);
  CHECK(plan["steps"][0]["prompt_tokens_estimated"] == 120);
}

}  // namespace
}  // namespace chimera::http
