// Comparisons in a real tree, checked against values that other programs gave.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "agents/evidence/facts/comparison.hpp"
#include "agents/evidence/tables/readers.hpp"

using namespace chimera::evidence;
namespace fs = std::filesystem;

namespace {

const fs::path root = fs::path(CHIMERA_SOURCE_DIR) / "../shared/artifacts/seed101/outputs/reports";

std::vector<evidence_table> tables_of_tree() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    // One CSV there is UTF-16; decoding it is another room's task.
    const bool decoded = entry.path().filename() != "ncu_summary.csv";
    if (entry.is_regular_file() && decoded && entry.path().extension() == ".csv")
      files.push_back(entry.path());
  }
  std::ranges::sort(files);
  std::vector<evidence_table> out;
  for (const fs::path& path : files) {
    std::ifstream stream(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    auto read = read_csv(text, table_limits{});
    REQUIRE(read);
    for (table& t : read->tables)
      out.push_back(examine(fs::relative(path, root).generic_string(), "", std::move(t)));
  }
  mark_same_rows(out);
  return out;
}

struct wanted {
  std::string file_a, file_b, level_a, level_b, metric;
  bool warm_only = false;
};

const comparison* find(const std::vector<evidence_table>& tables,
                       const std::vector<comparison>& all, const wanted& w) {
  const auto at = std::ranges::find_if(all, [&](const comparison& c) {
    return tables[c.a.table].file == w.file_a && tables[c.b.table].file == w.file_b &&
           (w.level_a.empty() ? c.a.factor.empty()
                              : c.a.level == w.level_a && c.b.level == w.level_b) &&
           c.metric == w.metric && c.a.warm_only == w.warm_only;
  });
  return at == all.end() ? nullptr : &*at;
}

}  // namespace

TEST_CASE("a real tree: quantisations differ in throughput, not in time to first token") {
  if (!fs::exists(root)) {
    WARN("skipped: no real trees here");
    return;
  }
  const std::vector<evidence_table> tables = tables_of_tree();
  const std::vector<comparison> all = compare_all(tables, 2);
  const std::string quant = "llama3/ollama_quant_bench.csv";
  struct expected {
    std::string a, b;
    double mean_ratio, median_ratio, ttft_p;
  };
  for (const expected& e : {expected{"q4_0", "q5_K_M", 1.17492, 1.18222, 0.547619},
                            expected{"q4_0", "q8_0", 1.64446, 1.64837, 0.222222},
                            expected{"q5_K_M", "q8_0", 1.39964, 1.39430, 1.0}}) {
    INFO(e.a << " against " << e.b);
    const comparison* rate = find(tables, all, {quant, quant, e.a, e.b, "throughput"});
    REQUIRE(rate != nullptr);
    CHECK(rate->a.factor == "tag");
    CHECK(rate->test.p == Approx(0.00793651).epsilon(1e-6));
    CHECK(rate->p_holm == Approx(0.0238095).epsilon(5e-6));
    CHECK(rate->ratio_of_means == Approx(e.mean_ratio).epsilon(5e-6));
    CHECK(rate->ratio_of_medians == Approx(e.median_ratio).epsilon(5e-6));
    CHECK(rate->said == judgement::different);
    const comparison* ttft = find(tables, all, {quant, quant, e.a, e.b, "ttft"});
    REQUIRE(ttft != nullptr);
    CHECK(ttft->test.p == Approx(e.ttft_p).epsilon(1e-5));
    CHECK(ttft->said == judgement::not_distinguishable);
    REQUIRE(find(tables, all, {quant, quant, e.a, e.b, "ttft", true}) != nullptr);
  }
  const comparison* sweeps = find(
      tables, all,
      {"gemma3/gemma3_param_tuning.csv", "llama3/ollama_param_tuning.csv", "", "", "throughput"});
  REQUIRE(sweeps != nullptr);
  CHECK(sweeps->ratio_of_medians == Approx(1.31418).epsilon(5e-6));
  CHECK(sweeps->a12 == 1);
  CHECK(sweeps->a.stats.n == 36);
  CHECK(sweeps->said == judgement::different);
  CHECK(sweeps->confounds.empty());
}

TEST_CASE(
    "a real tree: a sweep's temperature makes all cold rows, and no other parameter differs") {
  if (!fs::exists(root)) {
    WARN("skipped: no real trees here");
    return;
  }
  const std::vector<evidence_table> tables = tables_of_tree();
  const std::vector<comparison> all = compare_all(tables, 2);
  const std::string sweep = "gemma3/gemma3_1b-it-qat_param_tuning.csv";
  const comparison* pooled = find(tables, all, {sweep, sweep, "0.2", "0.4", "ttft"});
  REQUIRE(pooled != nullptr);
  CHECK(pooled->ratio_of_medians > 50);
  CHECK(pooled->said == judgement::different);
  CHECK(pooled->confounds == std::vector<std::string>{"cold rows"});
  // All its rows are cold, so nothing is left to compare.
  CHECK(find(tables, all, {sweep, sweep, "0.2", "0.4", "ttft", true}) == nullptr);
  const comparison* warm = find(tables, all, {sweep, sweep, "0.4", "0.8", "ttft", true});
  REQUIRE(warm != nullptr);
  CHECK(warm->said == judgement::not_distinguishable);
}

TEST_CASE("a real tree: a table of three models is no side of a comparison of whole tables") {
  if (!fs::exists(root)) {
    WARN("skipped: no real trees here");
    return;
  }
  const std::vector<evidence_table> tables = tables_of_tree();
  for (const comparison& c : compare_all(tables, 2)) {
    if (!c.a.factor.empty()) continue;
    CHECK(tables[c.a.table].file.find("prompt_suite") == std::string::npos);
    CHECK(tables[c.b.table].file.find("prompt_suite") == std::string::npos);
  }
}
