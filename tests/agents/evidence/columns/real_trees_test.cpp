// What is known of real trees of benchmark files, counted there by hand and by other programs.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "agents/evidence/columns/evidence_table.hpp"
#include "agents/evidence/tables/readers.hpp"

using namespace chimera::evidence;
namespace fs = std::filesystem;

namespace {

const fs::path root = fs::path(CHIMERA_SOURCE_DIR) / "../shared/artifacts/seed101";

/// All tables of the CSV files below `folder`, by file.
std::vector<evidence_table> tables_below(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string kind = entry.path().extension().string();
    // One CSV there is UTF-16; decoding it is another room's task.
    const bool decoded = entry.path().filename() != "ncu_summary.csv";
    if (entry.is_regular_file() && decoded && kind == ".csv") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  std::vector<evidence_table> out;
  for (const fs::path& path : files) {
    std::ifstream stream(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    auto read = read_csv(text, table_limits{});
    INFO(path);
    REQUIRE(read);
    for (table& t : read->tables) {
      out.push_back(examine(fs::relative(path, folder).generic_string(), "", std::move(t)));
    }
  }
  mark_same_rows(out);
  return out;
}

const evidence_table* find(const std::vector<evidence_table>& tables, std::string_view file) {
  const auto at = std::ranges::find_if(
      tables, [&](const evidence_table& t) { return t.file == file && t.data.rows > 1; });
  return at == tables.end() ? nullptr : &*at;
}

bool is_raw_csv(const evidence_table& t) {
  return t.data.kind == "csv" && !t.summary && t.file.find("ncu") == std::string::npos;
}

}  // namespace

TEST_CASE("failed rows of real sweeps and benchmarks are found, all and only these") {
  if (!fs::exists(root)) {
    WARN("skipped: no real trees here");
    return;
  }
  const auto tables = tables_below(root / "outputs/reports");
  std::size_t files = 0;
  std::uint64_t rows = 0;
  std::uint64_t failed = 0;
  std::size_t with_failures = 0;
  std::size_t wholly_failed = 0;
  for (const evidence_table& t : tables) {
    if (!is_raw_csv(t)) continue;
    ++files;
    rows += t.data.rows;
    failed += t.rows.failed;
    with_failures += t.rows.failed > 0 ? 1U : 0U;
    wholly_failed += t.rows.failed == t.data.rows ? 1U : 0U;
  }
  CHECK(files == 18);
  CHECK(rows == 274);
  CHECK(failed == 77);
  CHECK(with_failures == 8);
  CHECK(wholly_failed == 7);
  const evidence_table* timeouts = find(tables, "gemma3/gemma3_270m_param_tuning.csv");
  REQUIRE(timeouts != nullptr);
  REQUIRE(timeouts->rows.failures.size() == 2);
  const column& names = timeouts->data.columns[timeouts->data.find("config_name")];
  CHECK(names.text(timeouts->rows.failures[0].row) == "g60_c1024_t0.2");
  CHECK(names.text(timeouts->rows.failures[1].row) == "g60_c1024_t0.4");
  CHECK(timeouts->rows.failures[0].how == failure_encoding::empty_cells);
}

TEST_CASE("cold rows of real sweeps are the first of their num_gpu and num_ctx block") {
  if (!fs::exists(root)) {
    WARN("skipped: no real trees here");
    return;
  }
  const auto tables = tables_below(root / "outputs/reports");
  struct cold_case {
    std::string file;
    std::uint64_t cold;
    std::uint64_t warm;
    std::vector<std::string> block;
  };
  const std::vector<std::string> sweep{"num_gpu", "num_ctx"};
  const std::vector<cold_case> cases{
      {"gemma3/gemma3_param_tuning.csv", 8, 28, sweep},
      {"gemma3/gemma3_1b-it-qat_param_tuning.csv", 12, 24, sweep},
      {"gemma3/gemma3_270m_param_tuning.csv", 11, 23, sweep},
      {"llama3/ollama_param_tuning.csv", 12, 24, sweep},
      {"gemma3/gemma3_baseline.csv", 1, 4, {}},
      {"gemma3/gemma3_1b-it-qat_baseline.csv", 1, 4, {}},
      {"gemma3/gemma3_270m_baseline.csv", 1, 4, {}},
      {"llama3/ollama_quant_bench.csv", 2, 13, {"model"}},
  };
  for (const cold_case& c : cases) {
    INFO(c.file);
    const evidence_table* t = find(tables, c.file);
    REQUIRE(t != nullptr);
    CHECK(t->rows.cold == c.cold);
    CHECK(t->rows.warm_rows == c.warm);
    CHECK(t->rows.cold_because == "load_s > 5 x median");
    std::vector<std::string> block;
    for (const std::size_t i : t->rows.cold_block_columns) block.push_back(t->data.columns[i].name);
    CHECK(block == c.block);
    CHECK(t->rows.cold_first_in_block == (c.block.empty() ? 0 : c.cold));
  }
}

TEST_CASE("summaries that repeat the rows of a real sweep are copies of it") {
  if (!fs::exists(root)) {
    WARN("skipped: no real trees here");
    return;
  }
  const auto tables = tables_below(root / "outputs/reports");
  for (const char* file : {"gemma3/gemma3_param_tuning", "gemma3/gemma3_1b-it-qat_param_tuning",
                           "gemma3/gemma3_270m_param_tuning", "llama3/ollama_param_tuning"}) {
    INFO(file);
    const evidence_table* summary = find(tables, std::string(file) + "_summary.csv");
    const evidence_table* raw = find(tables, std::string(file) + ".csv");
    REQUIRE(summary != nullptr);
    REQUIRE(raw != nullptr);
    CHECK(summary->summary);
    CHECK(&tables[summary->same_as] == raw);
    CHECK_FALSE(raw->summary);
    CHECK(raw->same_as == evidence_table::npos);
  }
  const auto copies = std::ranges::count_if(
      tables, [](const evidence_table& t) { return t.same_as != evidence_table::npos; });
  CHECK(copies == 4);
}

TEST_CASE("a profile with a row of units is read in these units") {
  if (!fs::exists(root)) {
    WARN("skipped: no real trees here");
    return;
  }
  const auto tables = tables_below(root / "outputs/reports/profiling");
  REQUIRE(tables.size() == 1);
  const evidence_table& t = tables[0];
  const std::size_t time = t.data.find("gpu__time_duration.sum");
  REQUIRE(time < t.traits.size());
  CHECK(t.traits[time].unit == "us");
  CHECK(t.traits[time].role == role::measure);
  CHECK(t.traits[time].because == "unit row");
  CHECK(t.rows.failed == 0);
  CHECK_FALSE(t.summary);
  std::size_t attributes = 0;
  for (std::size_t i = 0; i < t.traits.size(); ++i) {
    if (!t.data.columns[i].name.starts_with("device__attribute_")) continue;
    ++attributes;
    INFO(t.data.columns[i].name);
    CHECK(t.traits[i].role == role::parameter);
  }
  CHECK(attributes > 50);
}
