// Events on the wire and in the store: each name once, nothing lost on the way.
#include "proto/event.hpp"

#include <set>

#include <rapidcheck.h>
#include <catch2/catch.hpp>

using namespace chimera::proto;

namespace {

constexpr int types = static_cast<int>(event_type::budget_warning) + 1;

event any_event() {
  event e;
  e.seq = *rc::gen::arbitrary<std::uint64_t>();
  e.first_seq = *rc::gen::inRange<std::uint64_t>(0, e.seq == UINT64_MAX ? e.seq : e.seq + 1);
  e.type = static_cast<event_type>(*rc::gen::inRange(0, types));
  e.time_ms = *rc::gen::arbitrary<std::int64_t>();
  e.step = *rc::gen::arbitrary<std::string>();
  e.attempt = *rc::gen::arbitrary<std::uint32_t>();
  e.text = *rc::gen::arbitrary<std::string>();
  e.data = *rc::gen::arbitrary<std::string>();
  return e;
}

event token(std::uint64_t seq, std::string text) {
  event e;
  e.seq = e.first_seq = seq;
  e.type = event_type::token_delta;
  e.time_ms = 1'795'514'400'123;
  e.step = "analyse/a";
  e.attempt = 2;
  e.text = std::move(text);
  return e;
}

}  // namespace

TEST_CASE("each type has a name of its own that leads back to it") {
  std::set<std::string_view> names;
  for (int i = 0; i < types; ++i) {
    const auto type = static_cast<event_type>(i);
    CHECK(event_type_of(to_text(type)) == type);
    names.insert(to_text(type));
  }
  CHECK(names.size() == types);
  CHECK(to_text(event_type::step_attempt_discarded) == "step.attempt_discarded");
  CHECK(to_text(event_type::handoff) == "handoff");
  CHECK_FALSE(event_type_of("job.unknown"));
  for (const char* name : {"lifecycle", "tokens", "artifacts", "claims"})
    CHECK(to_text(channel_from(name).value()) == name);
  CHECK_FALSE(channel_from(""));
  CHECK(channel_of(event_type::token_delta) == channel::tokens);
  CHECK(channel_of(event_type::claim_refuted) == channel::claims);
}

TEST_CASE("what is synced before it is shown: beginning, steps, the seal and the end") {
  std::set<std::string_view> durable;
  for (int i = 0; i < types; ++i)
    if (is_durable(static_cast<event_type>(i))) durable.insert(to_text(static_cast<event_type>(i)));
  CHECK(durable == std::set<std::string_view>{"job.queued", "step.completed", "report.sealed",
                                              "job.completed", "job.failed", "job.canceled"});
}

TEST_CASE("the envelope has its keys in one order, and only those that apply") {
  CHECK(to_json(token(7, "a\"b"), "job_x", "e1") ==
        R"({"epoch":"e1","seq":7,"type":"token.delta","time":"2026-11-24T10:00:00.123Z",)"
        R"("job":"job_x","step":"analyse/a","attempt":2,"data":{"text":"a\"b"}})");
  event merged = token(7, "one");
  coalesce(merged, token(8, " two"));
  CHECK(to_json(merged, "j", "e").find(R"("seq":8,"first_seq":7,)") != std::string::npos);
  event plain;
  plain.seq = plain.first_seq = 1;
  CHECK(to_json(plain, "j", "e") == R"({"epoch":"e","seq":1,"type":"job.progress",)"
                                    R"("time":"1970-01-01T00:00:00.000Z","job":"j","data":{}})");
  plain.data = R"({"a":[1]})";
  CHECK(to_json(plain, "j", "e").ends_with(R"("data":{"a":[1]}})"));
}

TEST_CASE("tokens of one attempt that follow each other may be merged, others not") {
  const event first = token(1, "a");
  CHECK(may_coalesce(first, token(2, "b")));
  CHECK_FALSE(may_coalesce(first, token(3, "b")));
  CHECK_FALSE(may_coalesce(first, token(2, "")));
  event other = token(2, "b");
  other.attempt = 3;
  CHECK_FALSE(may_coalesce(first, other));
  other = token(2, "b");
  other.step = "report";
  CHECK_FALSE(may_coalesce(first, other));
  other = token(2, "b");
  other.type = event_type::message_completed;
  CHECK_FALSE(may_coalesce(first, other));
}

TEST_CASE("encoded events come back as they were, one behind the other") {
  const auto holds = [] {
    const event a = any_event();
    const event b = any_event();
    std::string bytes;
    encode(a, bytes);
    const std::size_t length = bytes.size();
    encode(b, bytes);
    std::string_view rest = bytes;
    RC_ASSERT(decode(rest) == a);
    RC_ASSERT(decode(rest) == b);
    RC_ASSERT(rest.empty());
    const auto cut = *rc::gen::inRange<std::size_t>(0, length);
    std::string_view half = std::string_view(bytes).substr(0, cut);
    RC_ASSERT(!decode(half).has_value());
  };
  CHECK(rc::check(holds));
}
