#include "agents/evidence/facts/fact_set.hpp"

#include <algorithm>

#include <catch2/catch.hpp>

#include "proto/fact_id.hpp"

namespace ev = chimera::evidence;
namespace proto = chimera::proto;

namespace {

proto::fact fact(std::string path, std::string agg, std::string level = "") {
  proto::fact f;
  f.file = "runs.csv";
  f.where = {"csv", std::move(path)};
  f.agg = std::move(agg);
  f.kind = "aggregate";
  if (!level.empty()) f.filter = {{"tag", "=", std::move(level)}};
  return f;
}

}  // namespace

TEST_CASE("a fact is found by its full key and named once") {
  ev::fact_set set;
  const std::string mean = set.add(fact("ttft_s", "mean"), 0.5);
  CHECK(proto::is_fact_id(mean));
  CHECK(set.add(fact("ttft_s", "mean"), 0.7) == mean);
  CHECK(set.facts().size() == 1);
  CHECK(set.facts().front().value == "0.5");
  CHECK(set.id_of(ev::key_of(fact("ttft_s", "mean"))) == mean);
  CHECK(set.id_of(ev::key_of(fact("ttft_s", "max"))).empty());
  CHECK(set.add(fact("ttft_s", "mean", "q4_0"), 0.5) != mean);
  CHECK(ev::file_of_key(ev::key_of(fact("ttft_s", "mean"))) == "runs.csv");
}

TEST_CASE("sets that share their ids never give one twice") {
  ev::taken_ids shared;
  ev::fact_set first(&shared);
  ev::fact_set second(&shared);
  const std::string id = first.add(fact("ttft_s", "mean"), 0.5);
  const std::string other = second.add(fact("ttft_s", "mean"), 0.5);
  CHECK(id != other);
  CHECK(proto::is_fact_id(other));
  CHECK(second.id_of(ev::key_of(fact("ttft_s", "mean"))) == other);
}

TEST_CASE("facts of a file are ordered by locator, filter, aggregation") {
  ev::fact_set set;
  set.add(fact("z", "mean"), 1);
  set.add(fact("a", "mean", "q8_0"), 2);
  set.add(fact("a", "mean", "q4_0"), 3);
  set.add(fact("a", "max"), 4);
  std::string values;
  for (const std::size_t i : ev::sorted_order(set.facts())) values += set.facts()[i].value;
  CHECK(values == "4321");
}
