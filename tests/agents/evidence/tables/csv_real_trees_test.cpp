#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "agents/evidence/tables/only_table.hpp"
#include "agents/evidence/tables/readers.hpp"

namespace chimera::evidence {
namespace {

namespace fs = std::filesystem;

const fs::path root = fs::path(CHIMERA_SOURCE_DIR) / "../shared/artifacts/seed101";

std::string bytes_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST_CASE("The real trees' tables have the rows that their files show") {
  if (!fs::exists(root)) {
    WARN("skipped: the real trees are not here");
    return;
  }
  struct expected_table {
    std::string file;
    std::size_t rows, columns;
  };
  const std::string reports = "outputs/reports/";
  const std::vector<expected_table> files = {
      {"data/csv/baseline_performance_summary.csv", 5, 7},
      {"data/csv/ollama_param_tuning.csv", 36, 15},
      {"data/csv/ollama_quant_bench.csv", 15, 15},
      {reports + "gemma3/gemma3_baseline.csv", 5, 9},
      {reports + "gemma3/gemma3_270m_baseline.csv", 5, 9},
      {reports + "gemma3/gemma3_param_tuning.csv", 36, 11},
      {reports + "gemma3/gemma3_270m_param_tuning.csv", 36, 11},
      {reports + "gemma3/gemma3_270m_param_tuning_summary.csv", 34, 7},
      {reports + "llama3/ollama_param_tuning_summary.csv", 36, 8},
      {reports + "llama3/ollama_quant_bench.csv", 15, 15},
      {reports + "ollama/20251002-151824/prompt_suite_runs.csv", 15, 14},
      {reports + "ollama/20251002-151204/prompt_suite_runs.csv", 15, 14},
      {reports + "ollama/20251008-122911/gemma3_benchmark_fixed_runs.csv", 5, 14},
      {reports + "ollama/20251008-122701/gemma3_benchmark_runs.csv", 5, 14},
  };
  for (const expected_table& expected : files) {
    INFO(expected.file);
    const table read = only_table(bytes_of(root / expected.file));
    CHECK(read.rows == expected.rows);
    CHECK(read.columns.size() == expected.columns);
    CHECK(read.delimiter == ',');
    CHECK(read.ragged_rows == 0);
    CHECK_FALSE(read.header_missing);
    CHECK_FALSE(read.unit_row);
    CHECK_FALSE(read.decimal_comma);
    CHECK(read.row_lines.empty());
    CHECK(read.first_row_line == 2);
  }
}

TEST_CASE("Every CSV of the real trees is one table or a tool's message") {
  if (!fs::exists(root)) {
    WARN("skipped: the real trees are not here");
    return;
  }
  std::size_t files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    if (entry.path().extension() != ".csv" || entry.path().filename() == "ncu_summary.csv")
      continue;
    INFO(entry.path().string());
    const std::string text = bytes_of(entry.path());
    CHECK(only_table(text).rows > 0);
    ++files;
  }
  CHECK(files == 27);
}

TEST_CASE("A profiler's table keeps its units and reads digits grouped by twos") {
  const fs::path file = root / "outputs/reports/profiling/ncu_ollama_raw.csv";
  if (!fs::exists(file)) {
    WARN("skipped: the real trees are not here");
    return;
  }
  const table read = only_table(bytes_of(file));
  CHECK(read.rows == 1);
  CHECK(read.columns.size() == 251);
  CHECK(read.unit_row);
  CHECK(read.first_row_line == 3);
  std::uint32_t grouped = 0;
  std::uint32_t lakh = 0;
  for (const column& c : read.columns) {
    grouped += c.grouped_cells;
    lakh += c.lakh_cells;
  }
  CHECK(grouped == 72);
  CHECK(lakh == 20);
  const column& duration = read.columns.at(read.find("gpu__time_duration.sum"));
  CHECK(duration.unit_text == "us");
  CHECK(duration.number(0) == 9.408);
  const column& pitch = read.columns.at(read.find("device__attribute_max_gpu_frequency_khz"));
  CHECK(pitch.number(0) == 2280000);
}

}  // namespace
}  // namespace chimera::evidence
