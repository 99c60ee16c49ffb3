#include "agents/evidence/facts/dataset.hpp"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <map>
#include <thread>

#include "agents/evidence/facts/comparison_facts.hpp"
#include "agents/evidence/facts/read_tree.hpp"
#include "agents/evidence/facts/table_facts.hpp"
#include "agents/evidence/facts/tree_facts.hpp"
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
  const auto pairs =
      static_cast<double>(c.a.values.size()) * static_cast<double>(c.b.values.size());
  c.test.u = pairs - c.test.u;
  c.a12 = 1 - c.a12;
  c.hl_shift = -c.hl_shift;
  c.ratio_of_means = c.a.stats.mean / c.b.stats.mean;
  c.ratio_of_medians = c.a.stats.median / c.b.stats.median;
}

void add_intervals(dataset& data, std::size_t threads) {
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
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next.fetch_add(1); i < order.size(); i = next.fetch_add(1))
      add_interval(data.comparisons[order[i]], seed + order[i]);
  };
  std::vector<std::jthread> others;
  for (std::size_t i = 1; i < std::min(threads, order.size()); ++i) others.emplace_back(work);
  work();
}

void compute_facts(dataset& data) {
  fact_set facts;
  add_tree_facts(data, facts);
  std::map<std::string_view, std::vector<const evidence_table*>> keyed;
  for (const evidence_table& t : data.tables)
    if (t.data.shape == table_shape::keyed) keyed[t.file].push_back(&t);
  for (const evidence_table& t : data.tables) {
    switch (t.data.shape) {
      case table_shape::document:
        add_cells(t, keyed[t.file], facts);
        break;
      case table_shape::keyed:
        break;  // after all cells stand
      case table_shape::records:
      case table_shape::samples:
        add_summaries(t, facts);
        if (t.data.kind == "md") break;
        add_row_counts(t, facts);
        add_rates(t, facts);
        add_ranks(t, facts);
        break;
    }
  }
  for (const evidence_table& t : data.tables) {
    if (t.data.shape != table_shape::keyed) continue;
    add_row_counts(t, facts);
    add_member_ratios(t, facts);
  }
  for (const comparison& c : data.comparisons) add_comparison(c, data.tables, facts);
  data.facts = facts.take_sorted();
  data.fact_index.reserve(data.facts.size());
  for (std::size_t i = 0; i < data.facts.size(); ++i) data.fact_index.emplace(data.facts[i].id, i);
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
  const auto found = fact_index.find(std::string(id));
  return found == fact_index.end() ? nullptr : &facts[found->second];
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
  data.comparisons = compare_all(data.tables, options.threads);
  std::ranges::for_each(data.comparisons, put_better_first);
  add_intervals(data, options.threads);
  report("linting", 0, data.tables.size());
  lint(data);
  report("computing facts", 0, data.tables.size());
  compute_facts(data);
  return data;
}

}  // namespace chimera::evidence
