#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <catch2/catch.hpp>

#include "agents/evidence/tables/json_tables_of.hpp"

namespace chimera::evidence {
namespace {

namespace fs = std::filesystem;

const fs::path root = fs::path(CHIMERA_SOURCE_DIR) / "../shared/artifacts";
const fs::path reports = root / "seed101/outputs/reports";

std::string bytes_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST_CASE("All JSON of the reports is read, with its 790 numbers") {
  if (!fs::exists(root)) {
    WARN("skipped: the real trees are not here");
    return;
  }
  std::size_t files = 0;
  std::uint64_t leaves = 0;
  for (const auto& entry : fs::recursive_directory_iterator(reports)) {
    if (entry.path().extension() != ".json") continue;
    INFO(entry.path().string());
    leaves += tables_of_json(bytes_of(entry.path())).numeric_leaves;
    ++files;
  }
  CHECK(files == 30);
  CHECK(leaves == 790);
}

TEST_CASE("The real trees' JSON has the tables that its files show") {
  if (!fs::exists(root)) {
    WARN("skipped: the real trees are not here");
    return;
  }
  struct expected_table {
    std::string file;
    table_shape shape;
    std::string path;
    std::size_t rows;
  };
  const std::string seed = "seed101/outputs/reports/";
  const std::vector<expected_table> all = {
      {seed + "gemma3/gemma3_baseline.json", table_shape::records, "/results", 5},
      {seed + "llama3/baseline_system_metrics.json", table_shape::records, "/metrics/*/gpu", 6},
      {seed + "quantization/quantization_report.json", table_shape::keyed, "", 4},
      {seed + "kernel_optimization/kernel_benchmarks.json", table_shape::keyed, "/fusion", 2},
      {seed + "compilation/mlp_cuda_bench_20251002-171845.json", table_shape::keyed, "/backends",
       5},
      {"multiagent_runs/baseline_gpu80_ctx512_temp0p8/run_1/metrics.json", table_shape::keyed, "",
       2},
      {"multiagent_runs/homo_gpu80_ctx512_temp0p6/summary.json", table_shape::records, "/runs", 1},
      {"chimera_sweep/run_gpu120_ctx1024_temp0p6/data/metrics.json", table_shape::records, "", 1},
  };
  for (const expected_table& e : all) {
    INFO(e.file);
    const auto read = tables_of_json(bytes_of(root / e.file));
    CHECK(table_at(read, e.shape, e.path).rows == e.rows);
    std::size_t keyed = 0;
    for (const table& t : read.tables) keyed += t.shape == table_shape::keyed ? 1U : 0U;
    const bool two_agents = e.file.ends_with("summary.json");
    CHECK(keyed == (e.shape == table_shape::keyed || two_agents ? 1U : 0U));
  }
}

}  // namespace
}  // namespace chimera::evidence
