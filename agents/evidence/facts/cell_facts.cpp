#include <algorithm>
#include <cmath>
#include <numeric>
#include <unordered_set>

#include <fmt/format.h>

#include "agents/evidence/columns/sampling.hpp"
#include "agents/evidence/facts/table_facts.hpp"

namespace chimera::evidence {
namespace {

constexpr std::size_t ranked_rows_max = 400;
constexpr std::size_t members_max = 12;

bool is_primary(const column_traits& traits, const column& c) {
  if (traits.role != role::measure || !c.numeric()) return false;
  const std::string metric = metric_name(c.key);
  return metric == "throughput" || metric == "ttft" || metric == "latency";
}

std::unordered_set<std::string> cells_of_failed_members(
    const std::vector<const evidence_table*>& keyed) {
  std::unordered_set<std::string> pointers;
  for (const evidence_table* t : keyed)
    for (std::size_t row = 0; row < t->data.rows; ++row) {
      if (t->rows.state[row] != row_state::failed) continue;
      for (const column& c : t->data.columns) pointers.insert(t->data.place(row, c));
    }
  return pointers;
}

bool unique_texts(const evidence_table& t, std::size_t c) {
  std::unordered_set<std::string> seen;
  for (std::size_t row = 0; row < t.data.rows; ++row) {
    if (t.data.columns[c].missing(row)) return false;
    if (!seen.insert(t.data.columns[c].text(row)).second) return false;
  }
  return true;
}

}  // namespace

std::size_t row_label_column(const evidence_table& t) {
  for (std::size_t c = 0; c < t.data.columns.size(); ++c)
    if (t.traits[c].role == role::label && t.data.columns[c].textual() && unique_texts(t, c))
      return c;
  return evidence_table::npos;
}

std::vector<proto::filter_term> configuration_of(const evidence_table& t, std::size_t label,
                                                 std::size_t row) {
  std::vector<proto::filter_term> terms;
  if (label != evidence_table::npos) {
    terms.push_back({t.data.columns[label].name, "=", t.data.columns[label].text(row)});
    return terms;
  }
  for (std::size_t p = 0; p < t.data.columns.size(); ++p)
    if (t.traits[p].role == role::parameter)
      terms.push_back({t.data.columns[p].name, "=", t.data.columns[p].text(row)});
  return terms;
}

void add_cells(const evidence_table& document, const std::vector<const evidence_table*>& keyed,
               fact_set& facts) {
  const auto failed = cells_of_failed_members(keyed);
  for (std::size_t c = 0; c < document.data.columns.size(); ++c) {
    const column& cell = document.data.columns[c];
    const double value = cell.number(0);
    if (!cell.numeric() || !is_number(value) || !std::isfinite(value)) continue;
    const bool measured = document.traits[c].role == role::measure;
    if (measured && (failed.contains(cell.name) || document.rows.state[0] == row_state::failed))
      continue;
    proto::fact f = fact_of_column(document, c);
    f.agg = "value";
    f.kind = "cell";
    f.n = 1;
    if (document.traits[c].statistic != stored_statistic::none &&
        document.about.declared_runs > 0) {
      f.n = document.about.declared_runs;
      f.flags.push_back("n-declared:" + document.about.declared_runs_at);
    }
    f.phrase = fmt::format("{} in {}", cell.name, document.file);
    facts.add(std::move(f), value);
  }
}

void add_member_ratios(const evidence_table& keyed, fact_set& facts) {
  if (keyed.data.rows > members_max) return;
  for (std::size_t c = 0; c < keyed.data.columns.size(); ++c) {
    const column_traits& traits = keyed.traits[c];
    if (traits.role != role::measure || !keyed.data.columns[c].numeric()) continue;
    if (traits.dimension != dimension::time && traits.dimension != dimension::rate) continue;
    if (traits.statistic != stored_statistic::mean &&
        traits.statistic != stored_statistic::median && traits.statistic != stored_statistic::none)
      continue;
    const auto cell_of = [&](std::size_t row) {
      proto::fact f = fact_of_column(keyed, c);
      f.where.path = keyed.data.place(row, keyed.data.columns[c]);
      f.agg = "value";
      f.kind = "cell";
      return facts.id_of(key_of(f));
    };
    for (std::size_t a = 0; a < keyed.data.rows; ++a)
      for (std::size_t b = a + 1; b < keyed.data.rows; ++b) {
        const double x = keyed.data.columns[c].number(a);
        const double y = keyed.data.columns[c].number(b);
        const std::string x_id = cell_of(a);
        const std::string y_id = cell_of(b);
        if (x_id.empty() || y_id.empty() || !(x > 0) || !(y > 0)) continue;
        proto::fact f = fact_of_column(keyed, c);
        f.where.path = keyed.data.place(a, keyed.data.columns[c]);
        f.agg = "ratio";
        f.kind = "derived";
        f.n = 2;
        f.unit.clear();
        f.dim = "ratio";
        f.polarity = "none";
        f.derived_from = {x_id, y_id};
        f.phrase = fmt::format("{} of {} / {} in {}", traits.label, keyed.data.row_keys[a],
                               keyed.data.row_keys[b], keyed.file);
        facts.add(std::move(f), x / y);
      }
  }
}

void add_ranks(const evidence_table& t, fact_set& facts) {
  if (!one_sample_per_configuration(t) || t.data.rows > ranked_rows_max) return;
  const std::size_t label = row_label_column(t);
  for (std::size_t c = 0; c < t.data.columns.size(); ++c) {
    const column_traits& traits = t.traits[c];
    if (!is_primary(traits, t.data.columns[c]) || traits.better == polarity::none) continue;
    std::vector<std::size_t> rows;
    for (std::size_t row = 0; row < t.data.rows; ++row)
      if (t.rows.state[row] == row_state::ok && is_number(t.data.columns[c].number(row)))
        rows.push_back(row);
    std::ranges::stable_sort(rows, [&](std::size_t a, std::size_t b) {
      const double x = t.data.columns[c].number(a);
      const double y = t.data.columns[c].number(b);
      return traits.better == polarity::higher ? x > y : x < y;
    });
    double before = 0;
    std::size_t rank = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::size_t row = rows[i];
      const double value = t.data.columns[c].number(row);
      if (i == 0 || value != before) rank = i + 1;  // ties share the better rank
      before = value;
      proto::fact f = fact_of_column(t, c);
      f.filter = configuration_of(t, label, row);
      f.agg = "value";
      f.kind = "cell";
      f.n = 1;
      f.phrase =
          fmt::format("{} at {} of {}", traits.label, t.data.place(row, t.data.columns[c]), t.file);
      const std::string cell = facts.add(f, value);
      f.agg = "rank";
      f.kind = "derived";
      f.derived_from = {cell};
      f.n = rows.size();
      f.unit.clear();
      f.dim = "count";
      f.polarity = "lower";
      f.phrase = "rank of " + f.phrase;
      facts.add(std::move(f), static_cast<double>(rank));
    }
  }
}

}  // namespace chimera::evidence
