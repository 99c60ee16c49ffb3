#include "daemon/service/meters.hpp"

#include <string>
#include <utility>

#include <catch2/catch.hpp>

namespace chimera::service {
namespace {

using proto::event_type;

proto::event event(event_type type, std::string data = {}) {
  proto::event e;
  e.type = type;
  e.step = "report";
  e.data = std::move(data);
  return e;
}

jobs::counters counted(const meters& of) {
  jobs::counters all;
  of.fill(all);
  return all;
}

// How many values lie in the bucket that ends at `bound`.
std::uint64_t in_bucket(const jobs::histogram& of, double bound) {
  for (std::size_t i = 0; i < of.bounds().size(); ++i)
    if (of.bounds()[i] == bound) return of.counts()[i];
  return of.counts().back();
}

TEST_CASE("a value lies in the first bucket that ends at or above it") {
  jobs::histogram of(jobs::bounds_of_seconds);
  for (const double seconds : {0.0, 0.005, 0.006, 600.0, 601.0}) of.add(seconds);
  CHECK(in_bucket(of, 0.005) == 2);
  CHECK(in_bucket(of, 0.01) == 1);
  CHECK(in_bucket(of, 600) == 1);
  CHECK(of.counts().back() == 1);
  CHECK(of.sum() == Approx(1201.011));
}

TEST_CASE("a call counts for its backend: first token, and tokens while it made them") {
  meters all;
  all.take(event(event_type::llm_usage,
                 R"({"output_tokens":100,"ttft_ms":40,"total_ms":2040,"eval_ms":1000})"),
           "a");
  all.take(event(event_type::llm_usage,
                 R"({"output_tokens":100,"ttft_ms":40,"total_ms":2040,"eval_ms":0})"),
           "b");
  const jobs::counters now = counted(all);
  CHECK(in_bucket(now.first_token.at("a"), 0.05) == 1);
  CHECK(in_bucket(now.tokens_per_second.at("a"), 100) == 1);
  CHECK(in_bucket(now.tokens_per_second.at("b"), 50) == 1);
}

TEST_CASE("steps, tokens and claims are counted; what is no number is no surprise") {
  meters all;
  all.take(event(event_type::step_completed, R"({"duration_ms":700})"), "a");
  all.take(event(event_type::token_delta), "a");
  all.take(event(event_type::claim_verified, R"({"verdict":"verified_approx"})"), "a");
  all.take(event(event_type::claim_refuted, R"({"verdict":"contradicted"})"), "a");
  all.take(event(event_type::claim_refuted, R"({"verdict":7})"), "a");
  all.take(event(event_type::step_completed, "no json"), "a");
  all.take(event(event_type::step_started), "a");
  all.waited(3);
  const jobs::counters now = counted(all);
  CHECK(in_bucket(now.step_duration, 1) == 1);
  CHECK(in_bucket(now.queue_wait, 5) == 1);
  CHECK(now.tokens == 1);
  CHECK(now.claims ==
        std::map<std::string, std::uint64_t>{{"contradicted", 1}, {"verified_approx", 1}});
}

}  // namespace
}  // namespace chimera::service
