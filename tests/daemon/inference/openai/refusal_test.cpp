#include "daemon/inference/openai/refusal.hpp"

#include <catch2/catch.hpp>

namespace chimera::inference {
namespace {

TEST_CASE("a status has its code") {
  struct row {
    unsigned status;
    std::string body;
    std::string code;
  };
  const std::string object = R"({"error":{"message":"no","type":"t","code":null}})";
  const auto r = GENERATE_REF(
      row{400, object, "backend.refused"}, row{401, object, "backend.unauthorized"},
      row{403, "", "backend.unauthorized"}, row{404, object, "backend.model"},
      row{404, R"({"detail":"Not Found"})", "backend.model"},
      row{404, "<html>", "backend.protocol"}, row{405, "", "backend.protocol"},
      row{301, "", "backend.protocol"}, row{408, object, "backend.overloaded"},
      row{413, object, "backend.context"}, row{422, object, "backend.refused"},
      row{424, R"({"error":"x","error_type":"generation"})", "backend.failed"},
      row{429, R"({"error":"Model is overloaded","error_type":"overloaded"})",
          "backend.overloaded"},
      row{429, "busy", "backend.overloaded"}, row{499, object, "backend.failed"},
      row{500, object, "backend.failed"}, row{501, object, "backend.protocol"},
      row{502, "<html>", "backend.overloaded"}, row{503, "", "backend.overloaded"},
      row{503, R"({"error":{"code":503,"message":"Loading model","type":"unavailable_error"}})",
          "backend.loading"},
      row{529, object, "backend.overloaded"},
      row{500, R"({"error":"EngineCore encountered an issue. See stack trace"})",
          "backend.crashed"});
  CAPTURE(r.status, r.body);
  CHECK(problem_of("it", "m", {r.status, r.body, {}}).code == r.code);
}

TEST_CASE("a prompt that does not fit is told by each server in its own words") {
  const std::string body = GENERATE(
      as<std::string>(),
      R"({"object":"error","message":"This model's maximum context length is 4096 tokens. However, )"
      R"(you requested 5000 tokens","type":"BadRequestError","code":400})",
      R"({"error":{"code":400,"message":"the request exceeds the available context size",)"
      R"("type":"exceed_context_size_error","n_prompt_tokens":5000,"n_ctx":4096}})",
      R"({"error":"Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: )"
      R"(5000 `inputs` tokens","error_type":"validation"})",
      R"({"object":"error","message":"The input (5000 tokens) is longer than the model's context )"
      R"(length (4096 tokens)."})");
  const unsigned status = GENERATE(400U, 422U, 200U);
  const auto got = problem_of("it", "m", {status, body, {}});
  CHECK(got.code == "backend.context");
  CHECK_THAT(to_text(got), Catch::Contains("5000") && Catch::Contains("4096"));
  CHECK_FALSE(may_be_unknown_field({400, body, {}}));
}

TEST_CASE("an error in the middle may name its own status") {
  const auto got =
      problem_of("it", "m", {200, R"({"error":{"code":503,"message":"Loading model"}})", {}});
  CHECK(got.code == "backend.loading");
}

TEST_CASE("how long to wait is told and waited") {
  const auto got = problem_of("it", "m", {429, R"({"error":"slow down"})", "17"});
  CHECK_THAT(got.detail, Catch::Contains("Retry-After 17") && Catch::Contains("slow down"));
  CHECK(got.wait_s == 17);
  const auto wait_of = [](std::string_view header) {
    return problem_of("it", "m", {503, "{}", header}).wait_s;
  };
  CHECK(wait_of("") == 0);
  CHECK(wait_of("Wed, 21 Oct 2026 07:28:00 GMT") == 0);
  CHECK(wait_of("12x") == 0);
  CHECK(wait_of("99999999999") == 0);
  CHECK(wait_of("100000") == 3600);
}

TEST_CASE("only a refusal of the request itself may be about an unknown field") {
  const std::string body = R"({"error":{"message":"Unknown field: stream_options"}})";
  CHECK(may_be_unknown_field({400, body, {}}));
  CHECK(may_be_unknown_field({422, "", {}}));
  CHECK_FALSE(may_be_unknown_field({401, body, {}}));
  CHECK_FALSE(may_be_unknown_field({500, body, {}}));
}

}  // namespace
}  // namespace chimera::inference
