// What changed between two reports: each kind told, nothing that is only the run's.
#include "daemon/cli/difference.hpp"

#include <fmt/format.h>
#include <catch2/catch.hpp>

#include "daemon/cli/changed_prose.hpp"
#include "daemon/cli/diff.hpp"

namespace chimera::cli {
namespace {

std::string fact(const std::string& id, const std::string& value,
                 const std::string& column = "ttft") {
  return fmt::format(
      R"({{"id":"{}","file":"a.csv","locator":{{"kind":"csv","column":"{}"}},"filter":[],)"
      R"("agg":"mean","kind":"aggregate","value":"{}","display":{{"text":"{} ms"}},)"
      R"("phrase":"mean {}"}})"
      "\n",
      id, column, value, value, column);
}

std::string claim(const std::string& text, const std::string& verdict,
                  const std::string& id = "f-a") {
  return fmt::format(
      R"({{"text":"{}","verdict":"{}","facts":["{}"],"rule":"x","literal":"","struck":false}})"
      "\n",
      text, verdict, id);
}

report_texts report() {
  report_texts texts;
  texts["run.json"] =
      R"({"version":"1","date":"2026-01-01","backend":"narrator","model_asked":"",)"
      R"("dataset":{"root":"data"},"pipeline":{"name":"p","version":"1"},"personas":[],"calls":[],)"
      R"("recorded":{"limits":{}},"facts":[{"id":"run-time","locator":{"pointer":"/aggregate/total"},)"
      R"("phrase":"Total","display":{"text":"1 ms"}}]})";
  texts["inventory.json"] = R"({"entries":[{"path":"a.csv","sha256":"aa"}]})";
  texts["facts.jsonl"] = fact("f-a", "1") + fact("f-b", "2", "load");
  texts["lints.jsonl"] = R"({"rule":"r","title":"Failed rows","count":1,"of":9,"counted":"rows"})"
                         "\n";
  texts["claims.jsonl"] = claim("1 ms", "verified") + claim("7 ms", "verified", "run-time");
  texts["report.md"] =
      "# Report\n\n## Key findings\n\nThe mean is 1 ms.\n\n## Metrics\n\nTotal 7 ms\n";
  return texts;
}

report_difference between(const report_texts& before, const report_texts& after) {
  const auto d = difference_between(before, after);
  REQUIRE(d);
  return *d;
}

TEST_CASE("two reports that say the same differ in nothing, whatever their runs took") {
  report_texts other = report();
  other["claims.jsonl"] = claim("1 ms", "verified") + claim("9 ms", "verified", "run-time");
  other["report.md"] =
      "# Other\n\n## Key findings\n\nThe mean is 1 ms.\n\n## Metrics\n\nTotal 9 ms\n";
  const report_difference d = between(report(), other);
  CHECK(d.is_empty());
  CHECK(difference_text(d, 20) == "The reports say the same.\n");
  CHECK(difference_json(d)["same"] == true);
}

TEST_CASE("facts are added, removed, changed; by key where their ids differ") {
  report_texts other = report();
  other["facts.jsonl"] = fact("f-new", "1") + fact("f-b", "3", "load") + fact("f-c", "4", "total");
  const report_difference d = between(report(), other);
  REQUIRE(d.facts.size() == 2);
  CHECK(d.facts[0].phrase == "mean load");
  CHECK(d.facts[0].before == "2 ms");
  CHECK(d.facts[0].after == "3 ms");
  CHECK(d.facts[1].phrase == "mean total");
  CHECK(d.facts[1].before.empty());
  CHECK(d.renamed_facts == 1);
  const report_difference back = between(other, report());
  REQUIRE(back.facts.size() == 2);
  CHECK(back.facts[1].after.empty());
}

TEST_CASE("settings, evidence, lints and claims are told") {
  report_texts other = report();
  const auto replace = [](std::string& text, const std::string& old, const std::string& now) {
    text.replace(text.find(old), old.size(), now);
  };
  replace(other["run.json"], R"("backend":"narrator")", R"("backend":"ollama")");
  replace(other["inventory.json"], "aa", "bb");
  replace(other["lints.jsonl"], R"("count":1)", R"("count":2)");
  other["claims.jsonl"] = claim("1 ms", "contradicted");
  const report_difference d = between(report(), other);
  REQUIRE(d.settings.size() == 1);
  CHECK(d.settings[0].what == "backend");
  REQUIRE(d.evidence.size() == 1);
  CHECK(d.evidence[0].path == "a.csv");
  REQUIRE(d.lints.size() == 1);
  CHECK(d.lints[0].after == "2 of 9 rows");
  CHECK(d.verdicts.size() == 2);
  CHECK(d.claims.size() == 2);
  CHECK(difference_text(d, 1).contains("and 1 more; --all shows them"));
}

TEST_CASE("prose is told as words, near changes as one") {
  const auto changes = changed_prose("## A\n\none two three four five six seven eight nine ten\n",
                                     "## A\n\none two 3 four five 6 seven eight nine ten eleven\n");
  REQUIRE(changes.size() == 2);
  CHECK(changes[0].behind == "one two");
  CHECK(changes[0].before == "three four five six");
  CHECK(changes[0].after == "3 four five 6");
  CHECK(changes[1].before.empty());
  CHECK(changes[1].after == "eleven");
}

TEST_CASE("a section that came or went is one change") {
  const auto changes = changed_prose("## A\n\n### Q\n\nold words\n", "## A\n\n### R\n\nnew\n");
  REQUIRE(changes.size() == 2);
  CHECK(changes[0].section == "A: Q");
  CHECK(changes[0].before == "old words");
  CHECK(changes[1].section == "A: R");
  CHECK(changes[1].after == "new");
}

TEST_CASE("long sections are compared within bounds") {
  std::string before = "## A\n\n";
  std::string after = "## A\n\n";
  for (int i = 0; i < 20'000; ++i) {
    before += fmt::format("w{} ", i);
    after += fmt::format("v{} ", i);
  }
  const auto changes = changed_prose(before, after);
  REQUIRE(changes.size() == 1);
  CHECK(changes[0].before.starts_with("w0 w1"));
}

TEST_CASE("what is no report is refused") {
  report_texts torn = report();
  torn["facts.jsonl"] = "{\"id\":1}\n";
  const auto d = difference_between(report(), torn);
  REQUIRE_FALSE(d);
  CHECK(d.error().code == "report.unsound");
}

}  // namespace
}  // namespace chimera::cli
