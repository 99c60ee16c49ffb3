// Tables of a document against the tables of the tree.
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

std::string sweep_table(const std::string& row) {
  return "From `sweep.csv`:\n\n| Config | GPU Layers | Context | Temp | Tokens/s | TTFT (s) |\n"
         "|---|---|---|---|---|---|\n" +
         row + "\n";
}

}  // namespace

TEST_CASE("A cell is held to the row and the column that it names", "[audit]") {
  struct example {
    std::string row, number, verdict;
  };
  const example examples[] = {
      {"| g40_c1024_t0.8 | 40 | 1024 | 0.8 | 103.15 | 0.142 |", "103.15", "verified"},
      {"| g40_c1024_t0.8 | 40 | 1024 | 0.8 | 103.2 | 0.142 |", "103.2", "verified"},
      {"| g40_c1024_t0.8 | 40 | 1024 | 0.8 | **103.2** | 0.14 |", "0.14", "verified"},
      {"| g40_c1024_t0.8 | 40 | 1024 | 0.8 | 103.25 | 0.142 |", "103.25", "contradicted"},
      // True of another row.
      {"| g40_c1024_t0.8 | 40 | 1024 | 0.8 | 102.40 | 0.142 |", "102.40", "contradicted"},
      // The label says one row, the settings another: there is none.
      {"| g40_c1024_t0.8 | 80 | 1024 | 0.8 | 103.15 | 0.142 |", "103.15", "unsupported"},
      {"| g40_c1024_t0.9 | 40 | 1024 | 0.9 | 103.15 | 0.142 |", "103.15", "unsupported"},
      // By settings alone.
      {"| Best | 40 | 1024 | 0.8 | 103.15 | 0.142 |", "103.15", "verified"},
      {"| Best | 40 | 1024 | 0.8 | 104 | 0.142 |", "104", "contradicted"},
      {"| g40_c1024_t0.8 | 40 | 1024 | 0.8 | 103.15 | 142 ms |", "142", "verified"},
      {"| g40_c1024_t0.8 | 40 | 1024 | 0.8 | 103.15 | 242 ms |", "242", "contradicted"},
  };
  for (const example& e : examples) {
    INFO(e.row);
    const auto made = sweep().audit("report.md", sweep_table(e.row));
    std::string found;
    for (const auto& c : made.claims)
      if (c.claim.text.starts_with(e.number)) found = proto::to_text(c.claim.judgement);
    CHECK(found == e.verdict);
  }
}

TEST_CASE("A contradiction names the true value and where it stands", "[audit]") {
  const auto c = sweep().claim(
      sweep_table("| g999_c2048_t0.8 | 999 | 2048 | 0.8 | 103.40 | 0.131 |"), "103.40");
  CHECK(c.claim.judgement == proto::verdict::contradicted);
  CHECK(c.claim.line == 5);
  CHECK(c.claim.start == 39);
  CHECK(c.claim.end == 45);
  CHECK_FALSE(c.claim.struck);
  CHECK(c.truth == "102.05 tok/s");
  CHECK(c.where == "sweep.csv, line 7, tokens_s");
  CHECK(c.key.starts_with("throughput of g999_c2048_t0.8"));
}

TEST_CASE("Settings in a table are no claims", "[audit]") {
  const auto made = sweep().audit(
      "report.md", sweep_table("| g40_c1024_t0.8 | 40 | 1024 | 0.8 | 103.15 | 0.142 |"));
  std::string settings;
  for (const auto& c : made.claims)
    if (c.claim.rule == "configuration") settings += c.claim.text + " ";
  CHECK(settings == "40 1024 0.8 ");
}

TEST_CASE("A group is held to the statistic that is named", "[audit]") {
  const std::string head = "| tag | Mean Tokens/s | Peak Throughput (tok/s) |\n|---|---|---|\n";
  CHECK(sweep().verdict(head + "| q4_0 | 77.00 | 78.00 |\n", "77.00") == "verified");
  CHECK(sweep().verdict(head + "| q4_0 | 77.00 | 78.00 |\n", "78.00") == "verified");
  CHECK(sweep().verdict(head + "| q4_0 | 78.00 | 77.00 |\n", "78.00") == "contradicted");
  CHECK(sweep().verdict(head + "| q4_0 | 78.00 | 77.00 |\n", "77.00") == "contradicted");
  CHECK(sweep().verdict(head + "| q8_0 | 77.00 | 48.00 |\n", "77.00") == "contradicted");
  CHECK(sweep().verdict(head + "| q5_0 | 77.00 | 48.00 |\n", "77.00") == "unsupported");
}

TEST_CASE("Without a statistic a group can agree but never be wrong", "[audit]") {
  const std::string head = "| tag | Tokens/s |\n|---|---|\n";
  CHECK(sweep().verdict(head + "| q4_0 | 77.0 |\n", "77.0") == "verified");
  CHECK(sweep().verdict(head + "| q4_0 | 97.0 |\n", "97.0") == "unsupported");
}

TEST_CASE("Prompts are matched by their words, each once and in order", "[audit]") {
  const std::string table =
      "## Prompts of q4_0\n\n| Prompt | Tokens/s |\n|---|---|\n| Mission failure | 76.0 |\n"
      "| Victory quote | 88.0 |\n| Racing quip | 77.0 |\n";
  CHECK(sweep().verdict(table, "76.0") == "verified");
  CHECK(sweep().verdict(table, "77.0") == "verified");
  const auto wrong = sweep().claim(table, "88.0");
  CHECK(wrong.claim.judgement == proto::verdict::contradicted);
  CHECK(wrong.truth == "78.0 tok/s");
  CHECK(wrong.where == "quant.csv, line 3, tokens_s");
}

