// The room on a real tree of benchmark results, with all that is odd about it.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <map>
#include <utility>

#include "agents/evidence/source/content_times.hpp"
#include "agents/evidence/source/scan.hpp"

namespace {

using namespace chimera::evidence;
namespace fs = std::filesystem;

const fs::path reports =
    fs::path(CHIMERA_SOURCE_DIR) / "../shared/artifacts/seed101/outputs/reports";

struct loaded_tree {
  inventory files;
  std::vector<content_time> times;
  std::map<std::string, std::string> texts;
};

loaded_tree load_all(const fs::path& root) {
  loaded_tree out;
  const scan_limits limits;
  out.files = list_tree(root, limits).value();
  for (file_entry& f : out.files.files) {
    loaded_file loaded = load_file(root, f, limits);
    const bool prose = f.type == "md" || f.type == "txt";
    find_times(f.path, loaded.text, !prose, out.times);
    out.texts[f.path] = std::move(loaded.text);
  }
  mark_duplicates(out.files);
  out.files.first_last = first_last(out.times);
  return out;
}

using totals = std::map<std::string, std::pair<std::size_t, std::uint64_t>>;

TEST_CASE("the inventory of a real tree counts every file and byte") {
  if (!fs::is_directory(reports)) {
    WARN("skipped: the real tree is not here");
    return;
  }
  const loaded_tree tree = load_all(reports);
  totals by_type;
  totals by_status;
  for (const file_entry& f : tree.files.files) {
    for (auto* t : {&by_type[f.type], &by_status[std::string(to_text(f.status))]}) {
      ++t->first;
      t->second += f.bytes;
    }
    INFO(f.path);
    CHECK(f.reason.empty() == (f.status == file_status::read));
    CHECK(f.sha256.size() == 64);
  }
  CHECK(by_type == totals{{"json", {30, 108'835}},
                          {"md", {29, 217'273}},
                          {"csv", {24, 69'916}},
                          {"txt", {3, 3'979}},
                          {"py", {1, 0}}});
  CHECK(tree.files.files.size() == 87);
  CHECK(by_status["empty"].first == 1);
  CHECK(by_status["duplicate"].first == 1);
  CHECK(by_status["read"].first == 85);
  CHECK(tree.files.mtimes_untrusted);
  const auto copy =
      std::ranges::find(tree.files.files, "ollama/ollama_benchmark_summary.md", &file_entry::path);
  CHECK(copy->duplicate_of == "llama3/ollama_benchmark_summary.md");
}

TEST_CASE("the odd encodings of a real tree are recognised and named") {
  if (!fs::is_directory(reports)) {
    WARN("skipped: the real tree is not here");
    return;
  }
  const loaded_tree tree = load_all(reports);
  std::map<std::string, std::string> odd;
  for (const file_entry& f : tree.files.files)
    if (f.encoding != "UTF-8" && !f.encoding.empty()) odd[f.path] = f.encoding;
  CHECK(odd == std::map<std::string, std::string>{
                   {"llama3/baseline_system_report.txt", "windows-1252"},
                   {"profiling/ncu_summary.csv", "UTF-16LE re-encoded as UTF-8"}});
  CHECK(tree.texts.at("profiling/ncu_summary.csv") ==
        "==ERROR== the argument for option '--page' is invalid. Use --help for further "
        "details.\r\n");
  CHECK(tree.texts.at("llama3/baseline_system_report.txt").find("\xC2\xB0") != std::string::npos);
}

TEST_CASE("the time span of a real tree comes from its content") {
  if (!fs::is_directory(reports)) {
    WARN("skipped: the real tree is not here");
    return;
  }
  const auto span = load_all(reports).files.first_last;
  REQUIRE(span.size() == 4);
  CHECK(span[0].text == "2025-09-30T19:46:10.662724");
  CHECK(span[1].text.starts_with("2025-10-08T16:29:55"));
  CHECK(span[0].record);
  CHECK(span[1].record);
  CHECK(span[2].text.starts_with("2025-09-28"));
  CHECK(span[3].text.starts_with("2025-10-09"));
}

}  // namespace
