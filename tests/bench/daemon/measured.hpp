// What the benches of the daemon print: the machine, and values with their spread.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <fmt/format.h>

namespace chimera::bench {

using steady = std::chrono::steady_clock;

inline double ms_since(steady::time_point begin) {
  return std::chrono::duration<double, std::milli>(steady::now() - begin).count();
}

/// A whole number of the environment.
inline std::size_t count_setting(const char* name, std::size_t otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : std::strtoull(value, nullptr, 10);
}

inline void print_machine() {
  std::ifstream in("/proc/cpuinfo");
  std::string name = "unknown processor";
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("model name")) name = line.substr(line.find(':') + 2);
  std::ifstream load("/proc/loadavg");
  const std::string loads{std::istreambuf_iterator<char>(load), {}};
  fmt::print("machine: {}, {} CPUs, load {}", name, std::jthread::hardware_concurrency(), loads);
}

class series {
 public:
  void add(double value) { values_.push_back(value); }
  [[nodiscard]] std::size_t size() const { return values_.size(); }
  /// The value that a share of `q` does not exceed.
  [[nodiscard]] double quantile(double q) const {
    if (values_.empty()) return 0;
    std::vector<double> sorted = values_;
    const auto at = static_cast<std::size_t>(q * static_cast<double>(sorted.size() - 1) + 0.5);
    std::ranges::nth_element(sorted, sorted.begin() + static_cast<std::ptrdiff_t>(at));
    return sorted[at];
  }
  [[nodiscard]] double median() const { return quantile(0.5); }
  void print(std::string_view what, std::string_view unit) const {
    fmt::print("  {:<46} median {:>10.2f}, {:.2f}..{:.2f} {}, n = {}\n", what, median(),
               quantile(0), quantile(1), unit, size());
    std::fflush(stdout);
  }
  /// For single durations: median and the tail.
  void print_tail(std::string_view what, std::string_view unit) const {
    fmt::print("  {:<46} p50 {:>8.2f}, p99 {:.2f}, {:.2f}..{:.2f} {}, n = {}\n", what, median(),
               quantile(0.99), quantile(0), quantile(1), unit, size());
    std::fflush(stdout);
  }

 private:
  std::vector<double> values_;
};

}  // namespace chimera::bench
