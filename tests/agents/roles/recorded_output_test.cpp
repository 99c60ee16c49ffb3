// Texts that models really wrote (and one that we invented after them), fed as if a model had
// written them over a tree: nothing that is not proven is left unstruck.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "agents/claims/check/check_answer.hpp"
#include "agents/evidence/facts/dataset.hpp"
#include "agents/report/compose.hpp"
#include "agents/report/render.hpp"
#include "agents/roles/replay.hpp"

using namespace chimera;

namespace {

namespace fs = std::filesystem;

const fs::path beside = fs::path(CHIMERA_SOURCE_DIR) / ".." / "shared";
const fs::path sample = fs::path(CHIMERA_TEST_DATA) / "sample";

std::string read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

evidence::dataset dataset_of(const fs::path& root) {
  auto data = evidence::build_dataset(root, {});
  REQUIRE(data.has_value());
  return std::move(*data);
}

struct replayed {
  std::size_t struck_sentences = 0;
  std::vector<std::string> unsupported;  // numbers that stand in the body unproven
};

// `text` as the collector's answer, in a whole report.
replayed replay(const evidence::dataset& data, const std::string& text) {
  report::outline plan = report::make_outline(data, {});
  tests::scripted_generator model({text});
  const auto output = tests::run_scripted("collector", plan, model);
  REQUIRE(output.has_value());
  CHECK(output->calls.size() == claims::repairs_max + 1);
  report::run_info run;
  run.date = "2026-01-01";
  report::agent_texts texts;
  texts.inventory = output->made.markdown;
  report::composer composer(data, plan, run, texts);
  const report::rendered made = report::render_markdown(composer.source({}, {}), plan.names);
  replayed found;
  for (const proto::claim& c : made.claims)
    if (c.judgement == proto::verdict::unsupported && !c.struck)
      found.unsupported.push_back(c.text);
  for (std::size_t at = made.markdown.find("~~"); at != std::string::npos;
       at = made.markdown.find("~~", at + 2))
    ++found.struck_sentences;
  found.struck_sentences /= 2;
  return found;
}

std::string issues_of(const evidence::dataset& data, const std::string& text) {
  const claims::fact_book book(data.facts);
  std::string all;
  for (const claims::text_issue& issue : claims::check_answer(text, book, {}).issues)
    all += issue.rule + ": " + issue.message + "\n";
  return all;
}

}  // namespace

TEST_CASE("an invented report over the sample ends with nothing unproven in the body") {
  const evidence::dataset data = dataset_of(sample);
  const std::string text = read(fs::path(CHIMERA_TEST_DATA) / "recorded" / "invented_report.md");
  const replayed found = replay(data, text);
  CHECK(found.unsupported.empty());
  CHECK(found.struck_sentences >= 20);

  const std::string issues = issues_of(data, text);
  CAPTURE(issues);
  using Catch::Contains;
  CHECK_THAT(issues, Contains("'12' is wrong: the fact says 4"));          // files
  CHECK_THAT(issues, Contains("'7' is wrong: the fact says 2"));           // CSV
  CHECK_THAT(issues, Contains("'80.25' is wrong: the fact says 162.42"));  // median total
  CHECK_THAT(issues, Contains("'3.00' is wrong: the fact says 35.78 ms"));
  CHECK_THAT(issues, Contains("'because' names a cause"));
}

TEST_CASE("the report of a real model over its own tree ends with nothing unproven in the body") {
  const fs::path seed = beside / "seed" / "000_c77f983cafc5b07e.txt";
  const fs::path tree = beside / "artifacts" / "seed101";
  if (!fs::exists(seed) || !fs::exists(tree)) {
    WARN("skipped: the real report is not there");
    return;
  }
  const evidence::dataset data = dataset_of(tree);
  const replayed found = replay(data, read(seed));
  CHECK(found.unsupported.empty());
  CHECK(found.struck_sentences >= 20);
  const std::string issues = issues_of(data, read(seed));
  CAPTURE(issues);
  const auto count = [&](const std::string& path) {
    return std::ranges::find_if(
               data.facts,
               [&](const proto::fact& f) { return f.where.kind == "tree" && f.where.path == path; })
        ->value;
  };
  using Catch::Contains;
  CHECK_THAT(issues, Contains("'101' is wrong: the fact says " + count("files")));
  CHECK_THAT(issues, Contains("'30' is wrong: the fact says " + count("files/md")));
  // Nothing of the tree is called latency: no truth can be named.
  CHECK_THAT(issues, Contains("'15.58' is a bare number"));
}

TEST_CASE("reports that models wrote about other trees leave nothing unproven") {
  const std::string tree = GENERATE(as<std::string>{}, "chimera_sweep", "multiagent_runs");
  const fs::path root = beside / "artifacts" / tree;
  if (!fs::exists(root)) {
    WARN("skipped: the real trees are not there");
    return;
  }
  const evidence::dataset data = dataset_of(root);
  std::size_t documents = 0;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    if (entry.path().extension() != ".md" || documents == 36) continue;
    ++documents;
    CAPTURE(entry.path());
    const replayed found = replay(data, read(entry.path()));
    CHECK(found.unsupported.empty());
    CHECK(found.struck_sentences > 0);
  }
  CHECK(documents > 0);
}
