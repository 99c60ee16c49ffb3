// What statistics cost: the bootstrap of one comparison, summaries, tests and shifts.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "agents/evidence/statistics/run_order.hpp"
#include "agents/evidence/statistics/summary.hpp"
#include "agents/evidence/statistics/two_samples.hpp"

namespace {

std::vector<double> spread(std::size_t n, std::uint64_t step) {
  std::vector<double> values(n);
  for (std::size_t i = 0; i < n; ++i) values[i] = 100 + static_cast<double>(i * step % 9973) / 100;
  return values;
}

void bootstrap(benchmark::State& state) {
  const auto a = spread(static_cast<std::size_t>(state.range(0)), 7919);
  const auto b = spread(static_cast<std::size_t>(state.range(0)), 104729);
  for (auto _ : state)
    benchmark::DoNotOptimize(chimera::evidence::ratio_of_medians_interval(a, b, 1));
}
BENCHMARK(bootstrap)->Arg(36)->Arg(37)->Arg(1000)->Arg(100'000)->Unit(benchmark::kMillisecond);

void summary(benchmark::State& state) {
  const auto values = spread(static_cast<std::size_t>(state.range(0)), 7919);
  for (auto _ : state) benchmark::DoNotOptimize(chimera::evidence::summarise(values));
}
BENCHMARK(summary)->Arg(36)->Arg(100'000)->Unit(benchmark::kMicrosecond);

void rank_test(benchmark::State& state) {
  const auto a = spread(static_cast<std::size_t>(state.range(0)), 7919);
  const auto b = spread(static_cast<std::size_t>(state.range(0)), 104729);
  for (auto _ : state) benchmark::DoNotOptimize(chimera::evidence::mann_whitney(a, b));
}
BENCHMARK(rank_test)->Arg(5)->Arg(20)->Arg(36)->Unit(benchmark::kMicrosecond);

void shift(benchmark::State& state) {
  const auto a = spread(static_cast<std::size_t>(state.range(0)), 7919);
  const auto b = spread(static_cast<std::size_t>(state.range(0)), 104729);
  for (auto _ : state) benchmark::DoNotOptimize(chimera::evidence::hodges_lehmann(a, b));
}
BENCHMARK(shift)->Arg(36)->Arg(2000)->Arg(100'000)->Unit(benchmark::kMicrosecond);

void identities(benchmark::State& state) {
  std::vector<std::vector<double>> columns;
  for (std::int64_t i = 0; i < state.range(0); ++i)
    columns.push_back(spread(40, 7919 + 2 * static_cast<std::uint64_t>(i)));
  const std::vector<std::span<const double>> views(columns.begin(), columns.end());
  for (auto _ : state) benchmark::DoNotOptimize(chimera::evidence::find_identities(views, 5, 1e-6));
}
BENCHMARK(identities)->Arg(12)->Arg(64)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
