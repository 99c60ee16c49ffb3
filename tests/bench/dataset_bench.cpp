// Scan to facts of a whole tree, files in the page cache: dataset_bench DIR [RUNS], or the folder
// in CHIMERA_BENCH_TREE. Prints n, median, least and greatest of the wall times in milliseconds.
#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <string_view>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "agents/evidence/facts/dataset.hpp"

int main(int argc, char** argv) {
  const char* named = argc > 1 ? argv[1] : std::getenv("CHIMERA_BENCH_TREE");
  if (named == nullptr) {
    fmt::print("dataset_bench: skipped, no tree named\n");
    return 0;
  }
  std::size_t runs = 15;
  if (argc > 2) {
    const std::string_view text = argv[2];
    std::from_chars(text.data(), text.data() + text.size(), runs);
  }
  chimera::evidence::build_options how;
  how.threads = std::max<std::size_t>(1, std::jthread::hardware_concurrency());
  std::vector<double> times;
  std::size_t files = 0;
  std::size_t facts = 0;
  for (std::size_t i = 0; i <= runs; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    const auto data = chimera::evidence::build_dataset(named, how);
    const auto end = std::chrono::steady_clock::now();
    if (!data) {
      fmt::print(stderr, "dataset_bench: {}\n", chimera::proto::to_text(data.error()));
      return 1;
    }
    files = data->files.files.size();
    facts = data->facts.size();
    if (i != 0) times.push_back(std::chrono::duration<double, std::milli>(end - begin).count());
  }
  if (times.empty()) return 1;
  std::ranges::sort(times);
  fmt::print("dataset {} files, {} facts, {} threads: n={} median {:.1f} ms, {:.1f}..{:.1f} ms\n",
             files, facts, how.threads, times.size(), times[times.size() / 2], times.front(),
             times.back());
  return 0;
}
