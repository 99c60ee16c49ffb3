// The documents of a real tree, counted by hand: which of their cells are wrong.
#include <filesystem>
#include <map>
#include <string>

#include <catch2/catch.hpp>

#include "agents/claims/audit/audit.hpp"
#include "agents/evidence/facts/dataset.hpp"

using namespace chimera;
namespace fs = std::filesystem;

namespace {

const fs::path root = fs::path(CHIMERA_SOURCE_DIR) / "../shared/artifacts/seed101/outputs/reports";

struct lines {
  std::size_t from, to;
};
std::size_t count(const claims::document_audit& a, proto::verdict v, lines within) {
  std::size_t n = 0;
  for (const auto& c : a.claims)
    n += c.claim.judgement == v && c.claim.line >= within.from && c.claim.line <= within.to;
  return n;
}

}  // namespace

TEST_CASE("The audit finds the wrong cells of real documents and accuses no right one",
          "[audit][real]") {
  if (!fs::exists(root)) {
    WARN("skipped: real trees are not here");
    return;
  }
  const auto data = evidence::build_dataset(root, {});
  REQUIRE(data);
  const claims::auditor audits(*data);
  std::map<std::string, claims::document_audit> made;
  for (const evidence::prose& p : data->texts)
    if (p.file.ends_with(".md")) made.emplace(p.file, audits.audit(p.file, p.text));

  using enum proto::verdict;
  const lines all{1, 100'000};
  SECTION("tables that tools wrote agree") {
    std::size_t verified_cells = 0;
    for (const auto& [file, a] : made) {
      if (!file.starts_with("compilation/") || file.find("_summary") != std::string::npos ||
          file.find("lessons") != std::string::npos)
        continue;
      CHECK(a.count(contradicted) == 0);
      verified_cells += a.count(verified);
    }
    CHECK(verified_cells == 205);
  }
  SECTION("hand-written tables") {
    const auto& lessons = made.at("compilation/compilation_benchmark_lessons_20251002.md");
    CHECK(lessons.count(contradicted) == 3);
    CHECK(lessons.count(verified) == 39);
    const auto& triton = made.at("compilation/transformer_cuda_triton2508_summary.md");
    CHECK(triton.count(contradicted) == 11);
    CHECK(triton.count(verified) == 3);
    CHECK(made.at("ollama/prompt_suite_lessons_20251002.md").count(contradicted) == 0);
    CHECK(made.at("ollama/prompt_suite_lessons_20251002.md").count(verified) >= 6);
    CHECK(made.at("llama3/ollama_benchmark_summary.md").count(contradicted) == 0);
    CHECK(made.at("llama3/ollama_benchmark_summary.md").count(verified) >= 19);
    CHECK(made.at("quantization/quantization_report.md").count(verified) == 12);
  }
  SECTION("the report of a sweep that was run again") {
    const auto& report = made.at("gemma3/Gemma3_Benchmark_Report.md");
    CHECK(count(report, contradicted, {33, 39}) == 19);
    CHECK(count(report, verified, {33, 39}) == 1);
    CHECK(count(report, contradicted, {51, 62}) == 29);
    CHECK(count(report, verified, {51, 62}) == 1);
    CHECK(count(report, contradicted, {89, 95}) == 6);
    CHECK(count(report, verified, {89, 95}) == 3);
    // The 270m part agrees with its files.
    CHECK(count(report, contradicted, {233, 280}) == 0);
    REQUIRE(report.remarks.size() >= 2);
    CHECK(report.remarks[0].text.find(
              "its ranking is not that of gemma3/gemma3_param_tuning.csv") == 0);
    CHECK(report.remarks[1].text.find("recommended configuration g999_c4096_t0.4 is rank 22 of "
                                      "36") == 0);
  }
  SECTION("the digest that turns throughput into latency") {
    const auto& digest = made.at("integration/performance_digest.md");
    // 26 cells, 18 of them wrong; the one that is not found says 0.000 where there is no value.
    CHECK(count(digest, contradicted, {5, 7}) == 17);
    CHECK(count(digest, verified, {5, 7}) == 8);
    CHECK(count(digest, contradicted, all) == 17);
    REQUIRE(digest.remarks.size() >= 2);
    CHECK(digest.remarks[0].text.find("its ranking is wrong: by throughput") == 0);
    CHECK(digest.remarks[0].text.ends_with("it puts q8_0 first"));
    CHECK(digest.remarks[1].text.find("recommends q8_0, the slowest of 3") == 0);
  }
  SECTION("experiments whose data are not in the tree are not accused") {
    CHECK(made.at("legacy_tr_mirrors/Technical_Report_109.md").count(contradicted) == 0);
    CHECK(made.at("legacy_tr_mirrors/Technical_Report_110.md").count(contradicted) == 0);
    CHECK(made.at("README.md").count(contradicted) == 0);
  }
  CHECK(made.size() == 28);  // of 29, one is a copy
  CHECK(count(made.at("gemma3/SUMMARY.md"), contradicted, all) == 4);
}
