// What was found in a real benchmark tree: files, bytes, documents, dates, forms of tables.
#include <catch2/catch.hpp>

#include <algorithm>
#include <string>

#include "acceptance/real_tree.hpp"

using namespace chimera;
using namespace chimera::tests;

TEST_CASE("files and bytes by type add up to the total") {
  NEEDS_TREE(data);
  struct row {
    const char* type;
    double files, bytes;
  };
  // The copy lacks two binary .ncu-rep files of 157,112 bytes.
  const row rows[] = {
      {"json", 30, 108835}, {"md", 29, 217273}, {"csv", 24, 69916}, {"txt", 3, 3979}, {"py", 1, 0}};
  double files = 0;
  double bytes = 0;
  for (const row& r : rows) {
    CHECK(tree_count(*data, std::string("files/") + r.type) == r.files);
    CHECK(tree_count(*data, std::string("bytes/") + r.type) == r.bytes);
    files += r.files;
    bytes += r.bytes;
  }
  CHECK(tree_count(*data, "files") == files);
  CHECK(tree_count(*data, "bytes") == bytes);
  CHECK(files == 87);
  CHECK(tree_count(*data, "status/empty") == 1);
}

TEST_CASE("JSON parses whole, a tool's error is no table, dates come from the content") {
  NEEDS_TREE(data);
  CHECK(tree_count(*data, "json/documents") == 30);
  CHECK(tree_count(*data, "json/numbers") == 790);
  REQUIRE(data->tool_errors.size() == 1);
  CHECK(data->tool_errors[0].file == "profiling/ncu_summary.csv");
  CHECK(data->files.mtimes_untrusted);
  REQUIRE(data->files.first_last.size() == 4);
  CHECK(data->files.first_last[0].text.starts_with("2025-09-30T19:46:10"));
  CHECK(data->files.first_last[1].text.starts_with("2025-10-08T16:29:55"));
  CHECK(data->files.first_last[2].text.starts_with("2025-09-28"));
  CHECK(data->files.first_last[3].text.starts_with("2025-10-09"));
  const auto cp1252 =
      std::ranges::count(data->files.files, "windows-1252", &evidence::file_entry::encoding);
  CHECK(cp1252 == 1);
}

TEST_CASE("a unit row, lakh grouping and nested telemetry are read") {
  NEEDS_TREE(data);
  const char* ncu = "profiling/ncu_ollama_raw.csv";
  const auto table = std::ranges::find(data->tables, ncu, &evidence::evidence_table::file);
  REQUIRE(table != data->tables.end());
  CHECK(table->data.rows == 1);
  CHECK(table->data.unit_row);
  std::uint64_t grouped = 0;
  bool lakh = false;
  for (const evidence::column& c : table->data.columns) {
    grouped += c.grouped_cells;
    lakh = lakh || (c.numeric() && c.number(0) == 2147483647);
  }
  CHECK(grouped == 72);
  CHECK(lakh);
  const proto::fact* time = find(*data, ncu, "gpu__time_duration.sum", {}, "mean");
  REQUIRE(time != nullptr);
  CHECK(proto::parse_decimal(time->value).value_or(0) == 9.408);
  CHECK(time->unit == "us");
  const char* system = "llama3/baseline_system_metrics.json";
  CHECK(value(*data, system, "/metrics/*/gpu/*/utilization_gpu", {}, "count") == 6);
  CHECK(value(*data, system, "/metrics/*/gpu/*/utilization_gpu", {}, "mean") == 33);
  CHECK(value(*data, system, "/metrics/*/gpu/*/utilization_gpu", {}, "max") == 93);
  CHECK(value(*data, system, "/metrics/*/gpu/*/utilization_gpu", {}, "sd") == six_digits(46.312));
  CHECK(value(*data, system, "/metrics/*/gpu/*/power_draw", {}, "mean") == six_digits(64.4425));
  CHECK(value(*data, system, "/metrics/*/system/cpu_percent", {}, "mean") == six_digits(13.9333));
  CHECK(value(*data, system, "/metrics/*/system/cpu_percent", {}, "max") == 15.4);
  CHECK(value(*data, system, "/metrics/*/gpu/*/memory_used_mb", {}, "mean") == six_digits(4478.18));
}
