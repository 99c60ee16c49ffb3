// How fast a tree becomes texts: many small files (system calls), large ones (hash, decoding), and
// the search for times in numbers.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <stdlib.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "agents/evidence/source/content_times.hpp"
#include "agents/evidence/source/scan.hpp"
#include "agents/evidence/source/sha256.hpp"
#include "agents/evidence/source/text_encoding.hpp"

namespace {

using namespace chimera::evidence;
namespace fs = std::filesystem;

/// Rows of numbers like those of a parameter sweep; with a time in each row if `timed`.
std::string numeric_csv(std::size_t bytes, bool timed) {
  std::string text = "run,ttft_s,tokens_s,delta,load_s\n";
  std::uint32_t state = 1;
  const auto next = [&] { return (state = state * 1'664'525U + 1'013'904'223U) >> 8U; };
  while (text.size() < bytes) {
    text +=
        fmt::format("{},0.{:06},{}.{:04},-{}.{:03},2.{:05}", next() % 1000, next() % 1'000'000,
                    next() % 300, next() % 10'000, next() % 10, next() % 1000, next() % 100'000);
    if (timed)
      text += fmt::format(",2025-10-{:02}T{:02}:{:02}:00.123456", 1 + next() % 28, next() % 24,
                          next() % 60);
    text += '\n';
  }
  return text;
}

/// 2,000 files of 1 to 10 kB in 40 folders, removed at the end.
class small_files {
 public:
  small_files() {
    std::string name = (fs::temp_directory_path() / "chimera-bench-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder for the bench");
    root_ = name;
    for (std::size_t i = 0; i < 2000; ++i) {
      const fs::path folder = root_ / fmt::format("run_{:02}", i % 40);
      fs::create_directories(folder);
      std::ofstream(folder / fmt::format("results_{:04}.csv", i), std::ios::binary)
          << numeric_csv(1000 + i * 9 / 2, true);
    }
  }
  small_files(const small_files&) = delete;
  small_files& operator=(const small_files&) = delete;
  ~small_files() {
    std::error_code ignored;  // best effort: the system cleans its temporary folder
    fs::remove_all(root_, ignored);
  }
  [[nodiscard]] const fs::path& root() const { return root_; }

 private:
  fs::path root_;
};

const small_files& tree() {
  static const small_files made;
  return made;
}

void rate(benchmark::State& state, std::size_t bytes) {
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes) * state.iterations());
}

void list_2000_files(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(list_tree(tree().root(), {}));
}
BENCHMARK(list_2000_files)->Unit(benchmark::kMillisecond);

void list_and_load_2000_files(benchmark::State& state) {
  const scan_limits limits;
  std::size_t bytes = 0;
  for (auto _ : state) {
    inventory all = list_tree(tree().root(), limits).value();
    bytes = 0;
    for (file_entry& f : all.files) bytes += load_file(tree().root(), f, limits).text.size();
    mark_duplicates(all);
    benchmark::DoNotOptimize(all);
  }
  rate(state, bytes);
}
BENCHMARK(list_and_load_2000_files)->Unit(benchmark::kMillisecond);

void write_inventory_of_2000_files(benchmark::State& state) {
  inventory all = list_tree(tree().root(), {}).value();
  for (file_entry& f : all.files) load_file(tree().root(), f, {}).text.clear();
  mark_duplicates(all);
  for (auto _ : state) benchmark::DoNotOptimize(to_json(all));
}
BENCHMARK(write_inventory_of_2000_files)->Unit(benchmark::kMillisecond);

constexpr std::size_t large_bytes = std::size_t{64} << 20U;

void hash_64_mib(benchmark::State& state) {
  const std::string text = numeric_csv(large_bytes, false);
  for (auto _ : state) {
    sha256_stream hash;
    hash.add(text);
    benchmark::DoNotOptimize(hash.hex());
  }
  rate(state, text.size());
}
BENCHMARK(hash_64_mib)->Unit(benchmark::kMillisecond);

void load_64_mib(benchmark::State& state) {
  const fs::path path = tree().root() / "large.csv";
  std::ofstream(path, std::ios::binary) << numeric_csv(large_bytes, false);
  file_entry listed;
  for (const file_entry& f : list_tree(tree().root(), {}).value().files)
    if (f.path == "large.csv") listed = f;
  for (auto _ : state) {
    file_entry entry = listed;
    benchmark::DoNotOptimize(load_file(tree().root(), entry, {}));
  }
  rate(state, static_cast<std::size_t>(listed.bytes));
  fs::remove(path);
}
BENCHMARK(load_64_mib)->Unit(benchmark::kMillisecond);

void decode(benchmark::State& state, const std::string& bytes) {
  for (auto _ : state) {
    state.PauseTiming();
    std::string copy = bytes;
    state.ResumeTiming();
    benchmark::DoNotOptimize(decode_text(std::move(copy)));
  }
  rate(state, bytes.size());
}

void decode_utf8(benchmark::State& state) { decode(state, numeric_csv(large_bytes, false)); }
BENCHMARK(decode_utf8)->Unit(benchmark::kMillisecond);

void decode_windows_1252(benchmark::State& state) {
  decode(state, numeric_csv(large_bytes, false) + "\xB0\n");
}
BENCHMARK(decode_windows_1252)->Unit(benchmark::kMillisecond);

void find_times_in_numbers(benchmark::State& state) {
  const std::string text = numeric_csv(large_bytes, false);
  for (auto _ : state) {
    std::vector<content_time> out;
    find_times("a.csv", text, true, out);
    benchmark::DoNotOptimize(out);
  }
  rate(state, text.size());
}
BENCHMARK(find_times_in_numbers)->Unit(benchmark::kMillisecond);

void find_times_in_timed_rows(benchmark::State& state) {
  const std::string text = numeric_csv(large_bytes, true);
  for (auto _ : state) {
    std::vector<content_time> out;
    find_times("a.csv", text, true, out);
    benchmark::DoNotOptimize(out);
  }
  rate(state, text.size());
}
BENCHMARK(find_times_in_timed_rows)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
