// Artifacts, reports and claims.
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "daemon/http/preferences.hpp"
#include "desk.hpp"

namespace chimera::http {
namespace {

struct made : desk {
  std::string sha = std::string(63, '0') + "a";

  void keep(const std::string& name, char last, std::string bytes, std::string type) {
    const std::string hash = std::string(63, '0') + last;
    store::store::content content;
    content.size = bytes.size();
    content.bytes = std::move(bytes);
    content.media_type = type;
    service.artifacts_of["job_a"].push_back({"job_a", "", name, hash, type, content.size});
    service.contents[hash] = std::move(content);
  }
  made() {
    service.add("job_a", proto::job_state::completed);
    keep("report.md", 'a', "0123456789", "text/markdown");
    keep("report.html", 'b', "<p>", "text/html");
    keep("claims.jsonl", 'd',
         "{\"line\":1,\"verdict\":\"verified\"}\n{\"line\":2,\"verdict\":\"contradicted\"}\n"
         "{\"line\":3,\"verdict\":\"verified\"}\n",
         "application/x-ndjson");
  }
};

TEST_CASE_METHOD(made, "an artifact never changes and says its hash") {
  const response whole = get("/v1/artifacts/" + sha);
  CHECK(whole.status == 200);
  CHECK(whole.body == "0123456789");
  CHECK(header_of(whole, "content-type") == "text/markdown; charset=utf-8");
  CHECK(header_of(whole, "etag") == "\"" + sha + "\"");
  CHECK(header_of(whole, "repr-digest") ==
        "sha-256=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAo=:");
  CHECK(header_of(whole, "cache-control").find("immutable") != std::string::npos);
  CHECK(get("/v1/artifacts/" + sha, {{"if-none-match", "\"" + sha + "\""}}).status == 304);
  CHECK(outcome_of(get("/v1/artifacts/" + std::string(64, '1'))) == "404 artifact.unknown");
  CHECK(outcome_of(get("/v1/artifacts/..")) == "404 artifact.unknown");
}

TEST_CASE_METHOD(made, "ranges of an artifact") {
  struct row {
    const char* range;
    unsigned status;
    const char* body;
    const char* content_range;
  };
  const auto each = GENERATE(
      row{"bytes=2-4", 206, "234", "bytes 2-4/10"}, row{"bytes=7-", 206, "789", "bytes 7-9/10"},
      row{"bytes=-3", 206, "789", "bytes 7-9/10"}, row{"bytes=8-99", 206, "89", "bytes 8-9/10"},
      row{"bytes=0-1,3-4", 200, "0123456789", ""}, row{"lines=1-2", 200, "0123456789", ""},
      row{"bytes=4-2", 200, "0123456789", ""}, row{"bytes=10-", 416, nullptr, "bytes */10"},
      row{"bytes=-0", 416, nullptr, "bytes */10"});
  const response answer = get("/v1/artifacts/" + sha, {{"range", each.range}});
  CHECK(answer.status == each.status);
  if (each.body != nullptr) CHECK(answer.body == each.body);
  CHECK(header_of(answer, "content-range") == each.content_range);
}

TEST_CASE_METHOD(made, "a large artifact is sent from its file") {
  store::store::content& content = service.contents[sha];
  content.bytes.clear();
  content.file = "/shelf/x";
  content.size = 1'000'000;
  const response answer = get("/v1/artifacts/" + sha, {{"range", "bytes=1000-1999"}});
  CHECK(answer.file == "/shelf/x");
  CHECK(answer.file_offset == 1000);
  CHECK(answer.file_bytes == 1000);
}

TEST_CASE_METHOD(made, "the report comes in the form that is asked for") {
  struct row {
    const char* accept;
    const char* outcome;
    const char* type;
  };
  const auto each =
      GENERATE(row{"", "200", "text/markdown; charset=utf-8"},
               row{"*/*", "200", "text/markdown; charset=utf-8"},
               row{"text/html,application/xhtml+xml,*/*;q=0.8", "200", "text/html; charset=utf-8"},
               row{"text/*;q=0.1, text/html;q=0", "200", "text/markdown; charset=utf-8"},
               row{"application/pdf", "406 report.not-acceptable", "application/problem+json"},
               row{"application/json", "404 report.none", "application/problem+json"});
  const response answer = get("/v1/jobs/job_a/report", {{"accept", each.accept}});
  CHECK(outcome_of(answer) == each.outcome);
  CHECK(header_of(answer, "content-type") == each.type);
  if (answer.status == 200)
    CHECK(header_of(answer, "content-security-policy").starts_with("default-src 'none'"));
}

TEST_CASE_METHOD(made, "a report that is not sealed yet is a conflict") {
  service.jobs_by_id["job_a"].job.state = proto::job_state::running;
  CHECK(outcome_of(get("/v1/jobs/job_a/report")) == "409 report.not-sealed");
}

TEST_CASE_METHOD(made, "claims are numbered, chosen by verdict, and come in pages") {
  const nlohmann::json good = body_of(get("/v1/jobs/job_a/claims?verdict=verified&limit=1"));
  REQUIRE(good["data"].size() == 1);
  CHECK(good["data"][0]["n"] == 1);
  const std::string cursor = good["next_cursor"];
  const nlohmann::json rest =
      body_of(get("/v1/jobs/job_a/claims?verdict=verified&cursor=" + cursor));
  REQUIRE(rest["data"].size() == 1);
  CHECK(rest["data"][0]["n"] == 3);
  CHECK(rest["next_cursor"].is_null());
  CHECK(body_of(get("/v1/jobs/job_a/claims/2"))["verdict"] == "contradicted");
  CHECK(outcome_of(get("/v1/jobs/job_a/claims/4")) == "404 claims.unknown");
  CHECK(outcome_of(get("/v1/jobs/job_a/claims?verdict=true")) == "400 request.query");
  CHECK(outcome_of(get("/v1/jobs/job_a/claims?cursor=x")) == "400 request.cursor");
}

TEST_CASE_METHOD(made, "claims of a large report are read from its file") {
  std::string folder = (std::filesystem::temp_directory_path() / "chimera-XXXXXX").string();
  REQUIRE(::mkdtemp(folder.data()) != nullptr);
  store::store::content& content = service.contents[std::string(63, '0') + "d"];
  content.file = folder + "/claims.jsonl";
  std::ofstream(content.file) << content.bytes;
  content.bytes.clear();
  const response answer = get("/v1/jobs/job_a/claims/3");
  std::filesystem::remove_all(folder);
  CHECK(body_of(answer)["line"] == 3);
}

TEST_CASE("Accept and Prefer are read as their RFCs say") {
  CHECK(accepted("text/html;q=0.5, application/json", {"text/html", "application/json"}) == 1U);
  CHECK(accepted("text/html;q=0", {"text/html"}) == std::nullopt);
  CHECK(names_type("application/json, text/event-stream;q=0.9", "text/event-stream"));
  CHECK_FALSE(names_type("*/*", "text/event-stream"));
  using std::chrono::seconds;
  CHECK(preferred_wait("handling=lenient; x, Wait=\"7\"", seconds(60)) == seconds(7));
  CHECK(preferred_wait("wait=soon", seconds(60)) == std::nullopt);
}

}  // namespace
}  // namespace chimera::http
