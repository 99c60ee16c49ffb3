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
  check(*data, {{"failed-rows", error, 85, 14},
                {"failures-written-as-zero", error, 80, 12},
                {"cold-rows", error, 53, 11},
                {"cold-rows-confound", error, 4, 4},
                {"one-sample-per-configuration", error, 4, 4},
                {"tool-error-as-data", error, 1, 1},
                {"derived-ttft", warning, 11, 11},
                {"impossible-proportion", warning, 3, 3},
                {"one-outlier-in-summary", warning, 3, 1},
                {"summary-rows-lost", warning, 2, 1},
                {"zero-spread", warning, 5, 5},
                {"unit-row", info, 1, 1},
                {"digit-grouping", info, 72, 1}});
  CHECK(find_rule(data->lints, "mixed-units") == nullptr);
  // Compile times are null there only for backends that failed.
  CHECK(find_rule(data->lints, "null-telemetry") == nullptr);
  CHECK(find_rule(data->lints, "negative-improvement") == nullptr);
}

TEST_CASE("the multi-agent tree: its speed-up is an identity of run lengths") {
  const auto data = tree("multiagent_runs");
  if (!data) return;
  check(*data, {{"single-run", warning, 19, 19}, {"zero-spread", warning, 76, 19}});
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
