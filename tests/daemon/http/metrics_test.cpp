// GET /metrics as a strict reader of Prometheus' text format 0.0.4 sees it.
#include <algorithm>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

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

// `name{key="text",le="0.5"} 7`; the test ends at anything else.
std::pair<std::string, sample> read_sample(std::string_view line) {
  sample one;
  const std::size_t end = std::min(line.find_first_of("{ "), line.size());
  const std::string name(line.substr(0, end));
  CHECK(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string::npos);
  line.remove_prefix(end);
  for (bool more = line.starts_with('{'); more; more = line.starts_with(',')) {
    const std::size_t equals = line.find("=\"");
    REQUIRE(equals != std::string_view::npos);
    const std::string key(line.substr(1, equals - 1));
    line.remove_prefix(equals + 2);
    std::size_t quote = 0;
    while (quote < line.size() && line[quote] != '"') quote += line[quote] == '\\' ? 2 : 1;
    REQUIRE(quote < line.size());
    if (key == "le")
      one.le = line.substr(0, quote);
    else
      one.labels += key + "=" + std::string(line.substr(0, quote)) + "\n";
    line.remove_prefix(quote + 1);
  }
  if (line.starts_with('}')) line.remove_prefix(1);
  REQUIRE(line.starts_with(' '));
  std::size_t used = 0;
  one.value = std::stod(std::string(line.substr(1)), &used);
  CHECK(used == line.size() - 1);
  return {name, one};
}

std::map<std::string, family> parse(const std::string& text) {
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
    if (!line.starts_with('#')) {
      CHECK(seen.insert(line.substr(0, line.rfind(' '))).second);
      auto [of, one] = read_sample(line);
      family_of(all, of).samples[of].push_back(std::move(one));
      continue;
    }
    words >> mark >> kind >> name;
    if (kind == "HELP") {
      CHECK_FALSE(all.contains(name));
      help = name;
    } else {
      CHECK(help == name);
      words >> all[name].type;
    }
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
