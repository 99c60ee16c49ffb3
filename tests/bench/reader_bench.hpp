// What the benches of the readers share: their input file, the clock, the peak of memory.
#pragma once

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "agents/evidence/tables/spendable_text.hpp"

namespace chimera::bench {

inline std::string setting(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : value;
}

/// The cells of a run table of a local model: whole numbers, times to the microsecond, rates with
/// two decimals, and two columns as Python prints doubles (15 to 17 digits).
struct run_record {
  std::size_t run = 0;
  std::uint64_t num_gpu = 0;
  std::uint64_t num_ctx = 0;
  double temperature = 0;
  double ttft_s = 0;
  double tokens_s = 0;
  double load_s = 0;
  double prompt_eval_s = 0;
  double eval_s = 0;
  std::uint64_t eval_count = 0;
  std::uint64_t response_chars = 0;
};

/// The same sequence on every call.
class run_records {
 public:
  run_record next() {
    run_record made;
    made.run = ++runs_;
    made.eval_s = time_(random_);
    made.eval_count = 50 + random_() % 900;
    made.num_gpu = 40 + 20 * (random_() % 3);
    made.num_ctx = 1024U << (random_() % 3);
    made.temperature = 0.2 * static_cast<double>(1 + random_() % 4);
    made.ttft_s = time_(random_);
    made.tokens_s = static_cast<double>(made.eval_count) / made.eval_s;
    made.load_s = time_(random_) / 10;
    made.prompt_eval_s = time_(random_) / 7;
    made.response_chars = 4 * made.eval_count + random_() % 100;
    return made;
  }

 private:
  std::mt19937_64 random_{2'025};
  std::lognormal_distribution<double> time_{0.0, 1.0};
  std::size_t runs_ = 0;
};

/// The content of `path`; "" if there is none.
inline std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) return {};
  std::string text(static_cast<std::size_t>(file.tellg()), '\0');
  file.seekg(0);
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  return text;
}

/// Writes `path` by `make(bytes)` unless there is such a file of that size.
template <class Make>
void make_file(const std::string& path, std::size_t bytes, const Make& make) {
  std::error_code none;
  const std::uintmax_t there = std::filesystem::file_size(path, none);
  if (!none && there >= bytes) return;
  std::ofstream(path, std::ios::binary) << make(bytes);
}

/// The most memory that is resident while `work` runs, in a process of its own, on the text of a
/// file that it may spend; the text is included. False if `work` fails.
template <class Work>
bool print_peak(const std::string& path, const Work& work) {
  std::fflush(stdout);
  const pid_t child = fork();
  if (child != 0) {
    int status = 1;
    return child > 0 && waitpid(child, &status, 0) == child && status == 0;
  }
  evidence::spendable_text text(read_file(path));
  const double size = static_cast<double>(text.view().size()) / 1'048'576;
  const bool done = work(text);
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const double peak = static_cast<double>(usage.ru_maxrss) / 1024;
  fmt::print("  peak resident memory {:.0f} MiB: text {:.0f} MiB and {:.0f} MiB\n", peak, size,
             peak - size);
  std::fflush(stdout);
  _exit(done ? 0 : 1);
}

inline double median(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

/// Several runs over the same bytes: MB/s (10^6 bytes) by the clock on the wall, and by the time
/// that the processors gave, which tells more on a machine that others use too.
class speeds {
 public:
  explicit speeds(std::size_t bytes) : bytes_(bytes) {}

  template <class Work>
  void run(const Work& work) {
    const auto start = std::chrono::steady_clock::now();
    const std::clock_t processor = std::clock();
    work();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    wall_.push_back(static_cast<double>(bytes_) / 1e6 / took.count());
    processor_.push_back(static_cast<double>(bytes_) / 1e6 /
                         (static_cast<double>(std::clock() - processor) / CLOCKS_PER_SEC));
  }

  [[nodiscard]] double middle() const { return median(wall_); }
  [[nodiscard]] std::string shown() const {
    return fmt::format("median {:.0f} MB/s, {:.0f} to {:.0f}, n = {}, {:.0f} of processor time",
                       middle(), std::ranges::min(wall_), std::ranges::max(wall_), wall_.size(),
                       median(processor_));
  }

 private:
  std::size_t bytes_;
  std::vector<double> wall_;
  std::vector<double> processor_;
};

}  // namespace chimera::bench
