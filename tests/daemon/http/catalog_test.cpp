// Catalog, admin, the table of routes and the documents that describe it.
#include <set>

#include "daemon/http/embedded.hpp"
#include "desk.hpp"

namespace chimera::http {
namespace {

using nlohmann::json;

TEST_CASE("a path that is known answers other methods with what it allows") {
  desk d;
  const response answer = d.send("PUT", "/v1/jobs/job_a");
  CHECK(outcome_of(answer) == "405 route.method");
  CHECK(header_of(answer, "allow") == "DELETE, GET, HEAD, OPTIONS");
  CHECK(d.send("OPTIONS", "/v1/jobs:validate").status == 204);
  CHECK(d.send("HEAD", "/v1/queue").status == 200);
  CHECK(outcome_of(d.get("/v1/job")) == "404 route.unknown");
  CHECK(outcome_of(d.get("/v1/jobs/")) == "404 route.unknown");
  CHECK(outcome_of(d.get("/")) == "404 route.unknown");
}

TEST_CASE("a request keeps its id and its trace") {
  desk d;
  CHECK(header_of(d.get("/healthz", {{"x-request-id", "abc-1"}}), "x-request-id") == "abc-1");
  CHECK(
      header_of(d.get("/healthz", {{"x-request-id", "a b"}}), "x-request-id").starts_with("req_"));
  const header_list traced = {
      {"traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}};
  CHECK(body_of(d.get("/v1/jobs/x", traced))["trace_id"] == "4bf92f3577b34da6a3ce929d0e0e4736");
  CHECK_FALSE(body_of(d.get("/v1/jobs/x", {{"traceparent", "00-0"}})).contains("trace_id"));
}

TEST_CASE("what there is to work with") {
  desk d;
  d.service.known_personas = {{"DataCollector-9000",
                               "1",
                               "",
                               "collector",
                               "Be exact.",
                               "default",
                               {{"top_k", "40"}, {"stop", "[\"a\"]"}},
                               400,
                               ""}};
  const json persona = body_of(d.get("/v1/personas/DataCollector-9000"));
  CHECK(persona["options"] == json{{"top_k", 40}, {"stop", {"a"}}});
  CHECK(outcome_of(d.get("/v1/personas/x")) == "404 persona.unknown");
  CHECK(body_of(d.get("/v1/personas"))["data"].size() == 1);
  CHECK(body_of(d.get("/v1/pipelines"))["data"].empty());
  CHECK(body_of(d.get("/v1/backends"))["data"][0]["name"] == "narrator");
  d.service.queued.running_of = {{"t", 2}};
  CHECK(body_of(d.get("/v1/queue"))["tenants"]["t"]["running"] == 2);
  CHECK(body_of(d.get("/version"))["version"] == "0.1.0");
}

TEST_CASE("a backend shows what it showed when it was last looked at") {
  desk d;
  CHECK(body_of(d.get("/v1/backends"))["data"][0]["look"].is_null());
  jobs::backend_look look;
  look.age_seconds = 1.5;
  look.server = "ollama 0.33.0";
  look.models = {{"gemma3:latest", "", "Q4_K_M", 8192, 400, 300, true}};
  d.service.last_look = look;
  const json shown = body_of(d.get("/v1/backends"))["data"][0]["look"];
  CHECK(shown["reachable"] == true);
  CHECK(shown["problem"].is_null());
  CHECK(shown["models"][0]["gpu_bytes"] == 300);
  CHECK(shown["models"][0]["digest"].is_null());
  look.problem = proto::fail("backend.unavailable", "nobody answers", "start it").error();
  d.service.last_look = look;
  const json gone = body_of(d.get("/v1/backends"))["data"][0]["look"];
  CHECK(gone["reachable"] == false);
  CHECK(gone["problem"]["code"] == "backend.unavailable");
}

TEST_CASE("ready says why not, as 503") {
  desk d;
  CHECK(outcome_of(d.get("/readyz")) == "200");
  d.service.unready = proto::fail("draining", "the server is going down").error();
  CHECK(outcome_of(d.get("/readyz")) == "503 draining");
}

TEST_CASE("a reload that fails says what is wrong") {
  desk d;
  CHECK(outcome_of(d.post("/v1/admin/reload", "")) == "200");
  d.service.fails = proto::fail("personas.syntax", "bad file").error();
  CHECK(outcome_of(d.post("/v1/admin/reload", "")) == "422 personas.syntax");
}

TEST_CASE("metrics have help and type before their samples") {
  desk d;
  const response answer = d.get("/metrics");
  CHECK(header_of(answer, "content-type").starts_with("text/plain; version=0.0.4"));
  CHECK(answer.body.find("# TYPE chimera_jobs_total counter\n"
                         "chimera_jobs_total{outcome=\"completed\"} 3\n") != std::string::npos);
  CHECK(answer.body.find("chimera_tokens_total 1234\n") != std::string::npos);
}

TEST_CASE("every code of the table is a client's or a server's fault") {
  for (const std::string_view code : known_codes()) {
    INFO(code);
    CHECK(kind_of(code).status >= 400);
    CHECK(kind_of(std::string(code) + ".more").status == kind_of(code).status);
  }
  CHECK(kind_of("jobless").status == 500);
}

TEST_CASE("the server's own refusals are problems too") {
  desk d;
  const auto status = GENERATE(400U, 408U, 413U, 417U, 431U, 500U, 503U, 504U);
  const response answer = d.open().problem(status, "why");
  CHECK(answer.status == status);
  CHECK(outcome_of(answer).starts_with(std::to_string(status)));
}

TEST_CASE("uploads go to a file, other bodies have their bound") {
  desk d;
  d.given.settings.spool_folder = "/spool";
  const auto rule = [&](const char* target, const char* type) {
    return d.open().body_rule_for(desk::make("POST", target, {{"content-type", type}}));
  };
  CHECK(rule("/v1/datasets", "application/zip").spool_folder == "/spool");
  CHECK(rule("/v1/datasets", "application/json").spool_folder.empty());
  CHECK(rule("/v1/jobs", "application/json").bytes_max == 1U << 20U);
}

// "/v1/jobs/{id}/steps/{step...}" as OpenAPI writes it.
std::string documented(std::string_view pattern) {
  std::string path(pattern);
  const std::size_t dots = path.find("...}");
  if (dots != std::string::npos) path.erase(dots, 3);
  return path;
}

TEST_CASE("openapi.json has every route, and no other") {
  const json document = json::parse(embedded("openapi.json"));
  std::set<std::string> said;
  for (const auto& [path, item] : document["paths"].items())
    for (const auto& [method, operation] : item.items())
      if (method != "parameters")
        said.insert(method + " " + path + " " + operation["operationId"].get<std::string>());
  std::set<std::string> real;
  for (const route& r : all_routes()) {
    std::string method(r.method);
    for (char& c : method) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    real.insert(method + " " + documented(r.pattern) + " " + std::string(r.operation));
  }
  CHECK(said == real);
}

TEST_CASE("the documents are served as they are") {
  desk d;
  for (const embedded_file& file : embedded_files()) {
    const response answer = d.get("/" + std::string(file.name));
    INFO(file.name);
    CHECK(answer.status == 200);
    CHECK(answer.body == file.text);
    CHECK(json::accept(answer.body));
  }
  CHECK(outcome_of(d.get("/schemas/none.json")) == "404 route.unknown");
}

}  // namespace
}  // namespace chimera::http
