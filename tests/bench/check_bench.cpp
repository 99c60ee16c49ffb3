// Checking model output: 1 MB of Markdown against 100,000 facts, the book built each time, on one
// thread; then less text and fewer facts, to see that the time is linear in both. Prints n, median,
// least and greatest of the CPU times in milliseconds. CHECK_BENCH_RUNS=15.
#include <algorithm>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "agents/claims/check/check_answer.hpp"
#include "agents/claims/check/fact_book.hpp"
#include "proto/decimal.hpp"
#include "proto/fact.hpp"
#include "reader_bench.hpp"

namespace {

using chimera::proto::fact;

constexpr std::array<std::string_view, 7> aggs = {"mean", "median", "min", "max", "sd", "p5", "cv"};
constexpr std::array<std::string_view, 5> columns = {"ttft_s", "tokens_s", "load_s", "eval_s",
                                                     "prompt_eval_s"};
constexpr std::array<std::string_view, 5> units = {"s", "tok/s", "s", "s", "s"};

// Ids as they are: no digits.
std::string id_of(std::size_t n) {
  std::string id = "fact-";
  for (; n > 0; n /= 20) id += "bcdfghjklmnpqrstvwxz"[n % 20];
  return id + "-x";
}

std::string file_of(std::size_t i) { return fmt::format("runs/sweep_{}.csv", i); }

// Files of 280 facts: five columns, eight groups, seven statistics.
std::vector<fact> make_facts(std::size_t count) {
  std::vector<fact> facts;
  facts.reserve(count);
  for (std::size_t file = 0; facts.size() < count; ++file)
    for (std::size_t column = 0; column < columns.size(); ++column)
      for (std::size_t group = 0; group < 8; ++group)
        for (const std::string_view agg : aggs) {
          if (facts.size() == count) return facts;
          fact& f = facts.emplace_back();
          f.id = id_of(facts.size());
          f.file = file_of(file);
          f.where = {"csv", std::string(columns[column])};
          f.filter = {{"tag", "=", fmt::format("q{}_k", group)}};
          f.agg = agg;
          f.n = 12;
          f.value = fmt::format("{}.{:04}", 10 + (file * 7 + group) % 90, facts.size() % 9999);
          f.unit = units[column];
          f.polarity = column == 1 ? "higher" : "lower";
          f.kind = "aggregate";
        }
  return facts;
}

std::string make_text(const std::vector<fact>& facts, std::size_t bytes) {
  std::string text;
  for (std::size_t i = 1; text.size() < bytes; i = (i * 7919 + 13) % facts.size()) {
    const fact& f = facts[i];
    switch (text.size() % 4) {
      case 0:
        text += fmt::format("\n\n## Results of `{}`\n\nWe ran each prompt five times. ", f.file);
        break;
      case 1:
        text += fmt::format("In `{}` the {} {} of {} was {} {}. ", f.file, f.agg, f.where.path,
                            f.filter[0].value, f.value, f.unit);
        break;
      case 2:
        text += fmt::format("The {} {} is {{{{f:{}}}}}, which is faster than before. ", f.agg,
                            f.where.path, f.id);
        break;
      default:
        text += "Nothing in this sentence is a claim about the data, as in most sentences.\n";
    }
  }
  text.resize(bytes, '\n');
  return text;
}

double cpu_milliseconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

void measure(std::size_t runs, std::size_t bytes, std::size_t count) {
  const std::vector<fact> facts = make_facts(count);
  const std::string text = make_text(facts, bytes);
  std::vector<double> all;
  std::vector<double> building;
  std::size_t issues = 0;
  std::size_t replaced = 0;
  for (std::size_t i = 0; i <= runs; ++i) {
    const double begin = cpu_milliseconds();
    const chimera::claims::fact_book book(facts);
    const double built = cpu_milliseconds();
    const auto answer = chimera::claims::check_answer(text, book, {});
    const double end = cpu_milliseconds();
    issues = answer.issues.size();
    replaced = answer.replaced.size();
    if (i == 0) continue;
    all.push_back(end - begin);
    building.push_back(built - begin);
  }
  std::ranges::sort(all);
  std::ranges::sort(building);
  fmt::print(
      "check {:4.2f} MB, {:6} facts: n={} median {:7.1f} ms, {:7.1f}..{:7.1f} ms, of that "
      "the book {:6.1f} ms; {} issues, {} replaced\n",
      static_cast<double>(bytes) / 1e6, count, runs, all[all.size() / 2], all.front(), all.back(),
      building[building.size() / 2], issues, replaced);
}

}  // namespace

int main() {
  const std::size_t runs = std::stoull(chimera::bench::setting("CHECK_BENCH_RUNS", "15"));
  if (runs == 0) return 1;
  measure(runs, 1'000'000, 100'000);
  measure(runs, 500'000, 100'000);
  measure(runs, 250'000, 100'000);
  measure(runs, 1'000'000, 50'000);
  measure(runs, 1'000'000, 25'000);
  measure(std::min<std::size_t>(runs, 3), 10'000'000, 25'000);
  return 0;
}
