#include "daemon/service/step_fold.hpp"

#include <string>

#include <catch2/catch.hpp>

namespace chimera::service {
namespace {

using proto::event_type;

proto::event at(event_type type, std::string step, std::uint32_t attempt, std::string data = {}) {
  proto::event e;
  e.type = type;
  e.step = std::move(step);
  e.attempt = attempt;
  e.data = std::move(data);
  e.time_ms = 1000;
  return e;
}

TEST_CASE("a step is what its last event made of it") {
  step_fold fold;
  fold.take(at(event_type::step_ready, "collect", 0));
  CHECK(fold.steps().front().state == "ready");
  fold.take(at(event_type::step_started, "collect", 1, R"({"persona":"DataCollector-9000"})"));
  for (const char* text : {"a ", "token", ""}) {  // the last stands for numbers only
    proto::event said = at(event_type::token_delta, "collect", 1);
    said.text = text;
    fold.take(said);
  }
  CHECK(fold.running() == 1);
  CHECK(fold.steps().front().tokens == 2);
  CHECK(fold.steps().front().persona == "DataCollector-9000");
  CHECK(fold.cut() == std::vector<std::pair<std::string, std::uint32_t>>{{"collect", 1}});
  fold.take(at(event_type::step_completed, "collect", 1));
  CHECK(fold.running() == 0);
  CHECK(fold.cut().empty());
  CHECK(fold.attempts().at("collect") == 1);
}

TEST_CASE("tokens of an attempt that was discarded do not count") {
  step_fold fold;
  fold.take(at(event_type::step_started, "collect", 1));
  proto::event said = at(event_type::token_delta, "collect", 1);
  said.text = "word";
  fold.take(said);
  fold.take(at(event_type::step_attempt_discarded, "collect", 1));
  CHECK(fold.steps().front().state == "retrying");
  fold.take(at(event_type::step_started, "collect", 2));
  CHECK(fold.steps().front().tokens == 0);
  CHECK(fold.attempts().at("collect") == 2);
}

TEST_CASE("events of the job itself belong to no step") {
  step_fold fold;
  fold.take(at(event_type::job_started, "", 0));
  CHECK(fold.steps().empty());
}

}  // namespace
}  // namespace chimera::service
