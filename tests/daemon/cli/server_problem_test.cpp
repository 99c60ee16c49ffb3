#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "daemon/cli/server.hpp"

namespace chimera::cli {
namespace {

http::client_response answer(unsigned status, std::string body) {
  http::client_response a;
  a.status = status;
  a.body = std::move(body);
  return a;
}

TEST_CASE("a refusal of the daemon is shown as the other commands show problems") {
  const std::vector<std::pair<http::client_response, std::string>> table = {
      {answer(422,
              R"({"title":"invalid","code":"request.invalid","detail":"see errors",)"
              R"("errors":[{"pointer":"#/pipeline","detail":"unknown","allowed":["a","b"]}]})"),
       "#/pipeline: invalid: see errors: unknown (allowed: a, b)"},
      {answer(422, R"({"title":"no backend is named 'x'","errors":)"
                   R"([{"pointer":"#/params/backend","detail":"no backend is named 'x'"}]})"),
       "#/params/backend: no backend is named 'x'"},
      {answer(422, R"({"title":"invalid","errors":[{"pointer":"#/a","detail":"one"},)"
                   R"({"pointer":"#/b","detail":"two","allowed":"x"}]})"),
       "invalid: \n  #/a: one\n  #/b: two (allowed: x)"},
      {answer(422, R"({"title":"unknown field","file":"p.yaml","line":3,"column":5})"),
       "p.yaml:3:5: unknown field"},
      {answer(502, "<html>Bad Gateway</html>"), "the server answered with status 502"},
      {answer(500, "[]"), "the server answered with status 500"},
      {answer(404, R"({"title":5})"), "the server answered with status 404"},
  };
  for (const auto& [from, text] : table) {
    INFO(from.body);
    CHECK(proto::to_text(problem_of(from)) == text);
  }
}

TEST_CASE("when to try again is part of a refusal") {
  http::client_response full = answer(429, R"({"title":"the queue is full","code":"queue.full"})");
  full.headers.emplace_back("retry-after", "2");
  CHECK(proto::to_text(problem_of(full)) == "the queue is full: try again in 2 s");
}

TEST_CASE("exit codes tell a wrong question from a daemon that cannot answer now") {
  struct row {
    const char* code;
    exit_code exits;
    bool passes;
  };
  const std::vector<row> table = {
      {"client.connect", exit_code::backend_unavailable, true},
      {"client.closed", exit_code::backend_unavailable, true},
      {"client.timeout", exit_code::backend_unavailable, true},
      {"client.bad-url", exit_code::usage, false},
      {"client.too-large", exit_code::job_failed, false},
      {"draining", exit_code::backend_unavailable, true},
      {"status.503", exit_code::backend_unavailable, true},
      {"queue.full", exit_code::backend_unavailable, false},
      {"rate.submit", exit_code::backend_unavailable, false},
      {"job.unknown", exit_code::usage, false},
      {"job.active", exit_code::job_failed, false},
      {"job.not-terminal", exit_code::job_failed, false},
      {"report.not-sealed", exit_code::job_failed, false},
      {"request.invalid", exit_code::usage, false},
      {"auth.missing", exit_code::usage, false},
      {"store.full", exit_code::job_failed, false},
      {"status.500", exit_code::job_failed, false},
  };
  for (const row& r : table) {
    INFO(r.code);
    proto::problem p;
    p.code = r.code;
    CHECK(exit_code_of(p) == r.exits);
    CHECK(may_pass(p) == r.passes);
  }
}

TEST_CASE("what goes into a path is percent-encoded") {
  CHECK(encoded("job_01-a.b~") == "job_01-a.b~");
  CHECK(encoded("a b/c?d&e=f%") == "a%20b%2Fc%3Fd%26e%3Df%25");
  CHECK(encoded("ä") == "%C3%A4");
}

}  // namespace
}  // namespace chimera::cli
