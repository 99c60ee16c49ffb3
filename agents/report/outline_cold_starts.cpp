// Cold starts: rows that measure the loading of a model, and what pooling them does to a mean.
#include <algorithm>
#include <cmath>

#include "agents/evidence/columns/sampling.hpp"
#include "agents/evidence/facts/tree_facts.hpp"
#include "agents/evidence/statistics/summary.hpp"
#include "agents/report/outline_builder.hpp"

namespace chimera::report {
namespace {

using evidence::evidence_table;
constexpr auto npos = evidence_table::npos;

// The time measure in which cold and warm rows differ most.
std::size_t cold_measure(const evidence_table& t) {
  if (const std::size_t ttft = measure_of(t, "ttft"); ttft != npos) return ttft;
  for (std::size_t c = 0; c < t.data.columns.size(); ++c)
    if (t.traits[c].dimension == evidence::dimension::time &&
        t.traits[c].role == evidence::role::measure && t.data.columns[c].numeric())
      return c;
  return npos;
}

// How far cold rows pull the mean away from the median of warm ones.
double distortion(const evidence_table& t) {
  std::vector<double> all;
  std::vector<double> warm;
  const std::size_t c = cold_measure(t);
  for (std::size_t row = 0; row < t.data.rows; ++row) {
    const double v = t.data.columns[c].number(row);
    if (t.rows.state[row] == evidence::row_state::failed || !evidence::is_number(v)) continue;
    all.push_back(v);
    if (t.rows.warm[row] == evidence::warmth::warm) warm.push_back(v);
  }
  if (warm.empty()) return 0;
  return evidence::summarise(all).mean / evidence::summarise(warm).median;
}

figure run_order(const evidence_table& t, std::size_t c, const std::string& id) {
  run_order_spec spec;
  spec.name = id;
  spec.title = t.traits[c].label + " in run order, " + t.file;
  spec.axis = t.traits[c].label + " (" + t.traits[c].unit + ")";
  std::string before;
  for (std::size_t row = 0; row < t.data.rows; ++row) {
    const double value = t.data.columns[c].number(row);
    const bool ok = t.rows.state[row] == evidence::row_state::ok && evidence::is_number(value);
    spec.values.push_back(ok ? value : std::nan(""));
    spec.cold.push_back(t.rows.warm[row] == evidence::warmth::cold ? 1 : 0);
    std::string block;
    for (const std::size_t k : t.rows.cold_block_columns)
      block += t.data.columns[k].text(row) + '\x1F';
    if (row == 0 || block != before) spec.block_starts.push_back(row);
    before = std::move(block);
  }
  if (t.rows.cold_block_columns.empty()) spec.block_starts.clear();
  std::string columns;
  for (const std::size_t k : t.rows.cold_block_columns)
    columns += (columns.empty() ? "" : ", ") + t.data.columns[k].name;
  spec.block_label = "new (" + columns + ")";
  return run_order_plot(spec);
}

std::string block_names(outline_builder& b, const evidence_table& t) {
  std::string text;
  for (const std::size_t c : t.rows.cold_block_columns)
    text += (text.empty() ? "" : ", ") + t.data.columns[c].key;
  return text.empty() ? "" : b.name(text, t.file, "header");
}

finding cold_finding(outline_builder& b, const evidence_table& worst, bool sweeps) {
  const std::size_t c = cold_measure(worst);
  const std::string prefix = sweeps ? "rows/sweeps" : "rows";
  finding f;
  f.kind = "cold-starts";
  f.level = proto::severity::error;
  f.weight = 9;
  f.slots = {{"cold", b.tree(prefix + "/cold")},
             {"tables", b.tree(sweeps ? "rows/sweeps/tables" : "rows/cold/tables")},
             {"metric", worst.traits[c].label},
             {"mean-all", b.column(worst, c, {}, "mean")},
             {"median-warm", b.column(worst, c, {{"row", "is", "warm"}}, "median")},
             {"median-cold", b.column(worst, c, {{"row", "is", "cold"}}, "median")},
             {"file", b.file_name(worst)}};
  if (sweeps) f.slots.emplace_back("rows", b.tree("rows/sweeps/ok"));
  const std::string blocks = block_names(b, worst);
  const double first = b.tree_value(prefix + "/cold/first");
  if (!blocks.empty() && first > 0) {
    f.slots.emplace_back("first", b.tree(prefix + "/cold/first"));
    f.slots.emplace_back("blocks", blocks);
    if (first == b.tree_value(prefix + "/cold")) f.slots.emplace_back("all-first", "yes");
  }
  if (const auto confounds = evidence::cold_confounds(worst); !confounds.empty()) {
    const auto& [column, level] = confounds.front();
    f.slots.emplace_back("confound", b.name(worst.data.columns[column].key, worst.file, "header"));
    f.slots.emplace_back("level", b.name(level, worst.file, worst.data.columns[column].name));
  }
  return f;
}

}  // namespace

void outline_cold_starts(outline_builder& b, part& p) {
  std::vector<const evidence_table*> tables;
  for (const evidence_table& t : b.data().tables)
    if (evidence::counts_as_runs(t) && t.rows.cold > 0 && t.rows.warm_rows > 0 &&
        cold_measure(t) != npos)
      tables.push_back(&t);
  if (tables.empty()) return;
  const bool sweeps = b.tree_value("rows/sweeps/cold") > 0;
  std::ranges::stable_sort(tables, [](const evidence_table* x, const evidence_table* y) {
    if (x->rows.cold != y->rows.cold) return x->rows.cold > y->rows.cold;
    return distortion(*x) > distortion(*y);
  });
  const evidence_table& worst = *tables.front();

  table_block table;
  table.caption = "Cold and warm rows are never pooled here; the pooled mean is shown to expose it";
  table.header = {"File", "Rows", "Cold", "Mean of all", "Median, warm", "Median, cold"};
  table.align = {"l", "r", "r", "r", "r", "r"};
  for (const evidence_table* t : tables) {
    const std::size_t c = cold_measure(*t);
    table.rows.push_back({b.file_name(*t), b.rows(*t, "ok"), b.rows(*t, "cold"),
                          b.column(*t, c, {}, "mean"),
                          b.column(*t, c, {{"row", "is", "warm"}}, "median"),
                          b.column(*t, c, {{"row", "is", "cold"}}, "median")});
  }
  b.out().names.tables.emplace("cold-starts", std::move(table));
  b.out().names.figures.emplace("run-order", run_order(worst, cold_measure(worst), "run-order"));

  question q;
  q.id = "cold-starts";
  q.title = "How much of the time to first token is model loading?";
  if (worst.traits[cold_measure(worst)].label != "TTFT")
    q.title = "How much of the time is start-up?";
  q.findings.push_back(cold_finding(b, worst, sweeps));
  q.tables = {"cold-starts"};
  q.figures = {"run-order"};
  p.headline.push_back(q.findings.front());

  finding advice;
  advice.kind = "record-warm-up";
  advice.level = proto::severity::warning;
  advice.weight = 9;
  advice.slots = {{"cold", b.tree(sweeps ? "rows/sweeps/cold" : "rows/cold")}};
  if (const std::string blocks = block_names(b, worst); !blocks.empty())
    advice.slots.emplace_back("blocks", blocks);
  p.recommendations.push_back(std::move(advice));
  p.questions.push_back(std::move(q));
}

}  // namespace chimera::report
