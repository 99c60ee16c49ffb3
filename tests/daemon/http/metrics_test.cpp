// GET /metrics as a strict reader of Prometheus' text format 0.0.4 sees it.
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "desk.hpp"

namespace chimera::http {
namespace {

struct sample {
  std::string labels;  ///< without le
  std::string le;
  double value = 0;
};

struct family {
  std::string type;
  std::map<std::string, std::vector<sample>> samples;  ///< by name
};

// The family that a sample belongs to, and whether its name suits the type.
family& family_of(std::map<std::string, family>& all, const std::string& name) {
  if (const auto found = all.find(name); found != all.end()) return found->second;
  for (const char* end : {"_bucket", "_sum", "_count"})
    if (name.ends_with(end)) {
      const auto found = all.find(name.substr(0, name.size() - std::string(end).size()));
      if (found != all.end() && found->second.type == "histogram") return found->second;
    }
  FAIL("no family for " << name);
  return all.begin()->second;
}

std::map<std::string, family> parse(const std::string& text) {
  static const std::regex line_form(
      R"re(([a-z_]+)(?:\{((?:[a-z_]+="(?:[^"\\]|\\.)*",?)+)\})? (\S+))re");
  static const std::regex le_form(R"re(,?le="([^"]*)")re");
  std::map<std::string, family> all;
  std::set<std::string> seen;
  std::istringstream lines(text);
  CHECK(text.ends_with('\n'));
  std::string help;
  for (std::string line; std::getline(lines, line);) {
    INFO(line);
    std::istringstream words(line);
    std::string mark;
    std::string kind;
    std::string name;
    if (line.starts_with('#')) {
      words >> mark >> kind >> name;
      if (kind == "HELP") {
        CHECK_FALSE(all.contains(name));
        help = name;
      } else {
        CHECK(help == name);
        words >> all[name].type;
      }
      continue;
    }
    std::smatch parts;
    REQUIRE(std::regex_match(line, parts, line_form));
    CHECK(seen.insert(line.substr(0, line.rfind(' '))).second);
    sample one;
    one.labels = std::regex_replace(parts[2].str(), le_form, "");
    std::smatch le;
    const std::string labels = parts[2];
    if (std::regex_search(labels, le, le_form)) one.le = le[1];
    one.value = std::stod(parts[3]);
    family_of(all, parts[1]).samples[parts[1]].push_back(one);
  }
  return all;
}

jobs::counters busy() {
  jobs::counters all;
  all.claims = {{"verified", 3}, {"contradicted", 1}};
  for (const double seconds : {0.001, 0.3, 0.3, 900.0}) all.queue_wait.add(seconds);
  for (const char* name : {"a", "odd \"name\"\n\\"}) {
    all.first_token.emplace(name, jobs::bounds_of_seconds).first->second.add(0.2);
    all.tokens_per_second.emplace(name, jobs::bounds_of_speed).first->second.add(42.5);
  }
  return all;
}

TEST_CASE("metrics are sound text: families, types, no series twice, buckets that rise") {
  desk d;
  d.service.counted = busy();
  const std::map<std::string, family> all = parse(d.get("/metrics").body);
  std::size_t histograms = 0;
  for (const auto& [name, of] : all) {
    INFO(name);
    CHECK((of.type == "counter") == name.ends_with("_total"));
    if (of.type != "histogram") continue;
    ++histograms;
    std::map<std::string, std::vector<sample>> series;
    for (const auto& [kind, samples] : of.samples)
      if (kind == name + "_bucket")
        for (const sample& one : samples) series[one.labels].push_back(one);
    for (const auto& [labels, buckets] : series) {
      for (std::size_t i = 1; i < buckets.size(); ++i)
        CHECK(buckets[i - 1].value <= buckets[i].value);
      CHECK(buckets.back().le == "+Inf");
      const auto total =
          std::find_if(of.samples.at(name + "_count").begin(), of.samples.at(name + "_count").end(),
                       [of_series = labels](const sample& one) { return one.labels == of_series; });
      CHECK(total->value == buckets.back().value);
    }
    CHECK(of.samples.at(name + "_sum").size() == series.size());
  }
  CHECK(histograms == 4);
  const auto& waits = all.at("chimera_queue_wait_seconds").samples;
  CHECK(waits.at("chimera_queue_wait_seconds_count").front().value == 4);
  CHECK(waits.at("chimera_queue_wait_seconds_sum").front().value == Approx(900.601));
  CHECK(all.at("chimera_claims_total").samples.at("chimera_claims_total").size() == 2);
}

}  // namespace
}  // namespace chimera::http
