// Lints of real trees, pinned to what reading the files by eye and with other programs gave.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "agents/evidence/facts/dataset.hpp"
#include "agents/evidence/lints/small_tree.hpp"

using namespace chimera;
using chimera::tests::find_rule;

namespace {

std::optional<evidence::dataset> tree(std::string_view name) {
  const auto root = std::filesystem::path(CHIMERA_SOURCE_DIR) / "../shared/artifacts" / name;
  if (!std::filesystem::exists(root)) {
    WARN("skipped: " << name << " is not here");
    return std::nullopt;
  }
  auto built = evidence::build_dataset(root, {});
  REQUIRE(built);
  return std::move(*built);
}

struct wanted {
  std::string_view rule;
  proto::severity level;
  std::uint64_t count;
  std::uint64_t files;
};

void check(const evidence::dataset& data, const std::vector<wanted>& all) {
  for (const wanted& w : all) {
    INFO(w.rule);
    const proto::lint* found = find_rule(data.lints, w.rule);
    CHECK(found != nullptr);
    if (found == nullptr) continue;
    CHECK(found->level == w.level);
    CHECK(found->count == w.count);
    CHECK(found->files == w.files);
  }
}

bool shows(const proto::lint& lint, std::string_view where, std::string_view text) {
  return std::ranges::any_of(lint.places, [&](const proto::lint_place& p) {
    return p.where.find(where) != std::string::npos && p.shows.find(text) != std::string::npos;
  });
}

constexpr auto error = proto::severity::error;
constexpr auto warning = proto::severity::warning;
constexpr auto info = proto::severity::info;

}  // namespace

TEST_CASE("the reports tree: failed and cold rows, TTFTs that are sums, a lossy summary") {
  const auto data = tree("seed101/outputs/reports");
  if (!data) return;
  check(*data, {{"failed-rows", error, 82, 13},
                {"failures-written-as-zero", error, 80, 12},
                {"cold-rows", error, 53, 11},
                {"cold-rows-confound", error, 4, 4},
                {"one-sample-per-configuration", error, 4, 4},
                {"tool-error-as-data", error, 1, 1},
                {"derived-ttft", warning, 11, 11},
                {"impossible-proportion", warning, 3, 3},
                {"null-telemetry", warning, 12, 6},
                {"one-outlier-in-summary", warning, 3, 1},
                {"summary-rows-lost", warning, 2, 1},
                {"value-equals-parameter", warning, 5, 1},
                {"zero-spread", warning, 5, 5},
                {"aggregates-only", info, 19, 19},
                {"mean-without-dispersion", info, 19, 7},
                {"no-hardware-recorded", info, 29, 29},
                {"one-timestamp", info, 10, 10},
                {"unit-row", info, 1, 1},
                {"digit-grouping", info, 72, 1}});
  CHECK(find_rule(data->lints, "mixed-units") == nullptr);
  // Compile times are null there only for backends that failed; means of runs that all failed are.
  const proto::lint* nulls = find_rule(data->lints, "null-telemetry");
  REQUIRE(nulls != nullptr);
  CHECK_FALSE(shows(*nulls, "compile_time", ""));
  CHECK(shows(*nulls, "/models/*/mean_ttft_s", "all failed"));
  CHECK(find_rule(data->lints, "negative-improvement") == nullptr);
  CHECK(find_rule(data->lints, "summary-differs") == nullptr);
  CHECK(find_rule(data->lints, "cold-first-row") == nullptr);  // cold-rows names these
  const proto::lint* outlier = find_rule(data->lints, "one-outlier-in-summary");
  REQUIRE(outlier != nullptr);
  CHECK(shows(*outlier, "/attention/torch", "mean 24.62, min 0.1675, max 244.1; as of n = 10"));
}

TEST_CASE("the reports tree: its tables lost 77 rows in 8 files, 7 of them wholly") {
  const auto data = tree("seed101/outputs/reports");
  if (!data) return;
  const proto::lint* failed = find_rule(data->lints, "failed-rows");
  REQUIRE(failed != nullptr);
  std::uint64_t rows = 0;
  std::vector<std::string> files;
  for (const proto::lint_place& p : failed->places) {
    if (!p.file.ends_with(".csv")) continue;
    rows += std::stoull(p.shows);
    files.push_back(p.file);
  }
  CHECK(rows == 77);
  REQUIRE(files.size() == 8);
  // Wholly failed files stand first, each group in path order.
  CHECK(std::is_sorted(files.begin(), files.end() - 1));
  CHECK(files.back() == "gemma3/gemma3_270m_param_tuning.csv");
  for (std::size_t i = 0; i < 7; ++i)
    CHECK((failed->places[i].shows.starts_with("15 of 15 rows") ||
           failed->places[i].shows.starts_with("5 of 5 rows")));
}

TEST_CASE("the data tree: percentiles that are maxima, errors sold as success, a false mean") {
  const auto data = tree("seed101/data");
  if (!data) return;
  check(*data, {{"error-text-as-success", error, 5, 1},
                {"one-sample-per-configuration", error, 1, 1},
                {"summary-differs", error, 1, 1},
                {"derived-ttft", warning, 2, 2},
                {"p95-equals-p99", warning, 30, 10},
                {"p99-small-n", warning, 35, 10}});
  CHECK(find_rule(data->lints, "p95-equals-p99")->of == 35);
  // An average of 2527 ms is stored where five runs have a mean of 16017.70 / 5.
  CHECK(shows(*find_rule(data->lints, "summary-differs"), "/summary/avg_generation_time_ms",
              "2527 stored, their minimum; the mean of 5 rows of /results/*/generation_time_ms is "
              "3204"));
}

TEST_CASE("the multi-agent tree: its speed-up is an identity of run lengths") {
  const auto data = tree("multiagent_runs");
  if (!data) return;
  check(*data, {{"single-run", warning, 19, 19},
                {"zero-spread", warning, 76, 19},
                {"no-hardware-recorded", info, 38, 38}});
  const proto::lint* identity = find_rule(data->lints, "derived-column");
  REQUIRE(identity != nullptr);
  CHECK(identity->level == error);
  CHECK(identity->count == 8);
  CHECK_FALSE(shows(*identity, "throughput", ""));
  CHECK_FALSE(shows(*identity, "duration", ""));
  CHECK(shows(*identity, "concurrency_speedup",
              "concurrency_speedup = sequential_estimated_s / concurrent_wall_time_s"));
  CHECK(shows(*identity, "concurrency_speedup",
              "sequential_estimated_s = collector/execution_time_s + insight/execution_time_s"));
  CHECK(shows(*identity, "efficiency_percent", "efficiency_percent = 50 x concurrency_speedup"));
}

TEST_CASE("the sweep tree: losses called improvements, percentiles of two, no telemetry") {
  const auto data = tree("chimera_sweep");
  if (!data) return;
  check(*data, {{"negative-improvement", error, 4, 2},
                {"null-telemetry", warning, 12, 2},
                {"p95-small-n", warning, 8, 2},
                {"tail-of-rate", warning, 4, 2}});
  const proto::lint* telemetry = find_rule(data->lints, "null-telemetry");
  REQUIRE(telemetry != nullptr);
  CHECK(shows(*telemetry, "average_gpu_utilization", "null"));
  const proto::lint* losses = find_rule(data->lints, "negative-improvement");
  REQUIRE(losses != nullptr);
  CHECK(shows(*losses, "ttft_reduction_percent", "-15.70"));
  const proto::lint* tails = find_rule(data->lints, "p95-small-n");
  REQUIRE(tails != nullptr);
  CHECK(shows(*tails, "p95_ttft_ms", "n = 2,"));
}
