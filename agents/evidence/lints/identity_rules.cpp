#include <algorithm>
#include <cmath>
#include <map>
#include <span>

#include <fmt/format.h>

#include "agents/evidence/lints/rule.hpp"
#include "agents/evidence/statistics/run_order.hpp"
#include "proto/decimal.hpp"

namespace chimera::evidence {
namespace {

using proto::severity;

constexpr double tolerance = 1e-4;
constexpr std::uint64_t rows_min = 5;
constexpr std::size_t columns_max = 64;

// Columns of one shape, each with the values of all rows; documents of one shape are pooled over
// files, the columns of a larger table stay where they are.
struct pool {
  const evidence_table* table = nullptr;  ///< if not pooled
  std::vector<std::size_t> order;         ///< of its columns
  std::vector<std::string> files;
  std::vector<std::string> names;
  std::vector<std::string> keys;
  std::vector<std::vector<double>> values;  ///< if pooled
};

bool is_gain(std::string_view key) {
  return key.find("speedup") != std::string_view::npos ||
         key.find("speed_up") != std::string_view::npos ||
         key.find("efficiency") != std::string_view::npos ||
         key.find("improvement") != std::string_view::npos;
}

// Ratios and gains first, as find_identities explains the column that stands first.
std::vector<std::size_t> in_order(const evidence_table& t) {
  std::vector<std::size_t> order;
  for (std::size_t c = 0; c < t.data.columns.size(); ++c) {
    const bool number = t.data.columns[c].numeric() && t.traits[c].role != role::identifier &&
                        t.traits[c].role != role::time;
    if (number) order.push_back(c);
  }
  std::stable_sort(order.begin(), order.end(), [&](std::size_t x, std::size_t y) {
    const auto rank = [&](std::size_t c) {
      const bool made =
          t.traits[c].dimension == dimension::rate || t.traits[c].statistic == stored_statistic::cv;
      return is_gain(t.data.columns[c].key) ? 0 : made ? 1 : 2;
    };
    return rank(x) < rank(y);
  });
  if (order.size() > columns_max) order.resize(columns_max);
  return order;
}

std::string shape_of(const evidence_table& t) {
  std::string shape;
  for (const column& c : t.data.columns)
    if (c.numeric()) shape += c.name + '\x1F';
  return shape;
}

std::vector<pool> pools_of(const lint_input& in) {
  std::vector<pool> pools;
  std::map<std::string, std::size_t> by_shape;
  for (const evidence_table& t : in.tables) {
    if (t.data.kind == "md" || t.same_as != evidence_table::npos ||
        t.data.shape == table_shape::keyed)
      continue;
    const bool pooled = t.data.shape == table_shape::document || t.data.rows < rows_min;
    const std::vector<std::size_t> order = in_order(t);
    if (order.size() < 3) continue;
    std::size_t index = pools.size();
    if (pooled) index = by_shape.try_emplace(shape_of(t), index).first->second;
    if (index == pools.size()) {
      pool p;
      for (const std::size_t c : order) {
        p.names.push_back(t.data.columns[c].name);
        p.keys.push_back(t.data.columns[c].key);
      }
      if (pooled) p.values.resize(order.size());
      if (!pooled) p.table = &t;
      p.order = order;
      pools.push_back(std::move(p));
    }
    pool& p = pools[index];
    if (p.order.size() != order.size()) continue;
    p.files.push_back(t.file);
    if (!pooled) continue;
    for (std::size_t i = 0; i < order.size(); ++i)
      for (std::size_t row = 0; row < t.data.rows; ++row)
        p.values[i].push_back(t.rows.state[row] == row_state::failed
                                  ? make_hole(cell_state::missing)
                                  : t.data.columns[order[i]].number(row));
  }
  std::erase_if(pools, [](const pool& p) {
    return p.table == nullptr && p.values.front().size() < rows_min;
  });
  return pools;
}

// The shortest name that tells the columns of a pool apart.
std::string short_name(const pool& p, std::size_t c) {
  if (std::ranges::count(p.keys, p.keys[c]) == 1) return p.keys[c];
  return p.names[c].starts_with('/') ? p.names[c].substr(1) : p.names[c];
}

std::string formula(const pool& p, const identity& found) {
  const auto name = [&](std::size_t i) { return short_name(p, found.operands[i]); };
  const std::string k = found.factor == 1 ? "" : proto::shortest(found.factor) + " x ";
  const std::string target = short_name(p, found.target) + " = ";
  switch (found.how) {
    case identity::form::equal:
      return target + k + name(0);
    case identity::form::sum:
      return target + name(0) + " + " + name(1);
    case identity::form::difference:
      return target + name(0) + " - " + name(1);
    case identity::form::ratio:
      return target + k + name(0) + " / " + name(1);
    case identity::form::sum_over:
      return target + k + "(" + name(0) + " + " + name(1) + ") / " + name(2);
    case identity::form::product:
      return target + k + name(0) + " x " + name(1);
  }
  return target;
}

// The formula, and how its operands are themselves made: a + b hidden in a column of its own.
std::string whole_formula(const pool& p, const identity& found, const std::vector<identity>& all) {
  std::string text = formula(p, found);
  for (const std::size_t operand : found.operands)
    for (const identity& other : all)
      if (other.target == operand && other.how != identity::form::equal)
        text += ", where " + formula(p, other);
  return text;
}

std::vector<identity> identities_of(const pool& p) {
  std::vector<std::span<const double>> columns(p.values.begin(), p.values.end());
  if (p.table == nullptr) return find_identities(columns, rows_min, tolerance);
  for (const std::size_t c : p.order) columns.emplace_back(p.table->data.columns[c].values);
  std::vector<bool> left_out;
  if (p.table->rows.failed > 0) {
    left_out.resize(p.table->data.rows);
    for (std::size_t row = 0; row < left_out.size(); ++row)
      left_out[row] = p.table->rows.state[row] == row_state::failed;
  }
  return find_identities(columns, rows_min, tolerance, left_out);
}

}  // namespace

std::optional<proto::lint> derived_ttft(const lint_input& in) {
  finder f({"derived-ttft", severity::warning, "A TTFT that is load plus prompt evaluation",
            "tables", "it contains model loading and is no time that a client saw"});
  for (const evidence_table& t : in.tables) {
    if (!is_raw_table(t)) continue;
    std::size_t parts[3] = {evidence_table::npos, evidence_table::npos, evidence_table::npos};
    constexpr std::string_view metrics[3] = {"ttft", "load", "prompt_eval"};
    for (std::size_t c = 0; c < t.data.columns.size(); ++c) {
      if (!is_raw_measure(t, c) || t.traits[c].dimension != dimension::time) continue;
      const std::string metric = metric_name(t.data.columns[c].key);
      for (std::size_t i = 0; i < 3; ++i)
        if (parts[i] == evidence_table::npos && metric == metrics[i]) parts[i] = c;
    }
    if (std::ranges::find(parts, evidence_table::npos) != std::end(parts)) continue;
    std::size_t rows = 0;
    bool holds = true;
    for (std::size_t row = 0; row < t.data.rows && holds; ++row) {
      if (t.rows.state[row] == row_state::failed) continue;
      double v[3];
      for (std::size_t i = 0; i < 3; ++i)
        v[i] = t.data.columns[parts[i]].number(row) * t.traits[parts[i]].to_base;
      if (!is_number(v[0]) || !is_number(v[1]) || !is_number(v[2])) continue;
      holds = std::fabs(v[0] - v[1] - v[2]) <= 1e-3 * v[0] + 2e-4;
      ++rows;
    }
    if (holds && rows >= 3)
      f.at(t.file, t.data.columns[parts[0]].name,
           fmt::format("{} = {} + {} in all {} rows", t.data.columns[parts[0]].key,
                       t.data.columns[parts[1]].key, t.data.columns[parts[2]].key, rows));
  }
  return f.done();
}

std::optional<proto::lint> derived_column(const lint_input& in) {
  finder gains({"derived-column", severity::error, "A gain that is an identity of run lengths",
                "columns",
                "it measures no gain: it follows from how long the runs took, whatever they did"});
  finder others({"derived-column", severity::info,
                 "Columns that are a function of their neighbours", "columns",
                 "they add no evidence to what they are computed from"});
  for (const pool& p : pools_of(in)) {
    const std::vector<identity> all = identities_of(p);
    for (const identity& found : all) {
      const bool gain = is_gain(p.keys[found.target]);
      // Copies and sums are ordinary bookkeeping; a gain that is an identity is no measurement.
      if (!gain && (found.how == identity::form::equal || found.how == identity::form::sum))
        continue;
      (gain ? gains : others)
          .at(p.files.front(), p.names[found.target],
              fmt::format("{} on all {} rows{}", whole_formula(p, found, all), found.rows,
                          p.files.size() > 1 ? fmt::format(" of {} files", p.files.size()) : ""));
    }
  }
  // A rate made of its parts is no false gain: the error names gains only.
  if (auto lint = gains.done()) return lint;
  return others.done();
}

}  // namespace chimera::evidence
