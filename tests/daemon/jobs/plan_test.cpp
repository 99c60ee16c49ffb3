#include "daemon/jobs/plan.hpp"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

namespace chimera::jobs {
namespace {

proto::pipeline_step step(std::string name, std::vector<std::string> inputs, std::string output,
                          bool each = false) {
  proto::pipeline_step s;
  s.name = std::move(name);
  s.inputs = std::move(inputs);
  s.output = std::move(output);
  if (each) s.for_each = "questions";
  return s;
}

proto::pipeline report_pipeline() {
  proto::pipeline p;
  p.steps = {step("report", {"inventory", "analysis"}, "draft"),
             step("analyse", {"dataset", "inventory"}, "analysis", true),
             step("collect", {"dataset"}, "inventory")};
  return p;
}

std::vector<std::string> names(const plan& p, const std::vector<std::size_t>& indices) {
  std::vector<std::string> found;
  for (const std::size_t i : indices) found.push_back(p.nodes()[i].name);
  return found;
}

void finish_ready(plan& p) {
  for (const std::size_t i : p.ready()) {
    p.start(i);
    p.finish(i);
  }
}

using list = std::vector<std::string>;

TEST_CASE("steps become ready as their inputs exist, whatever their order in the file") {
  plan p(report_pipeline(), {"a", "b"});
  CHECK(names(p, p.ready()) == list{"collect"});
  finish_ready(p);
  CHECK(names(p, p.ready()) == list{"analyse/a", "analyse/b"});
  finish_ready(p);
  CHECK(names(p, p.ready()) == list{"report"});
  CHECK_FALSE(p.finished());
  finish_ready(p);
  CHECK(p.ready().empty());
  CHECK(p.finished());
}

TEST_CASE("a join waits for each of its sources and takes them in the order of the questions") {
  plan p(report_pipeline(), {"a", "b"});
  finish_ready(p);
  const std::vector<std::size_t> analysts = p.ready();
  for (const std::size_t i : analysts) p.start(i);
  CHECK(p.ready().empty());
  p.finish(analysts[1]);
  CHECK(p.ready().empty());
  p.finish(analysts[0]);
  REQUIRE(names(p, p.ready()) == list{"report"});
  CHECK(names(p, p.sources_of(p.ready()[0])) == list{"collect", "analyse/a", "analyse/b"});
}

TEST_CASE("a fan-out over no questions is done when its inputs are") {
  plan p(report_pipeline(), {});
  CHECK(names(p, p.ready()) == list{"collect"});
  const std::size_t collect = p.ready()[0];
  p.start(collect);
  CHECK(p.ready().empty());
  p.finish(collect);
  REQUIRE(names(p, p.ready()) == list{"report"});
  CHECK(names(p, p.sources_of(p.ready()[0])) == list{"collect"});
}

}  // namespace
}  // namespace chimera::jobs
