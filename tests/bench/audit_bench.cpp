// The audit of a tree's own documents: CHIMERA_BENCH_TREE, else the sample tree of the tests.
#include <cstdlib>
#include <string>

#include <benchmark/benchmark.h>

#include "agents/claims/audit/audit.hpp"
#include "agents/evidence/facts/dataset.hpp"

namespace {

using namespace chimera;

const evidence::dataset& tree() {
  static const evidence::dataset data = [] {
    const char* root = std::getenv("CHIMERA_BENCH_TREE");
    auto built = evidence::build_dataset(root != nullptr ? root : "tests/data/sample", {});
    return built ? std::move(*built) : evidence::dataset{};
  }();
  return data;
}

void audit_all_documents(benchmark::State& state) {
  const evidence::dataset& data = tree();
  std::size_t bytes = 0;
  std::size_t contradicted = 0;
  for (auto _ : state) {
    bytes = 0;
    contradicted = 0;
    const claims::auditor audits(data);
    for (const evidence::prose& p : data.texts) {
      if (!p.file.ends_with(".md")) continue;
      contradicted += audits.audit(p.file, p.text).count(proto::verdict::contradicted);
      bytes += p.text.size();
    }
  }
  state.counters["contradicted"] = static_cast<double>(contradicted);
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes) * state.iterations());
}
BENCHMARK(audit_all_documents)->Unit(benchmark::kMillisecond);

// One document over and over: the time must grow as the text does.
void audit_long_document(benchmark::State& state) {
  const evidence::dataset& data = tree();
  const claims::auditor audits(data);
  std::string text;
  for (const evidence::prose& p : data.texts)
    if (p.file.ends_with(".md")) text += p.text + "\n";
  const std::string once = text;
  for (std::int64_t i = 1; i < state.range(0); ++i) text += once;
  for (auto _ : state) benchmark::DoNotOptimize(audits.audit("long.md", text).claims.size());
  state.SetBytesProcessed(static_cast<std::int64_t>(text.size()) * state.iterations());
}
BENCHMARK(audit_long_document)->Arg(1)->Arg(2)->Arg(4)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
