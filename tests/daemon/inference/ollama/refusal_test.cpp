#include "daemon/inference/ollama/refusal.hpp"

#include <catch2/catch.hpp>

namespace chimera::inference {
namespace {

constexpr std::string_view who = "ollama at http://here";

TEST_CASE("each status, and what is said with it, has its code") {
  struct row {
    unsigned status;
    std::string body;
    std::string code;
    std::string within;  ///< of the problem's text
  };
  const std::vector<row> rows = {
      {404, R"({"error":"model 'tiny' not found"})", "backend.model", "ollama pull tiny"},
      {404, "404 page not found", "backend.protocol", "is the address right?"},
      {200, "<html>", "backend.protocol", "<html>"},
      {400, R"({"error":"\"tiny\" does not support chat"})", "backend.refused",
       "does not support chat (status 400)"},
      {401, R"({"error":"unauthorized","signin_url":"https://x"})", "backend.unauthorized", ""},
      {403, "Forbidden", "backend.unauthorized", "Forbidden"},
      {429, R"({"error":"slow down"})", "backend.overloaded", "slow down"},
      {503, R"({"error":"server busy, please try again.  maximum pending requests exceeded"})",
       "backend.overloaded", "maximum pending"},
      {503, R"({"error":{"message":"Loading model","code":503}})", "backend.loading",
       "Loading model"},
      {502, "<html>bad gateway</html>", "backend.overloaded", "bad gateway"},
      {499, R"({"error":"request canceled"})", "backend.failed", "request canceled"},
      {500,
       R"({"error":"model runner has unexpectedly stopped, this may be due to resource )"
       R"(limitations or an internal error"})",
       "backend.crashed", "smaller num_ctx"},
      {500, R"({"error":"something"})", "backend.failed", "something (status 500)"},
      {500, "", "backend.failed", ""},
      {400,
       R"({"error":"the prompt is longer than the context length currently available to )"
       R"(the model"})",
       "backend.context", "longer than the context length"},
  };
  for (const row& r : rows) {
    CAPTURE(r.status, r.body);
    const auto refusal = refusal_of(who, "tiny", r.status, r.body);
    CHECK(refusal.what.code == r.code);
    CHECK_THAT(to_text(refusal.what), Catch::Contains(r.within));
    CHECK(refusal.prompt_tokens == 0);
  }
}

TEST_CASE("a prompt that does not fit tells both numbers, whichever way they come") {
  const std::string inner = R"({\"error\":{\"code\":400,\"type\":\"exceed_context_size_error\",)"
                            R"(\"message\":\"too long\",\"n_prompt_tokens\":5000,\"n_ctx\":4096}})";
  const auto body = GENERATE_COPY(
      "{\"error\":\"" + inner + "\"}", "{\"error\":\"POST predict: " + inner + "\\n\"}",
      std::string(R"({"error":{"type":"exceed_context_size_error","n_prompt_tokens":5000,)"
                  R"("n_ctx":4096}})"));
  const auto refusal = refusal_of(who, "tiny", 400, body);
  CHECK(refusal.what.code == "backend.context");
  CHECK(refusal.prompt_tokens == 5000);
  CHECK(refusal.context_tokens == 4096);
  CHECK(refusal.what.title == "the prompt has 5000 tokens, tiny takes 4096 with its answer");
}

TEST_CASE("errors in the middle of an answer have their codes too") {
  CHECK(refusal_in_stream(who, "tiny", "out of luck").what.code == "backend.failed");
  CHECK(refusal_in_stream(who, "tiny", "an error was encountered while running the model: x")
            .what.code == "backend.crashed");
  CHECK(refusal_in_stream(who, "tiny", R"({"type":"exceed_context_size_error"})").what.code ==
        "backend.context");
}

}  // namespace
}  // namespace chimera::inference
