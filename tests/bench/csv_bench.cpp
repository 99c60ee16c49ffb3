// Speed of the CSV reader on a file of numbers alone: every cell parsed and aggregated.
// csv_bench writes the file once (CSV_BENCH_FILE, default ./csv_bench.csv, CSV_BENCH_MB, default
// 300), reads it CSV_BENCH_RUNS times (default 7) with one and with two threads, and prints MB/s
// (10^6 bytes), the peak of resident memory, and the sums that the rival must print too.
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <limits>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "agents/evidence/tables/readers.hpp"

namespace {

using chimera::evidence::column;
using chimera::evidence::read_csv;
using chimera::evidence::table;

std::string setting(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : value;
}

/// The columns of a run table of a local model: whole numbers, times to the microsecond, rates
/// with two decimals, and two columns as Python prints doubles (15 to 17 digits).
std::string make_rows(std::size_t bytes) {
  std::mt19937_64 random(2'025);
  std::lognormal_distribution<double> time(0.0, 1.0);
  std::string text =
      "run,num_gpu,num_ctx,temperature,ttft_s,tokens_s,load_s,prompt_eval_s,eval_s,eval_count,"
      "response_chars\n";
  text.reserve(bytes + 256);
  for (std::size_t run = 1; text.size() < bytes; ++run) {
    const double eval = time(random);
    const auto count = 50 + random() % 900;
    fmt::format_to(std::back_inserter(text), "{},{},{},{:.1f},{:.6f},{:.2f},{:.6f},{},{},{},{}\n",
                   run, 40 + 20 * (random() % 3), 1024U << (random() % 3),
                   0.2 * static_cast<double>(1 + random() % 4), time(random),
                   static_cast<double>(count) / eval, time(random) / 10, time(random) / 7, eval,
                   count, 4 * count + random() % 100);
  }
  return text;
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) return {};
  std::string text(static_cast<std::size_t>(file.tellg()), '\0');
  file.seekg(0);
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  return text;
}

struct totals {
  std::size_t cells = 0;
  double sum = 0;
  double least = std::numeric_limits<double>::infinity();
  double most = -std::numeric_limits<double>::infinity();
};

/// Holes do not count. Several sums at a time, so that the processor need not wait for each.
totals aggregate(const column& c) {
  constexpr std::size_t lanes = 8;
  std::array<totals, lanes> lane;
  for (std::size_t i = 0; i < c.values.size(); ++i) {
    totals& t = lane[i % lanes];
    const double value = c.values[i];
    const bool number = !std::isnan(value);
    t.cells += number ? 1U : 0U;
    t.sum += number ? value : 0.0;
    t.least = value < t.least ? value : t.least;
    t.most = value > t.most ? value : t.most;
  }
  totals all;
  for (const totals& t : lane) {
    all.cells += t.cells;
    all.sum += t.sum;
    all.least = std::min(all.least, t.least);
    all.most = std::max(all.most, t.most);
  }
  return all;
}

double peak_mebibytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

/// MB/s of each run; the sum over all cells goes to `sum`.
std::vector<double> measure(std::string_view text, std::size_t threads, std::size_t runs,
                            double& sum) {
  std::vector<double> speeds;
  for (std::size_t run = 0; run < runs; ++run) {
    const auto start = std::chrono::steady_clock::now();
    const auto read = read_csv(text, {}, threads);
    if (!read) return {};
    sum = 0;
    for (const column& c : read->tables.front().columns) sum += aggregate(c).sum;
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    speeds.push_back(static_cast<double>(text.size()) / 1e6 / took.count());
  }
  return speeds;
}

}  // namespace

int main() {
  const std::string path = setting("CSV_BENCH_FILE", "csv_bench.csv");
  const std::size_t bytes = std::stoull(setting("CSV_BENCH_MB", "300")) * 1'000'000;
  const std::size_t runs = std::stoull(setting("CSV_BENCH_RUNS", "7"));
  std::string text = read_file(path);
  if (text.size() < bytes) {
    text = make_rows(bytes);
    std::ofstream(path, std::ios::binary) << text;
  }
  const double before = peak_mebibytes();
  double alone = 0;
  for (const std::size_t threads : {1UZ, 2UZ}) {
    double sum = 0;
    const std::vector<double> speeds = measure(text, threads, runs, sum);
    if (speeds.empty()) return 1;
    const double middle = median(speeds);
    if (threads == 1) alone = middle;
    fmt::print("csv {} thread(s): median {:.0f} MB/s, {:.0f} to {:.0f}, n = {}, {:.2f} x, sum {}\n",
               threads, middle, std::ranges::min(speeds), std::ranges::max(speeds), speeds.size(),
               middle / alone, sum);
    fmt::print("  peak resident memory {:.0f} MiB: text {:.0f} MiB, {:.0f} MiB more for reading\n",
               peak_mebibytes(), static_cast<double>(text.size()) / 1'048'576,
               peak_mebibytes() - before);
  }
  return 0;
}
