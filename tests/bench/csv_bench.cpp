// Speed of the CSV reader on a file of numbers alone: every cell parsed and aggregated.
// csv_bench writes the file once (CSV_BENCH_FILE, default ./csv_bench.csv, CSV_BENCH_MB, default
// 300), reads it CSV_BENCH_RUNS times (default 7) with one and with two threads, and prints MB/s
// (10^6 bytes), the peak of resident memory, and the sums that the rival must print too.
#include <array>
#include <cmath>
#include <iterator>
#include <limits>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "agents/evidence/tables/readers.hpp"
#include "reader_bench.hpp"

namespace {

using namespace chimera::bench;
using chimera::evidence::column;
using chimera::evidence::read_csv;
using chimera::evidence::spendable_text;

std::string make_rows(std::size_t bytes) {
  std::string text =
      "run,num_gpu,num_ctx,temperature,ttft_s,tokens_s,load_s,prompt_eval_s,eval_s,eval_count,"
      "response_chars\n";
  text.reserve(bytes + 256);
  for (run_records records; text.size() < bytes;) {
    const run_record r = records.next();
    fmt::format_to(std::back_inserter(text), "{},{},{},{:.1f},{:.6f},{:.2f},{:.6f},{},{},{},{}\n",
                   r.run, r.num_gpu, r.num_ctx, r.temperature, r.ttft_s, r.tokens_s, r.load_s,
                   r.prompt_eval_s, r.eval_s, r.eval_count, r.response_chars);
  }
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

}  // namespace

int main() {
  const std::string path = setting("CSV_BENCH_FILE", "csv_bench.csv");
  const std::size_t bytes = std::stoull(setting("CSV_BENCH_MB", "300")) * 1'000'000;
  const std::size_t runs = std::stoull(setting("CSV_BENCH_RUNS", "7"));
  make_file(path, bytes, make_rows);
  for (const std::size_t threads : {1UZ, 2UZ}) {
    fmt::print("csv {} thread(s)\n", threads);
    const auto read = [&](spendable_text& text) { return read_csv(text, {}, threads).has_value(); };
    if (!print_peak(path, read)) return 1;
  }
  const std::string text = read_file(path);
  double alone = 0;
  for (const std::size_t threads : {1UZ, 2UZ}) {
    speeds measured(text.size());
    double sum = 0;
    bool read_all = true;
    for (std::size_t run = 0; run < runs; ++run) {
      measured.run([&] {
        const auto read = read_csv(text, {}, threads);
        read_all = read_all && read.has_value();
        sum = 0;
        if (!read) return;
        for (const column& c : read->tables.front().columns) sum += aggregate(c).sum;
      });
    }
    if (!read_all) return 1;
    if (threads == 1) alone = measured.middle();
    fmt::print("csv {} thread(s): {}, {:.2f} x, sum {}\n", threads, measured.shown(),
               measured.middle() / alone, sum);
  }
  return 0;
}
