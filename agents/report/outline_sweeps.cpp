// Sweeps with one sample per configuration: their ranking, and why it proves little.
#include <algorithm>

#include "agents/evidence/columns/sampling.hpp"
#include "agents/evidence/facts/table_facts.hpp"
#include "agents/evidence/facts/tree_facts.hpp"
#include "agents/report/outline_builder.hpp"
#include "proto/decimal.hpp"

namespace chimera::report {
namespace {

using evidence::evidence_table;
constexpr auto npos = evidence_table::npos;

std::size_t sweep_measure(const evidence_table& t) {
  for (const char* metric : {"throughput", "latency", "ttft"})
    if (const std::size_t c = measure_of(t, metric); c != npos) return c;
  return npos;
}

std::vector<std::size_t> ranked_rows(const evidence_table& t, std::size_t c) {
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < t.data.rows; ++row)
    if (t.rows.state[row] == evidence::row_state::ok &&
        evidence::is_number(t.data.columns[c].number(row)))
      rows.push_back(row);
  const bool higher = t.traits[c].better == evidence::polarity::higher;
  std::ranges::stable_sort(rows, [&](std::size_t x, std::size_t y) {
    const double a = t.data.columns[c].number(x);
    const double d = t.data.columns[c].number(y);
    return higher ? a > d : a < d;
  });
  return rows;
}

std::string configuration_text(const evidence_table& t, std::size_t row) {
  std::string text;
  const std::size_t label = evidence::row_label_column(t);
  for (const proto::filter_term& term : evidence::configuration_of(t, label, row)) {
    if (!text.empty()) text += ", ";
    text += label == npos ? term.column + '=' + term.value : term.value;
  }
  return text;
}

// The values alone, for the axis of a figure: "40 / 1024 / 0.4".
std::string values_text(const evidence_table& t, std::size_t row) {
  std::string text;
  for (const proto::filter_term& term :
       evidence::configuration_of(t, evidence::row_label_column(t), row))
    text += (text.empty() ? "" : " / ") + term.value;
  return text;
}

std::string cell(const outline_builder& b, const evidence_table& t, std::size_t c,
                 std::size_t row) {
  return b.column(t, c, evidence::configuration_of(t, evidence::row_label_column(t), row), "value");
}

figure ranking(const evidence_table& t, std::size_t c, const std::vector<std::size_t>& rows) {
  ranked_spec spec;
  spec.name = "ranked-configurations";
  spec.title = t.traits[c].label + " by configuration, " + t.file;
  spec.axis = t.traits[c].label + " (" + t.traits[c].unit + ")";
  spec.higher_is_better = t.traits[c].better == evidence::polarity::higher;
  spec.note = "one sample per configuration: the order is not proven";
  for (const std::size_t row : rows) {
    ranked_row r;
    r.label = values_text(t, row);
    r.value = t.data.columns[c].number(row);
    spec.rows.push_back(std::move(r));
  }
  return ranked_plot(spec);
}

double spread(const outline_builder& b, const evidence_table& t, std::size_t c) {
  const proto::fact* f = b.find(evidence::summary_key(t, c, {}, "cv"));
  return f == nullptr ? 0 : proto::parse_decimal(f->value).value_or(0);
}

}  // namespace

void outline_sweeps(outline_builder& b, part& p) {
  std::vector<const evidence_table*> sweeps;
  for (const evidence_table& t : b.data().tables)
    if (evidence::counts_as_runs(t) && evidence::one_sample_per_configuration(t) &&
        sweep_measure(t) != npos && ranked_rows(t, sweep_measure(t)).size() >= 6)
      sweeps.push_back(&t);
  if (sweeps.empty()) return;

  table_block table;
  table.caption = "A single sample per configuration";
  table.header = {"File", "n",    "Median", "Interval of the median", "CV", "Best configuration",
                  "Best", "Worst"};
  table.align = {"l", "r", "r", "r", "r", "l", "r", "r"};
  question q;
  q.id = "sweeps";
  q.title = "Which configuration of the sweeps is best?";
  for (const evidence_table* t : sweeps) {
    const std::size_t c = sweep_measure(*t);
    const auto rows = ranked_rows(*t, c);
    const std::string low = b.column(*t, c, {}, "median_ci_low");
    const std::string best = b.name(configuration_text(*t, rows.front()), t->file, "row");
    table.rows.push_back({b.file_name(*t), b.column(*t, c, {}, "count"),
                          b.column(*t, c, {}, "median"),
                          low.empty() ? "" : low + " to " + b.column(*t, c, {}, "median_ci_high"),
                          b.column(*t, c, {}, "cv"), best, cell(b, *t, c, rows.front()),
                          cell(b, *t, c, rows.back())});
    finding f;
    f.kind = "sweep-noise";
    f.level = proto::severity::error;
    f.weight = 8 - spread(b, *t, c);
    f.slots = {{"file", b.file_name(*t)},
               {"metric", t->traits[c].label},
               {"configurations", b.column(*t, c, {}, "count")},
               {"best", best},
               {"best-value", cell(b, *t, c, rows.front())},
               {"worst-value", cell(b, *t, c, rows.back())},
               {"cv", b.column(*t, c, {}, "cv")}};
    if (sweeps.size() > 1) f.slots.emplace_back("sweeps", b.tree("rows/one-sample/tables"));
    q.findings.push_back(std::move(f));
  }
  std::ranges::stable_sort(q.findings,
                           [](const finding& x, const finding& y) { return x.weight > y.weight; });
  p.headline.push_back(q.findings.front());
  b.out().names.tables.emplace("sweeps", std::move(table));
  const auto main = std::ranges::min_element(
      sweeps, {}, [&](const evidence_table* t) { return spread(b, *t, sweep_measure(*t)); });
  b.out().names.figures.emplace(
      "ranked-configurations",
      ranking(**main, sweep_measure(**main), ranked_rows(**main, sweep_measure(**main))));
  q.tables = {"sweeps"};
  q.figures = {"ranked-configurations"};
  p.questions.push_back(std::move(q));

  finding advice;
  advice.kind = "repeat-configurations";
  advice.level = proto::severity::warning;
  advice.weight = 8;
  advice.slots = {{"test-n", b.tree("rule/test-n")}, {"interval-n", b.tree("rule/interval-n")}};
  p.recommendations.push_back(std::move(advice));
}

}  // namespace chimera::report
