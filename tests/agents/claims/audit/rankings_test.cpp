// Orders and recommendations.
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

std::vector<std::string> remarks(std::string_view text) {
  std::vector<std::string> out;
  for (const auto& r : sweep().audit("report.md", text).remarks)
    out.push_back(std::to_string(r.line) + ": " + r.text);
  return out;
}

using texts = std::vector<std::string>;

}  // namespace

TEST_CASE("A recommended configuration that is not the best gets its rank", "[audit]") {
  CHECK(remarks("**Recommended Setup:** `num_gpu=80`, `num_ctx=1024`, `temperature=0.8`\n") ==
        texts{"1: recommended configuration g80_c1024_t0.8 is rank 4 of 6 by throughput in "
              "sweep.csv (101.9 tok/s; the best is g40_c1024_t0.8 with 103.2 tok/s)"});
  CHECK(
      remarks("**Recommended Setup:** `num_gpu=40`, `num_ctx=1024`, `temperature=0.8`\n").empty());
  CHECK(remarks("**Another Setup:** `num_gpu=80`, `num_ctx=1024`, `temperature=0.8`\n").empty());
  // Settings that were not run have no rank.
  CHECK(
      remarks("**Recommended Setup:** `num_gpu=81`, `num_ctx=1024`, `temperature=0.8`\n").empty());
}

TEST_CASE("A ranking is compared with the order of the data", "[audit]") {
  const std::string head =
      "**Top 3 Configurations (Ranked by Throughput)**\n\n"
      "| Config | Tokens/s |\n|---|---|\n";
  CHECK(remarks(head + "| g40_c1024_t0.8 | 103.15 |\n| g80_c1024_t0.2 | 102.40 |\n"
                       "| g999_c2048_t0.8 | 102.05 |\n")
            .empty());
  CHECK(
      remarks(head + "| g999_c2048_t0.2 | 104.15 |\n| g80_c1024_t0.2 | 102.40 |\n"
                     "| g40_c1024_t0.2 | 102.05 |\n") ==
      texts{"3: its ranking is not that of sweep.csv: 1 of its 3 are among the first 3 of 6, 1 in "
            "their place; its first, g999_c2048_t0.2, is rank 6 of 6 by throughput"});
}

TEST_CASE("A list that ranks is compared with the order of the file that it names", "[audit]") {
  CHECK(remarks("### Rankings\n- quant: - q8_0: mean_tokens_s=47.0 - q4_0: mean_tokens_s=77.0\n")
            .empty());  // quant.csv has several rows a tag: no row to rank
  const audited_tree tree{{"tags_summary.csv", "tag,mean_tokens_s\nq4_0,77.0\nq8_0,47.0\n"}};
  const auto made = tree.audit(
      "report.md", "### Rankings\n- tags_summary: - q8_0: tokens_s=47.0 - q4_0: tokens_s=77.0\n");
  REQUIRE(made.remarks.size() == 1);
  CHECK(
      made.remarks[0].text ==
      "its ranking is wrong: by throughput in tags_summary.csv the order is q4_0 (77 tok/s), q8_0 "
      "(47 tok/s); it puts q8_0 first");
}

TEST_CASE("Advice to use the slowest is told", "[audit]") {
  CHECK(
      remarks("- Use q8_0 for chat (28 % latency advantage)\n") ==
      texts{"1: recommends q8_0, the slowest of 2 by throughput in quant.csv (47 tok/s; the best, "
            "q4_0, has 77 tok/s)"});
  CHECK(remarks("- Use q4_0 for chat (28 % latency advantage)\n").empty());
  CHECK(remarks("- Never use it: q8_0 has a latency disadvantage\n").empty());
}