TEST_CASE("Members of an object are rows, with what the file says of itself", "[audit]") {
  const audited_tree tree{
      {"mlp_cpu.json",
       R"({"model":{"name":"mlp","device":"cpu"},"backends":{"eager":{"mean_time_ms":0.5},"jit":{"mean_time_ms":0.25}}})"},
      {"mlp_cuda.json",
       R"({"model":{"name":"mlp","device":"cuda"},"backends":{"eager":{"mean_time_ms":1.5},"jit":{"mean_time_ms":1.25}}})"}};
  const std::string text =
      "From mlp_cpu.json and mlp_cuda.json.\n\n## CUDA snapshot\n\n"
      "| Model | Backend | Mean Latency (ms) |\n|---|---|---|\n"
      "| `mlp` | eager | 1.50 |\n| | jit | 1.75 |\n";
  CHECK(tree.verdict(text, "1.50") == "verified");
  const auto wrong = tree.claim(text, "1.75");
  CHECK(wrong.claim.judgement == proto::verdict::contradicted);
  CHECK(wrong.truth == "1.25 ms");
  CHECK(wrong.where == "mlp_cuda.json, /backends/jit/mean_time_ms");
}

TEST_CASE("What a failed run stored proves nothing wrong", "[audit]") {
  const audited_tree tree{{"runs.csv",
                           "backend,mean_time_ms,error\neager,1.5,\ntrt,0.0,not installed\n"
                           "jit,1.2,\n"}};
  const std::string text =
      "See runs.csv.\n\n| Backend | Mean (ms) |\n|---|---|\n| trt | 3.5 |\n| jit | 3.5 |\n";
  const auto made = tree.audit("report.md", text);
  std::vector<std::string> verdicts;
  for (const auto& c : made.claims)
    if (c.claim.text == "3.5") verdicts.emplace_back(proto::to_text(c.claim.judgement));
  CHECK(verdicts == std::vector<std::string>{"unsupported", "contradicted"});
}

TEST_CASE("Of several files one that agrees is enough, unless the document names another",
          "[audit]") {
  const audited_tree tree{{"monday.csv", "backend,mean_time_ms\neager,1.5\njit,1.2\n"},
                          {"friday_second.csv", "backend,mean_time_ms\neager,2.5\njit,2.2\n"}};
  const std::string table = "| Backend | Mean (ms) |\n|---|---|\n| eager | 2.5 |\n| jit | 7.7 |\n";
  CHECK(tree.verdict(table, "2.5") == "verified");
  CHECK(tree.verdict(table, "7.7") == "contradicted");
  CHECK(tree.verdict("Data: `monday.csv`\n\n" + table, "2.5") == "contradicted");
}

TEST_CASE("A table of metrics is read by its columns, and changes by the two before", "[audit]") {
  const std::string head = "| Metric | q4_0 | q8_0 | Delta |\n|---|---|---|---|\n";
  const std::string right = head + "| Mean Throughput | 77.0 tok/s | 47.0 tok/s | +64% |\n";
  CHECK(sweep().verdict(right, "77.0") == "verified");
  CHECK(sweep().claim(right, "+64%").claim.rule == "difference");
  CHECK(sweep().verdict(right, "+64%") == "verified");
  const auto wrong = sweep().claim(
      head + "| Mean Throughput | 77.0 tok/s | 47.0 tok/s | **+39% faster** |\n", "+39%");
  CHECK(wrong.claim.judgement == proto::verdict::contradicted);
  CHECK(wrong.truth == "+63.8 %");
}

TEST_CASE("Changes, targets and unknown columns are never contradicted", "[audit]") {
  const std::string texts[] = {
      "| tag | Throughput Improvement |\n|---|---|\n| q4_0 | 33.0 |\n",
      "| tag | Target Throughput |\n|---|---|\n| q4_0 | 33.0 |\n",
      "| tag | Throughput CV |\n|---|---|\n| q4_0 | 33.0 |\n",
      "| tag | Elegance |\n|---|---|\n| q4_0 | 33.0 |\n",
      "| Weather | Mean Tokens/s |\n|---|---|\n| rain | 33.0 |\n",
      "| Metric | Value |\n|---|---|\n| Mean Throughput | 33.0 |\n",
  };
  for (const std::string& text : texts) {
    INFO(text);
    CHECK(sweep().verdict(text, "33.0") == "unsupported");
  }
}

TEST_CASE("A file that is neither named nor beside the document must agree with something first",
          "[audit]") {
  const audited_tree tree{{"data/first.csv", "backend,mean_time_ms\neager,1.5\njit,1.2\n"}};
  const std::string table = "| Backend | Mean (ms) |\n|---|---|\n";
  const auto verdicts = [&tree](std::string_view file, const std::string& text) {
    std::string out;
    for (const auto& c : tree.audit(file, text).claims)
      out += std::string(proto::to_text(c.claim.judgement)) + " ";
    return out;
  };
  const std::string wrong = table + "| eager | 9.5 |\n| jit | 8.2 |\n";
  CHECK(verdicts("docs/other.md", wrong) == "unsupported unsupported ");
  CHECK(verdicts("data/report.md", wrong) == "contradicted contradicted ");
  CHECK(verdicts("docs/other.md", "See first.csv.\n\n" + wrong) == "contradicted contradicted ");
  CHECK(verdicts("docs/other.md", table + "| eager | 1.5 |\n| jit | 8.2 |\n") ==
        "verified contradicted ");
}
