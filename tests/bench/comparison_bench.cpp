// What comparisons cost: a hundred sweeps of 36 rows, three parameters and five measures each.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <string>
#include <vector>

#include "agents/evidence/facts/comparison.hpp"

namespace {

using namespace chimera::evidence;

column numbers(std::string name, std::vector<double> values) {
  column c;
  c.name = name;
  c.key = std::move(name);
  c.values = std::move(values);
  return c;
}

evidence_table sweep(std::size_t number) {
  table t;
  t.kind = "csv";
  t.rows = 36;
  const auto add = [&](const char* name, auto value) {
    std::vector<double> values;
    for (std::size_t row = 0; row < t.rows; ++row) values.push_back(value(row));
    t.columns.push_back(numbers(name, std::move(values)));
  };
  add("num_gpu", [](std::size_t row) { return static_cast<double>(row / 9); });
  add("num_ctx", [](std::size_t row) { return 1024.0 * static_cast<double>(1 + row / 3 % 3); });
  add("temperature", [](std::size_t row) { return 0.2 * static_cast<double>(1 + row % 3); });
  for (const char* name : {"tokens_s", "ttft_s", "prompt_eval_s", "eval_s"}) {
    add(name, [number](std::size_t row) {
      return 100 + static_cast<double>((row * 7919 + number * 104729) % 9973) / 1000;
    });
  }
  add("load_s", [](std::size_t row) {
    return (row % 3 == 0 ? 2.0 : 0.1) + static_cast<double>(row * 7919 % 9973) / 1e6;
  });
  return examine("sweep" + std::to_string(number) + ".csv", "", std::move(t));
}

void compare_sweeps(benchmark::State& state) {
  std::vector<evidence_table> tables;
  for (std::size_t i = 0; i < 100; ++i) tables.push_back(sweep(i));
  std::size_t found = 0;
  for (auto _ : state) {
    const auto all = compare_all(tables, static_cast<std::size_t>(state.range(0)));
    found = all.size();
    benchmark::DoNotOptimize(all.data());
  }
  state.counters["comparisons"] = static_cast<double>(found);
}
BENCHMARK(compare_sweeps)->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace

BENCHMARK_MAIN();
