#include "agents/evidence/facts/dataset.hpp"

#include <algorithm>
#include <atomic>
#include <charconv>

#include "agents/evidence/facts/compute_facts.hpp"
#include "agents/evidence/facts/fact_set.hpp"
#include "agents/evidence/facts/in_parallel.hpp"
#include "agents/evidence/facts/read_tree.hpp"
#include "agents/evidence/lints/lint_rules.hpp"
#include "agents/evidence/source/content_times.hpp"

namespace chimera::evidence {
namespace {

// Intervals cost a thousand times a rank test; only comparisons that a report can show get one.
constexpr std::size_t intervals_max = 48;

void take_readings(std::vector<file_reading> readings, dataset& data) {
  std::vector<content_time> times;
  for (std::size_t i = 0; i < readings.size(); ++i) {
    file_reading& reading = readings[i];
    const file_entry& entry = data.files.files[i];
    if (entry.status != file_status::read)
      continue;  // a duplicate's rows count where they stand first
    if (reading.json) ++data.json_files_parsed;
    data.numeric_leaves += reading.numeric_leaves;
    times.insert(times.end(), reading.times.begin(), reading.times.end());
    if (!reading.tool_error.empty())
      data.tool_errors.push_back({entry.path, std::move(reading.tool_error)});
    if (!reading.text.empty()) data.texts.push_back({entry.path, std::move(reading.text)});
    for (evidence_table& t : reading.tables) data.tables.push_back(std::move(t));
  }
  data.files.first_last = first_last(std::move(times));
}

std::uint64_t seed_of(const dataset& data) {
  std::uint64_t seed = 0;
  const std::string& hash = data.files.sha256;
  std::from_chars(hash.data(), hash.data() + std::min<std::size_t>(16, hash.size()), seed, 16);
  return seed;
}

bool is_primary(const comparison& c) {
  return c.metric == "throughput" || c.metric == "ttft" || c.metric == "latency";
}

// Puts the better side first, so that every comparison reads the same way.
void put_better_first(comparison& c) {
  const double ratio = c.ratio_of_medians;
  const bool swap =
      (c.better == polarity::higher && ratio < 1) || (c.better == polarity::lower && ratio > 1);
  if (!swap) return;
  std::swap(c.a, c.b);
  const auto pairs = static_cast<double>(c.a.stats.n) * static_cast<double>(c.b.stats.n);
  c.test.u = pairs - c.test.u;
  c.a12 = 1 - c.a12;
  c.hl_shift = -c.hl_shift;
  c.ratio_of_means = c.a.stats.mean / c.b.stats.mean;
  c.ratio_of_medians = c.a.stats.median / c.b.stats.median;
}

void add_intervals(dataset& data, std::size_t threads,
                   const std::function<void(std::size_t, std::size_t)>& progress) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < data.comparisons.size(); ++i)
    if (data.comparisons[i].said != judgement::untestable) order.push_back(i);
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
    const comparison& x = data.comparisons[a];
    const comparison& y = data.comparisons[b];
    if (is_primary(x) != is_primary(y)) return is_primary(x);
    return x.effect() > y.effect();
  });
  if (order.size() > intervals_max) order.resize(intervals_max);
  const std::uint64_t seed = seed_of(data);
  std::atomic<std::size_t> finished{0};
  in_parallel(order.size(), threads, [&](std::size_t i) {
    add_interval(data.comparisons[order[i]], data.tables, seed + order[i]);
    progress(finished.fetch_add(1) + 1, order.size());
  });
}

void lint(dataset& data) {
  std::vector<lint_text> texts;
  for (const prose& p : data.texts) texts.push_back({p.file, p.text});
  std::vector<lint_tool_error> errors;
  for (const tool_error& e : data.tool_errors) errors.push_back({e.file, e.message});
  data.lints = run_lints({data.files, data.tables, texts, errors});
}

}  // namespace

const proto::fact* dataset::find(std::string_view id) const {
  const auto found = fact_index.find(hash_of_id(id));
  return found == fact_index.end() || facts[found->second].id != id ? nullptr
                                                                    : &facts[found->second];
}

proto::result<dataset> build_dataset(const std::filesystem::path& root,
                                     const build_options& options) {
  const auto report = [&](std::string_view stage, std::size_t done, std::size_t of) {
    if (options.progress) options.progress(stage, done, of);
  };
  auto listed = list_tree(root, options.scan);
  if (!listed) return std::unexpected(listed.error());
  dataset data;
  data.files = std::move(*listed);
  report("reading", 0, data.files.files.size());
  std::vector<file_reading> readings = read_tree(root, data.files, options);
  mark_duplicates(data.files);
  take_readings(std::move(readings), data);
  report("comparing", 0, data.tables.size());
  mark_same_rows(data.tables);
  data.comparisons =
      compare_all(data.tables, options.threads,
                  [&](std::size_t done, std::size_t of) { report("comparing", done, of); });
  std::ranges::for_each(data.comparisons, put_better_first);
  report("linting, intervals of ratios", 0, 0);
  in_parallel(2, options.threads, [&](std::size_t i) {
    if (i == 0)
      lint(data);
    else
      // The lints end long before the intervals do; their thread then helps.
      add_intervals(data, options.threads, [&](std::size_t done, std::size_t of) {
        report("linting, intervals of ratios", done, of);
      });
  });
  report("computing facts", 0, data.tables.size());
  compute_facts(data, options.threads);
  return data;
}

}  // namespace chimera::evidence
