#include "agents/claims/audit/candidates.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "agents/claims/audit/words.hpp"

namespace chimera::claims::auditing {
namespace {

using evidence::stored_statistic;

constexpr double named_file = 3;
constexpr double named_weakly = 1;
constexpr double companion = 5;    // "x.md" beside "x.json"
constexpr double stem_begins = 2;  // "x_summary.md" beside "x.json"
constexpr double same_folder = 0.5;
constexpr double unmatched_word = 0.5;
constexpr double unmatched_max = 1;
constexpr double window_if_sure = 1.25;
constexpr double window = 3;
constexpr double slight = 0.01;
constexpr std::size_t cells_max = 4;  // rows so few that one of them may be meant

bool key_names(const claim_site& site, const source& s) {
  return std::ranges::any_of(site.keys, [&s](const site_key& key) {
    return key.kind == key_kind::label && key.label == s.label;
  });
}

std::string_view stem_of(std::string_view file) {
  const std::size_t slash = file.rfind('/');
  if (slash != std::string_view::npos) file.remove_prefix(slash + 1);
  return file.substr(0, file.rfind('.'));
}
std::string_view folder_of(std::string_view file) {
  const std::size_t slash = file.rfind('/');
  return slash == std::string_view::npos ? std::string_view{} : file.substr(0, slash);
}

std::optional<double> value_of(const evidence::summary& s, stored_statistic statistic) {
  switch (statistic) {
    case stored_statistic::mean:
      return s.mean;
    case stored_statistic::median:
      return s.median;
    case stored_statistic::sd:
      return s.sd;
    case stored_statistic::min:
      return s.min;
    case stored_statistic::max:
      return s.max;
    case stored_statistic::p90:
      return s.p90;
    case stored_statistic::p95:
      return s.p95;
    case stored_statistic::p99:
      return s.p99;
    case stored_statistic::sum:
      return s.sum;
    case stored_statistic::cv:
      return s.cv;
    default:
      return std::nullopt;
  }
}

// A column that holds statistics fits a phrase that names the same one, or none and it is a mean.
bool fits(const measure_column& column, const measure_phrase& asked) {
  if (asked.metric.empty())
    return column.statistic == asked.statistic && column.statistic != stored_statistic::none;
  if (column.metric != asked.metric) return false;
  if (column.statistic == stored_statistic::none) return true;
  if (column.statistic == asked.statistic) return true;
  return column.statistic == stored_statistic::mean &&
         (asked.statistic == stored_statistic::none || asked.statistic == stored_statistic::min ||
          asked.statistic == stored_statistic::max);
}

}  // namespace

std::string_view statistic_name(stored_statistic statistic) {
  switch (statistic) {
    case stored_statistic::mean:
      return "mean";
    case stored_statistic::median:
      return "median";
    case stored_statistic::sd:
      return "standard deviation";
    case stored_statistic::min:
      return "least";
    case stored_statistic::max:
      return "greatest";
    case stored_statistic::p90:
      return "p90";
    case stored_statistic::p95:
      return "p95";
    case stored_statistic::p99:
      return "p99";
    default:
      return "";
  }
}

candidate_finder::candidate_finder(const source_index& index, const audited_document& doc)
    : index_(index), doc_(doc), own_stem_(lower_case(stem_of(doc.file))) {}

std::optional<double> candidate_finder::score_of(std::size_t at, const claim_site& site) const {
  const source& s = index_.sources()[at];
  if (s.table->file == doc_.file) return std::nullopt;
  if (s.from_text() && !key_names(site, s)) return std::nullopt;
  // Nobody reports on a file in which everything failed, unless it is named.
  if (s.did_run.empty() && doc_.named[at] == naming::none) return std::nullopt;
  double score = 0;
  if (doc_.named[at] == naming::file) score += named_file;
  if (doc_.named[at] == naming::stem_of_several) score += named_weakly;
  if (own_stem_ == s.stem) {
    score += companion;
  } else if (own_stem_.starts_with(s.stem)) {
    score += stem_begins;
  }
  if (folder_of(doc_.file) == folder_of(s.table->file)) score += same_folder;
  if (site.measure.configured && !s.parameters.empty()) score += named_weakly;
  double missing = 0;
  for (const std::string& word : s.identity) {
    const bool told = has_kin(site.context->words, word) ||
                      std::ranges::any_of(site.keys, [&word](const site_key& key) {
                        return has_word(key.words, word);
                      });
    told ? score += 1 : missing += unmatched_word;
  }
  return score - std::min(missing, unmatched_max);
}

const evidence::summary& candidate_finder::summary_of(const source& s, std::size_t column,
                                                      std::span<const std::uint32_t> rows,
                                                      row_scope scope) {
  // Rows of a level stand in the index, so their place names them; others are made once a claim.
  const std::string key =
      fmt::format("{} {} {} {} {}", static_cast<const void*>(&s), column,
                  static_cast<const void*>(rows.data()), rows.size(), static_cast<int>(scope));
  const auto [place, fresh] = summary_at_.try_emplace(key, summaries_.size());
  if (!fresh) return summaries_[place->second];
  std::vector<double> values;
  const evidence::row_states& states = s.table->rows;
  for (const std::uint32_t row : rows) {
    if (row < states.state.size() && states.state[row] != evidence::row_state::ok) continue;
    const bool cold = row < states.warm.size() && states.warm[row] == evidence::warmth::cold;
    if ((scope == row_scope::warm && cold) || (scope == row_scope::cold && !cold)) continue;
    const double value = s.table->data.columns[column].number(row);
    if (evidence::is_number(value)) values.push_back(value);
  }
  summaries_.push_back(values.empty() ? evidence::summary{} : evidence::summarise(values));
  return summaries_.back();
}

void candidate_finder::add_statistics_of(const claim_site& site, const evidence::summary& stats,
                                         const candidate& base, std::vector<candidate>& out) {
  if (stats.n == 0) return;
  candidate made = base;
  made.rows = stats.n;
  stored_statistic asked = site.measure.statistic;
  if (site.measure.best) {
    const bool lower = index_.sources()[base.source].table->traits[base.column].better ==
                       evidence::polarity::lower;
    asked = lower ? stored_statistic::min : stored_statistic::max;
  }
  const auto add = [&](stored_statistic statistic, bool firm) {
    const auto value = value_of(stats, statistic);
    if (!value) return;
    made.value = *value;
    made.statistic = statistic_name(statistic);
    made.firm = base.firm && firm;
    out.push_back(made);
  };
  if (asked != stored_statistic::none) return add(asked, true);
  add(stored_statistic::mean, false);
  add(stored_statistic::median, false);
}

void candidate_finder::add_statistics(const claim_site& site, const named_rows& rows,
                                      candidate base, std::vector<candidate>& out) {
  const source& s = index_.sources()[base.source];
  const evidence::column_traits& traits = s.table->traits[base.column];
  const bool time = traits.dimension == evidence::dimension::time;
  const bool tells = s.table->rows.cold > 0;
  const row_scope asked = site.measure.scope;
  if (asked == row_scope::any || !tells || !time) {
    base.firm = base.firm && (asked == row_scope::any || !time);
    add_statistics_of(site, summary_of(s, base.column, rows.rows, row_scope::any), base, out);
  }
  if (!tells || !time) return;
  base.scope = asked == row_scope::any ? row_scope::warm : asked;
  if (asked == row_scope::any) base.score -= slight;
  add_statistics_of(site, summary_of(s, base.column, rows.rows, base.scope), base, out);
}

bool candidate_finder::of_file(std::size_t at) const {
  return doc_.named[at] == naming::file || own_stem_ == index_.sources()[at].stem;
}

void candidate_finder::add_cell(const claim_site& site, const measure_column& m, std::uint32_t row,
                                candidate made, std::vector<candidate>& out) const {
  const source& s = index_.sources()[made.source];
  const stored_statistic asked = site.measure.statistic;
  if (m.statistic == stored_statistic::none &&
      (asked == stored_statistic::sd || asked == stored_statistic::cv))
    return;
  const double value = s.table->data.columns[m.column].number(row);
  const evidence::row_states& states = s.table->rows;
  made.failed = !evidence::is_number(value) ||
                (row < states.state.size() && states.state[row] != evidence::row_state::ok);
  made.value = evidence::is_number(value) ? value : 0;
  made.row = row;
  out.push_back(std::move(made));
}

void candidate_finder::add_values(std::size_t at, const claim_site& site, const named_rows& rows,
                                  double score, std::vector<candidate>& out) {
  const source& s = index_.sources()[at];
  for (const measure_column& m : s.measures) {
    if (!fits(m, site.measure)) continue;
    candidate made{.source = at,
                   .column = m.column,
                   .value = 0,
                   .unit = s.table->traits[m.column].unit,
                   .statistic = {},
                   .score = score};
    // A file that does not say of which model it is proves nothing about one.
    made.sure_file = of_file(at);
    made.tied = made.sure_file || doc_.named[at] != naming::none ||
                folder_of(doc_.file) == folder_of(s.table->file) || key_names(site, s);
    const bool of_model = rows.told_model || site.context->models.empty() || made.sure_file;
    const bool statistic_told =
        site.measure.statistic != stored_statistic::none || site.measure.best;
    made.firm =
        of_model && (rows.told_row || (statistic_told && (rows.told_model || made.sure_file)));
    if (rows.rows.size() == 1) {
      add_cell(site, m, rows.rows[0], std::move(made), out);
      continue;
    }
    if (rows.told_row && rows.rows.size() <= cells_max &&
        site.measure.statistic == stored_statistic::none && !site.measure.best)
      for (const std::uint32_t row : rows.rows) {
        candidate cell = made;
        cell.firm = false;
        cell.score -= slight;
        add_cell(site, m, row, std::move(cell), out);
      }
    // Means of means, and the best of some means, are only sure where the rows are single runs.
    if (m.statistic != stored_statistic::none)
      made.firm =
          made.firm && s.table->same_as != evidence::evidence_table::npos && site.measure.best;
    if (m.statistic != stored_statistic::none && m.statistic == site.measure.statistic)
      made.firm = false;
    add_statistics(site, rows, made, out);
  }
}

std::vector<candidate> candidate_finder::find(const claim_site& site) {
  std::vector<candidate> found;
  for (const std::size_t at : index_.measuring(site.measure.metric)) {
    const source& s = index_.sources()[at];
    const bool measured = std::ranges::any_of(
        s.measures, [&site](const measure_column& m) { return fits(m, site.measure); });
    if (!measured) continue;
    const auto score = score_of(at, site);
    if (!score) continue;
    const auto rows = rows_named(at, site);
    if (!rows || rows->rows.empty()) continue;
    add_values(at, site, *rows, *score + rows->certainty, found);
  }
  std::ranges::stable_sort(found, std::greater<>{}, &candidate::score);
  return found;
}

std::optional<candidate> candidate_finder::other_quantity(const claim_site& site,
                                                          const quoted_number& quoted) {
  if (!site.assigned || site.keys.size() < 2 || quoted.value == 0 || quoted.significant < 2)
    return std::nullopt;
  for (std::size_t at = 0; at < index_.sources().size(); ++at) {
    const source& s = index_.sources()[at];
    if (s.label.empty() || s.label != site.keys.front().label || s.table->file == doc_.file)
      continue;
    const auto named = rows_named(at, site);
    if (!named || !named->told_row || named->rows.empty()) continue;
    for (std::size_t c = 0; c < s.table->data.columns.size(); ++c) {
      const evidence::column& column = s.table->data.columns[c];
      const bool all = std::ranges::all_of(named->rows, [&](std::uint32_t row) {
        return agree(quoted, column.number(row)) == agreement::yes;
      });
      if (all)
        return candidate{.source = at,
                         .column = c,
                         .value = column.number(named->rows[0]),
                         .unit = s.table->traits[c].unit,
                         .row = named->rows[0]};
    }
  }
  return std::nullopt;
}

bool best_failed(const std::vector<candidate>& sorted) {
  const auto ran = std::ranges::find(sorted, false, &candidate::failed);
  const auto failed = std::ranges::find(sorted, true, &candidate::failed);
  return failed != sorted.end() && (ran == sorted.end() || failed->score >= ran->score);
}

std::span<const candidate> plausible(const std::vector<candidate>& sorted) {
  if (sorted.empty()) return {};
  const auto ran = std::ranges::find(sorted, false, &candidate::failed);
  const double best = ran == sorted.end() ? sorted.front().score : ran->score;
  const bool sure = ran == sorted.end() ? sorted.front().sure_file : ran->sure_file;
  const double least = best - (sure ? window_if_sure : window);
  const auto end =
      std::ranges::find_if(sorted, [least](const candidate& c) { return c.score < least; });
  return {sorted.data(), static_cast<std::size_t>(end - sorted.begin())};
}

}  // namespace chimera::claims::auditing
