// A real benchmark tree and how the tests look into its facts. The expected values were computed
// independently (pure Python, numpy and DuckDB agree on them).
#pragma once

#include <catch2/catch.hpp>

#include <cmath>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agents/evidence/facts/dataset.hpp"
#include "proto/decimal.hpp"

namespace chimera::tests {

using terms = std::vector<proto::filter_term>;

/// Built once: the tests only read it. Null when the tree is not on this machine.
inline const evidence::dataset* reports() {
  static const std::optional<evidence::dataset> data = []() -> std::optional<evidence::dataset> {
    const std::filesystem::path tree =
        std::filesystem::path(CHIMERA_SOURCE_DIR) / "../shared/artifacts/seed101/outputs/reports";
    if (!std::filesystem::exists(tree)) return std::nullopt;
    auto built = evidence::build_dataset(tree, {});
    REQUIRE(built);
    return std::move(*built);
  }();
  return data ? &*data : nullptr;
}

#define NEEDS_TREE(data)                                              \
  const chimera::evidence::dataset* data = chimera::tests::reports(); \
  if ((data) == nullptr) {                                            \
    WARN("skipped: the real benchmark tree is not there");            \
    return;                                                           \
  }

/// Null if there is no such fact.
inline const proto::fact* find(const evidence::dataset& data, std::string_view file,
                               std::string_view path, const terms& filter, std::string_view agg) {
  for (const proto::fact& f : data.facts)
    if (f.file == file && f.where.path == path && f.agg == agg && f.filter == filter) return &f;
  return nullptr;
}

inline double value(const evidence::dataset& data, std::string_view file, std::string_view path,
                    const terms& filter, std::string_view agg) {
  const proto::fact* f = find(data, file, path, filter, agg);
  INFO(file << ' ' << path << ' ' << agg);
  REQUIRE(f != nullptr);
  return proto::parse_decimal(f->value).value_or(std::nan(""));
}

inline double tree_count(const evidence::dataset& data, std::string_view path) {
  return value(data, ".", path, {}, "count");
}

/// The expected values are printed with six significant digits.
inline Approx six_digits(double v) { return Approx(v).epsilon(6e-6); }

inline constexpr const char* gemma = "gemma3/gemma3_param_tuning.csv";
inline constexpr const char* gemma_1b = "gemma3/gemma3_1b-it-qat_param_tuning.csv";
inline constexpr const char* gemma_270m = "gemma3/gemma3_270m_param_tuning.csv";
inline constexpr const char* llama = "llama3/ollama_param_tuning.csv";
inline constexpr const char* quant = "llama3/ollama_quant_bench.csv";
inline constexpr const char* suite = "ollama/20251002-151824/prompt_suite_runs.csv";
inline constexpr const char* fixed = "ollama/20251008-122911/gemma3_benchmark_fixed_runs.csv";

}  // namespace chimera::tests
