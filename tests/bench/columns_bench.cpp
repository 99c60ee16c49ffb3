// Time to examine a sweep of 36 rows and 11 columns: traits, failures, cold rows. Prints the median
// of 2,000 examinations in microseconds, without the copy of the table.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "agents/evidence/columns/evidence_table.hpp"
#include "agents/evidence/tables/readers.hpp"

namespace {

std::string sweep() {
  std::string text =
      "num_gpu,num_ctx,temperature,config_name,ttft_s,tokens_s,load_s,prompt_eval_s,eval_s,"
      "eval_count,error\n";
  for (int row = 0; row < 36; ++row) {
    const double load = row % 3 == 0 ? 2.25 : 0.125;
    text += fmt::format("{},{},{},g{}_c{}_t{},{},{},{},{},{},{},\n", row / 9 * 20 + 60,
                        1024 << (row / 3 % 3), 0.2 * (row % 3 + 1), row / 9, row / 3 % 3, row % 3,
                        load + 0.0125, 101.5 + 0.0625 * row, load, 0.0125, 9.5 - 0.03125 * row,
                        900 + row);
  }
  return text;
}

}  // namespace

int main() {
  const auto read = chimera::evidence::read_csv(sweep(), {});
  if (!read || read->tables.empty()) return 1;
  std::vector<double> times;
  for (int i = 0; i < 2000; ++i) {
    auto copy = read->tables[0];
    const auto begin = std::chrono::steady_clock::now();
    const auto done = chimera::evidence::examine("sweep.csv", "", std::move(copy));
    const auto end = std::chrono::steady_clock::now();
    if (done.rows.cold != 12) return 1;
    times.push_back(std::chrono::duration<double, std::micro>(end - begin).count());
  }
  std::ranges::nth_element(times, times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2));
  fmt::print("examine 36 x 11: {:.1f} us\n", times[times.size() / 2]);
  return 0;
}
