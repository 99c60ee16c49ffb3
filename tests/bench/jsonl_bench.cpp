// Speed of the JSON reader: JSON Lines of numbers alone, and many small files.
// jsonl_bench writes its file once (JSONL_BENCH_FILE, default ./jsonl_bench.jsonl, JSONL_BENCH_MB,
// default 300), reads it JSONL_BENCH_RUNS times (default 7) and prints MB/s (10^6 bytes), the peak
// of resident memory and the sum over all cells, which the rival must print too; then the time of
// one small file, read 2,000 times.
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "agents/evidence/tables/readers.hpp"

namespace {

using namespace chimera::evidence;
using clock_type = std::chrono::steady_clock;

std::string setting(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : value;
}

/// The run table of csv_bench as records of eleven numbers.
std::string make_lines(std::size_t bytes) {
  std::mt19937_64 random(2'025);
  std::lognormal_distribution<double> time(0.0, 1.0);
  std::string text;
  text.reserve(bytes + 512);
  for (std::size_t run = 1; text.size() < bytes; ++run) {
    const double eval = time(random);
    const auto count = 50 + random() % 900;
    fmt::format_to(std::back_inserter(text),
                   "{{\"run\":{},\"num_gpu\":{},\"num_ctx\":{},\"temperature\":{:.1f},"
                   "\"ttft_s\":{:.6f},\"tokens_s\":{:.2f},\"load_s\":{:.6f},\"prompt_eval_s\":{},"
                   "\"eval_s\":{},\"eval_count\":{},\"response_chars\":{}}}\n",
                   run, 40 + 20 * (random() % 3), 1024U << (random() % 3),
                   0.2 * static_cast<double>(1 + random() % 4), time(random),
                   static_cast<double>(count) / eval, time(random) / 10, time(random) / 7, eval,
                   count, 4 * count + random() % 100);
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

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) return {};
  std::string text(static_cast<std::size_t>(file.tellg()), '\0');
  file.seekg(0);
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  return text;
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

double peak_mebibytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

bool measure_lines(std::string_view text, std::size_t runs) {
  const double before = peak_mebibytes();
  std::vector<double> speeds;
  double sum = 0;
  for (std::size_t run = 0; run < runs; ++run) {
    const auto start = clock_type::now();
    const auto read = read_json(text, {});
    if (!read) return false;
    sum = sum_of_cells(*read);
    const std::chrono::duration<double> took = clock_type::now() - start;
    speeds.push_back(static_cast<double>(text.size()) / 1e6 / took.count());
  }
  std::ranges::sort(speeds);
  fmt::print("jsonl: median {:.0f} MB/s, {:.0f} to {:.0f}, n = {}, sum {}\n",
             speeds[speeds.size() / 2], speeds.front(), speeds.back(), speeds.size(), sum);
  fmt::print("  peak resident memory {:.0f} MiB: text {:.0f} MiB, {:.0f} MiB more for reading\n",
             peak_mebibytes(), static_cast<double>(text.size()) / 1'048'576,
             peak_mebibytes() - before);
  return true;
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
  std::string text = read_file(path);
  if (text.size() < bytes) {
    text = make_lines(bytes);
    std::ofstream(path, std::ios::binary) << text;
  }
  return measure_lines(text, runs) && measure_small_files() ? 0 : 1;
}
