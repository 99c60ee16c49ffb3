// Speed of the JSON reader: JSON Lines of numbers alone, and many small files.
// jsonl_bench writes its file once (JSONL_BENCH_FILE, default ./jsonl_bench.jsonl, JSONL_BENCH_MB,
// default 300), reads it JSONL_BENCH_RUNS times (default 7) and prints MB/s (10^6 bytes), the peak
// of resident memory and the sum over all cells, which the rival must print too; then the time of
// one small file, read 2,000 times.
#include <chrono>
#include <cmath>
#include <iterator>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "agents/evidence/tables/readers.hpp"
#include "reader_bench.hpp"

namespace {

using namespace chimera::bench;
using namespace chimera::evidence;
using clock_type = std::chrono::steady_clock;

/// The run table of csv_bench as records of eleven numbers.
std::string make_lines(std::size_t bytes) {
  std::string text;
  text.reserve(bytes + 512);
  for (run_records records; text.size() < bytes;) {
    const run_record r = records.next();
    fmt::format_to(std::back_inserter(text),
                   "{{\"run\":{},\"num_gpu\":{},\"num_ctx\":{},\"temperature\":{:.1f},"
                   "\"ttft_s\":{:.6f},\"tokens_s\":{:.2f},\"load_s\":{:.6f},\"prompt_eval_s\":{},"
                   "\"eval_s\":{},\"eval_count\":{},\"response_chars\":{}}}\n",
                   r.run, r.num_gpu, r.num_ctx, r.temperature, r.ttft_s, r.tokens_s, r.load_s,
                   r.prompt_eval_s, r.eval_s, r.eval_count, r.response_chars);
  }
  return text;
}

/// A summary as benchmark scripts write it: a header and a few runs, indented, about 4 KB.
std::string make_small_file(std::size_t number) {
  std::string text = fmt::format(
      "{{\n  \"model\": \"gemma3:latest\",\n  \"generated_at\": \"2025-10-08T16:29:55\",\n"
      "  \"settings\": {{\"num_gpu\": {}, \"num_ctx\": 2048, \"temperature\": 0.8}},\n"
      "  \"results\": [\n",
      number % 80);
  for (int run = 0; run < 12; ++run) {
    fmt::format_to(
        std::back_inserter(text),
        "    {{\n      \"prompt\": \"Give a battle quote for win {}.\",\n"
        "      \"ttft_s\": {:.7f},\n      \"tokens_s\": {},\n      \"load_s\": 0.1079958,\n"
        "      \"prompt_eval_s\": 0.0170646,\n      \"eval_s\": 3.1135433,\n"
        "      \"eval_count\": {},\n      \"response_chars\": 1031\n    }}{}\n",
        run, 0.1250604 + run, 102.77679452860026 + run, 320 + run, run == 11 ? "" : ",");
  }
  return text + "  ]\n}\n";
}

double sum_of_cells(const tables_of_file& read) {
  double sum = 0;
  for (const table& t : read.tables) {
    for (const column& c : t.columns) {
      for (const double value : c.values) sum += std::isnan(value) ? 0 : value;
    }
  }
  return sum;
}

bool measure_lines(const std::string& text, std::size_t runs) {
  speeds measured(text.size());
  double sum = 0;
  bool read_all = true;
  for (std::size_t run = 0; run < runs; ++run) {
    measured.run([&] {
      const auto read = read_json(text, {});
      read_all = read_all && read.has_value();
      sum = read ? sum_of_cells(*read) : 0;
    });
  }
  fmt::print("jsonl: {}, sum {}\n", measured.shown(), sum);
  return read_all;
}

bool measure_small_files() {
  constexpr std::size_t files = 2'000;
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < files; ++i) texts.push_back(make_small_file(i));
  double sum = 0;
  const auto start = clock_type::now();
  for (const std::string& text : texts) {
    const auto read = read_json(text, {});
    if (!read) return false;
    sum += sum_of_cells(*read);
  }
  const std::chrono::duration<double, std::micro> took = clock_type::now() - start;
  fmt::print("small: {} files of {} bytes, {:.1f} us each, sum {}\n", files, texts.front().size(),
             took.count() / static_cast<double>(files), sum);
  return true;
}

}  // namespace

int main() {
  const std::string path = setting("JSONL_BENCH_FILE", "jsonl_bench.jsonl");
  const std::size_t bytes = std::stoull(setting("JSONL_BENCH_MB", "300")) * 1'000'000;
  const std::size_t runs = std::stoull(setting("JSONL_BENCH_RUNS", "7"));
  make_file(path, bytes, make_lines);
  fmt::print("jsonl\n");
  const auto read = [](spendable_text& text) { return read_json(text, {}).has_value(); };
  if (!print_peak(path, read)) return 1;
  return measure_lines(read_file(path), runs) && measure_small_files() ? 0 : 1;
}
