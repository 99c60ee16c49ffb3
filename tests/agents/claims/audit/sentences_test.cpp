// Lists, sentences and settings of a document.
#include <string>

#include <catch2/catch.hpp>

#include "audited_tree.hpp"

using namespace chimera;
using tests::audited_tree;

namespace {

const audited_tree& sweep() {
  static const audited_tree tree{{"sweep.csv", tests::sweep_csv}, {"quant.csv", tests::quant_csv}};
  return tree;
}

}  // namespace

TEST_CASE("Settings stand for a row until the next heading", "[audit]") {
  const std::string setup = "**Setup:** `num_gpu=80`, `num_ctx=1024`, `temperature=0.2`\n";
  CHECK(sweep().verdict(setup + "- **Throughput:** 102.4 tokens/second\n", "102.4") == "verified");
  const auto wrong = sweep().claim(setup + "- **TTFT:** 0.113 seconds\n", "0.113");
  CHECK(wrong.claim.judgement == proto::verdict::contradicted);
  CHECK(wrong.truth == "0.133 seconds");
  CHECK(sweep().verdict(setup + "## Else\n- **TTFT:** 0.113 seconds\n", "0.113") == "unsupported");
  CHECK(sweep().claim(setup, "80").claim.rule == "configuration");
}

TEST_CASE("Settings may stand in a code block", "[audit]") {
  const std::string text =
      "```yaml\nnum_gpu: 80\nnum_ctx: 1024\ntemperature: 0.2\n```\n\n"
      "**Result:** 99.9 tokens/s @ 0.133s TTFT\n";
  CHECK(sweep().verdict(text, "99.9") == "contradicted");
  CHECK(sweep().verdict(text, "0.133s") == "verified");
}

TEST_CASE("A section is about the member that its heading names", "[audit]") {
  const audited_tree tree{
      {"quality.json",
       R"({"int8":{"accuracy":0.75,"loss":0.61},"fp8":{"accuracy":0.5,"loss":0.7}})"}};
  const std::string text = "See quality.json\n\n## INT8\n- Accuracy: 0.75\n- Loss: 0.62\n";
  CHECK(tree.verdict(text, "0.75") == "verified");
  CHECK(tree.verdict(text, "0.62") == "contradicted");
}

TEST_CASE("A sentence with one name is about that", "[audit]") {
  CHECK(sweep().verdict("q4_0 had a mean of 77.0 tok/s.\n", "77.0") == "verified");
  CHECK(sweep().verdict("q4_0 had a mean of 70.0 tok/s.\n", "70.0") == "contradicted");
  CHECK(sweep().verdict("q4_0 had about 60 tok/s.\n", "60") == "unsupported");
  CHECK(sweep().verdict("q4_0 beat q8_0 with a mean of 70.0 tok/s.\n", "70.0") == "unsupported");
  CHECK(sweep().verdict("A mean of 70.0 tok/s is what players want.\n", "70.0") == "unsupported");
}

TEST_CASE("Pairs of a generated list are held to the file that it names", "[audit]") {
  const std::string text =
      "- quant: - q4_0: mean_tokens_s=77.000 mem_mb=0 - q8_0: mean_tokens_s=2.008 mem_mb=0\n";
  CHECK(sweep().verdict(text, "77.000") == "verified");
  CHECK(sweep().verdict(text, "2.008") == "contradicted");
}

TEST_CASE("Every number gets a verdict, in order, and none is found twice", "[audit]") {
  const std::string text =
      "# 1. Report of 2025-10-02\n\nSee `sweep.csv` (v1.2.3), Table 4: 12 of 30 runs took 5 s.\n"
      "```\n1 2 3\n```\n| a | b |\n|---|---|\n| 7 | 8 |\n";
  const auto made = sweep().audit("report.md", text);
  for (std::size_t i = 1; i < made.claims.size(); ++i) {
    const auto& a = made.claims[i - 1].claim;
    const auto& b = made.claims[i].claim;
    CHECK((a.line < b.line || (a.line == b.line && a.end <= b.start)));
  }
  CHECK(made.count(proto::verdict::contradicted) == 0);
  CHECK(made.count(proto::verdict::non_claim) + made.count(proto::verdict::unsupported) ==
        made.claims.size());
  CHECK(sweep().audit("empty.md", "").claims.empty());
}

TEST_CASE("A number that the named entry has as something else is told so", "[audit]") {
  const audited_tree tree{{"tags_summary.csv", "tag,mean_tokens_s\nq4_0,77.25\nq8_0,47.5\n"}};
  const std::string text =
      "- tags_summary: - q4_0: mean_latency_ms=77.250 mem_mb=0 - q8_0: mean_latency_ms=12.000\n";
  const auto c = tree.claim("data with a latency\n\n" + text, "77.250");
  // No table of the tree measures a latency: what the text means is not known at all.
  CHECK(c.claim.judgement == proto::verdict::unsupported);
  const audited_tree both{{"tags_summary.csv", "tag,mean_tokens_s\nq4_0,77.25\nq8_0,47.5\n"},
                          {"times.csv", "backend,latency_ms\njit,1.5\n"}};
  const auto other = both.claim(text, "77.250");
  CHECK(other.claim.judgement == proto::verdict::contradicted);
  CHECK(other.claim.rule == "other-quantity");
  CHECK(other.truth == "77.25 tok/s is its mean_tokens_s");
  CHECK(other.where == "tags_summary.csv, line 2, mean_tokens_s");
  CHECK(both.verdict(text, "12.000") == "unsupported");
}
