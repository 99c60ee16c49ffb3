#include "daemon/jobs/step_record.hpp"

#include <catch2/catch.hpp>

namespace chimera::jobs {
namespace {

finished_node full_node() {
  finished_node n;
  n.state = "completed";
  n.attempt = 3;
  n.markdown = "Text with \"quotes\", {{f:a/b}} and \xC3\xA4.\n";
  n.times = {"analyse/a", "Agent", 12, 34};
  roles::call_record call;
  call.step = "analyse/a/repair-1";
  call.persona = "Agent";
  call.request = {call.step, "gemma", "system", "prompt", {{"seed", "7"}}, "", 0};
  call.answer.text = "answer";
  call.answer.finish_reason = "stop";
  call.answer.usage = {1, 2, 3, 4, 5, 6, 7};
  call.answer.options_in_effect = {{"num_ctx", "1024"}};
  call.answer.model = "gemma:1b";
  call.answer.model_digest = "a1b2";
  call.answer.server = "ollama 0.33.0";
  call.checked.markdown = "checked";
  call.checked.replaced = {{"1.5 s", "a/b"}};
  call.checked.issues = {{0, 7, "number", "wrong", proto::verdict::contradicted, "1.7", "a/b"}};
  call.fit.limits = {1'024, 341, true};
  call.fit.prompt_tokens = 680;
  call.fit.answer_tokens = 341;
  call.fit.words = 110;
  call.fit.findings = {12, 40};
  call.fit.slots = {2, 9};
  call.fit.identifiers = {3, 8};
  call.fit.parts = {1, 7};
  call.fit.kinds = {"cold-starts"};
  call.fit.ids = {"median-a"};
  call.notes = {{"words-max", "too long", 600, 480}};
  n.calls = {call};
  return n;
}

TEST_CASE("a step comes back from its record as it was") {
  const finished_node before = full_node();
  const auto after = read_record({"analyse/a", 3, "completed", write_record(before)});
  REQUIRE(after);
  CHECK(after->state == "completed");
  CHECK(after->attempt == 3);
  CHECK(after->markdown == before.markdown);
  CHECK(after->times.step == "analyse/a");
  CHECK(after->times.ended_ns == 34);
  REQUIRE(after->calls.size() == 1);
  CHECK(after->calls[0].request.step == "analyse/a/repair-1");
  CHECK(after->calls[0].request.options == before.calls[0].request.options);
  CHECK(after->calls[0].answer.usage.eval_ns == 7);
  CHECK(after->calls[0].answer.options_in_effect == before.calls[0].answer.options_in_effect);
  CHECK(after->calls[0].answer.model == "gemma:1b");
  CHECK(after->calls[0].answer.model_digest == "a1b2");
  CHECK(after->calls[0].answer.server == "ollama 0.33.0");
  CHECK(after->calls[0].fit == before.calls[0].fit);
  CHECK(after->calls[0].notes == before.calls[0].notes);
  CHECK(after->calls[0].checked.issues[0].judgement == proto::verdict::contradicted);
  CHECK(write_record(*after) == write_record(before));
}

TEST_CASE("a record that is none is refused by the name of its step") {
  for (const char* text :
       {"", "{", "[]", "{\"markdown\":1}", "null", R"({"markdown":"","times":{},"calls":[]})",
        R"({"markdown":"","times":{"persona":"","started_ns":0,"ended_ns":0},)"
        R"("calls":[{"step":"x"}]})"}) {
    INFO(text);
    const auto read = read_record({"collect", 1, "completed", text});
    REQUIRE_FALSE(read);
    CHECK(read.error().code == "record.unsound");
    CHECK(read.error().title == "the record of step 'collect' cannot be read");
  }
}

}  // namespace
}  // namespace chimera::jobs
