// Who may ask: Host, Origin, tokens, tickets, scopes.
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "daemon/http/opaque_text.hpp"
#include "desk.hpp"

namespace chimera::http {
namespace {

constexpr const char* reader_token = "reader-0123456789abcdef";
constexpr const char* sender_token = "sender-0123456789abcdef";
constexpr const char* chief_token = "chief-00123456789abcdef";

struct guarded : desk {
  guarded() {
    given.tokens =
        token_table::parse(std::string("# who may\nr read ") + reader_token + "\ns submit " +
                               sender_token + "  # note\nc admin " + chief_token + "\n",
                           "tokens")
            .value();
  }
  static header_list as(const std::string& token) { return {{"authorization", "Bearer " + token}}; }
};

TEST_CASE("a host name that is not ours is refused, so that no page can rebind to us") {
  struct row {
    const char* host;
    const char* outcome;
  };
  const auto each =
      GENERATE(row{"localhost", "200"}, row{"LOCALHOST:7717", "200"}, row{"127.0.0.9:1", "200"},
               row{"[::1]:7717", "200"}, row{"desk.example:80", "200"},
               row{"evil.example", "421 access.host"}, row{"127.evil.example", "421 access.host"},
               row{"localhost.evil.example", "421 access.host"});
  desk d;
  d.given.access.hosts = {"desk.example"};
  CHECK(outcome_of(d.get("/healthz", {{"host", each.host}})) == each.outcome);
}

TEST_CASE("a page of another origin is refused unless it is listed") {
  desk d;
  d.given.access.origins = {"https://friend.example"};
  CHECK(outcome_of(d.get("/v1/queue", {{"origin", "http://localhost:7717"}})) == "200");
  CHECK(outcome_of(d.get("/v1/queue", {{"origin", "null"}})) == "403 access.origin");
  CHECK(outcome_of(d.get("/v1/queue", {{"origin", "http://localhost:1"}})) == "403 access.origin");
  const response friendly = d.get("/v1/queue", {{"origin", "https://friend.example"}});
  CHECK(header_of(friendly, "access-control-allow-origin") == "https://friend.example");
  const response before = d.send("OPTIONS", "/v1/jobs", {{"origin", "https://friend.example"}});
  CHECK(before.status == 204);
  CHECK(header_of(before, "access-control-allow-methods") == "GET, HEAD, OPTIONS, POST");
}

TEST_CASE("without tokens only this machine is answered") {
  desk d;
  request far = desk::make("GET", "/v1/queue");
  far.peer = "10.0.0.5:4000";
  CHECK(outcome_of(std::get<response>(d.ask(far))) == "403 auth.peer");
  desk open;
  open.given.open = true;
  CHECK(std::get<response>(open.ask(far)).status == 200);
}

TEST_CASE_METHOD(guarded, "a token is needed, and its scopes are its reach") {
  const response none = get("/v1/queue");
  CHECK(outcome_of(none) == "401 auth.missing");
  CHECK(header_of(none, "www-authenticate") == "Bearer realm=\"chimera\"");
  const response wrong = get("/v1/queue", as("wrong-secret-0123456789"));
  CHECK(outcome_of(wrong) == "401 auth.invalid");
  CHECK(wrong.body.find("wrong-secret") == std::string::npos);
  CHECK(outcome_of(get("/healthz")) == "200");
  CHECK(outcome_of(get("/v1/queue", as(reader_token))) == "200");
  const response scope = post("/v1/jobs", "{}", as(reader_token));
  CHECK(outcome_of(scope) == "403 auth.scope");
  CHECK(body_of(scope)["detail"] == "'r' lacks scope submit");
  CHECK(outcome_of(post("/v1/admin/reload", "", as(sender_token))) == "403 auth.scope");
  CHECK(outcome_of(post("/v1/admin/reload", "", as(chief_token))) == "200");
  CHECK(outcome_of(post("/v1/jobs", R"({"pipeline":"p"})", as(sender_token))) == "202");
  CHECK(service.last_submit.tenant == "s");
}

TEST_CASE_METHOD(guarded, "who may only submit sees no prompts") {
  service.add("job_a", proto::job_state::running);
  jobs::step_view step;
  step.name = "s";
  step.record = R"({"prompt":"P"})";
  service.steps_of["job_a"] = {step};
  CHECK_FALSE(body_of(get("/v1/jobs/job_a/steps/s", as(sender_token))).contains("record"));
  CHECK(body_of(get("/v1/jobs/job_a/steps/s", as(reader_token))).contains("record"));
  CHECK(outcome_of(get("/v1/jobs/job_a/events", as(sender_token))) == "403 auth.scope");
}

TEST_CASE_METHOD(guarded, "a ticket opens one stream, once, within 30 seconds") {
  service.add("job_a", proto::job_state::running);
  const auto ticket = [this] {
    return body_of(post("/v1/tickets", "", as(reader_token)))["ticket"].get<std::string>();
  };
  const std::string first = ticket();
  CHECK(outcome_of(get("/v1/queue?ticket=" + first)) == "401 auth.missing");
  CHECK(outcome_of(get("/v1/jobs/job_a/events?ticket=" + first)) == "200");
  CHECK(outcome_of(get("/v1/jobs/job_a/events?ticket=" + first)) == "401 auth.invalid");
  const std::string late = ticket();
  time.time += std::chrono::seconds(30);
  CHECK(outcome_of(get("/v1/jobs/job_a/events?ticket=" + late)) == "401 auth.invalid");
}

TEST_CASE_METHOD(guarded, "a browser's WebSocket says its token as a subprotocol") {
  const auto status = [this](const std::string& protocols) {
    auto answer = run(
        loop, open().accept(make("GET", "/v1/stream", {{"sec-websocket-protocol", protocols}})));
    if (auto* refused_with = std::get_if<response>(&answer)) return refused_with->status;
    CHECK(std::get<upgrade>(answer).subprotocol == "chimera.v1.json");
    return 101U;
  };
  const std::string bearer = "chimera.bearer." + to_base64url(reader_token);
  CHECK(status("chimera.v1.json, " + bearer) == 101);
  CHECK(status("chimera.v1.json") == 401);
  CHECK(status("chimera.v1.json, chimera.bearer.!!") == 401);
}

TEST_CASE("a token file that is wrong names its line, never its tokens") {
  struct row {
    const char* text;
    std::uint64_t line;
  };
  const auto each =
      GENERATE(row{"", 0}, row{"# only\n", 0}, row{"a read\n", 1},
               row{"\na read short-secret\n", 2}, row{"a reed 0123456789abcdef0\n", 1},
               row{"a read 0123456789abcdef0\nb read 0123456789abcdef0\n", 2});
  const auto table = token_table::parse(each.text, "tokens");
  REQUIRE_FALSE(table);
  CHECK(table.error().code == "auth.token-file");
  CHECK(table.error().line == each.line);
  CHECK(proto::to_text(table.error()).find("0123456789") == std::string::npos);
  CHECK(proto::to_text(table.error()).find("short-secret") == std::string::npos);
}

TEST_CASE("a token file that others can read is refused with the way out") {
  std::string folder = (std::filesystem::temp_directory_path() / "chimera-XXXXXX").string();
  REQUIRE(::mkdtemp(folder.data()) != nullptr);
  const std::filesystem::path file = std::filesystem::path(folder) / "tokens";
  std::ofstream(file) << "a read,submit 0123456789abcdef0\n";
  ::chmod(file.c_str(), 0640);
  const auto open = token_table::read(file);
  ::chmod(file.c_str(), 0600);
  const auto closed = token_table::read(file);
  std::filesystem::remove_all(folder);
  REQUIRE_FALSE(open);
  CHECK(open.error().detail.starts_with("chmod 600"));
  REQUIRE(closed);
  CHECK(closed->find("0123456789abcdef0")->scopes == (scope_read | scope_submit));
  CHECK_FALSE(closed->find("0123456789abcdef1"));
}

}  // namespace
}  // namespace chimera::http
