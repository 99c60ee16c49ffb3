// Which rows of a table the words of a claim name.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "agents/claims/audit/candidates.hpp"
#include "agents/claims/audit/words.hpp"
#include "agents/evidence/tables/cell.hpp"

namespace chimera::claims::auditing {
namespace {

constexpr double exact_label = 1.5;
constexpr double fitting_words = 1.0;
constexpr double subject_only = 0.5;
constexpr double file_named = 3.0;
constexpr std::size_t heading_levels_max = 12;
constexpr std::size_t prompt_pairs_max = 100'000;  // of a table of prompts and the data
constexpr std::size_t first_numbers_max = 2000;
constexpr double prompts_with_kin_min = 0.6;

bool is_model(const label_column& c) { return c.name == "model"; }

// Rows of the one level that fits, or nothing where none or several do.
template <class Fits>
const row_list* only_level(const label_column& c, Fits fits) {
  const row_list* only = nullptr;
  for (const label_level& level : c.levels) {
    if (!fits(level)) continue;
    if (only != nullptr) return nullptr;
    only = &level.rows;
  }
  return only;
}

std::size_t kin_count(const std::vector<std::string>& some,
                      const std::vector<std::string>& others) {
  return static_cast<std::size_t>(std::ranges::count_if(
      some, [&others](const std::string& word) { return has_kin(others, word); }));
}

// Positions of `asked` in `known`: each at most once, in the same order, with the most words in
// common. known.size() = none.
std::vector<std::size_t> match_in_order(const std::vector<std::vector<std::string>>& asked,
                                        const std::vector<label_level>& known) {
  const std::size_t n = asked.size();
  const std::size_t m = known.size();
  if (n * m > prompt_pairs_max) return std::vector<std::size_t>(n, m);
  std::vector<std::vector<std::size_t>> best(n + 1, std::vector<std::size_t>(m + 1, 0));
  std::vector<std::vector<std::size_t>> kin(n, std::vector<std::size_t>(m, 0));
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < m; ++j) kin[i][j] = kin_count(asked[i], known[j].words);
  for (std::size_t i = n; i-- > 0;)
    for (std::size_t j = m; j-- > 0;)
      best[i][j] = std::max(
          {best[i + 1][j], best[i][j + 1], kin[i][j] > 0 ? best[i + 1][j + 1] + kin[i][j] : 0});
  std::vector<std::size_t> found(n, m);
  std::size_t matched = 0;
  for (std::size_t i = 0, j = 0; i < n && j < m;) {
    if (kin[i][j] > 0 && best[i][j] == best[i + 1][j + 1] + kin[i][j]) {
      found[i++] = j++;
      ++matched;
    } else if (best[i][j] == best[i][j + 1]) {
      ++j;
    } else {
      ++i;
    }
  }
  if (static_cast<double>(matched) < prompts_with_kin_min * static_cast<double>(n))
    return std::vector<std::size_t>(n, m);
  // As many as there are: those between two that match can only be their neighbours.
  if (n == m)
    for (std::size_t i = 0; i < n; ++i) found[i] = i;
  return found;
}

}  // namespace

bool candidate_finder::take(std::span<const std::uint32_t> rows, named_rows& found) {
  if (found.whole) {
    found.rows = rows;
  } else {
    row_list both;
    std::ranges::set_intersection(found.rows, rows, std::back_inserter(both));
    if (both.empty()) return false;
    kept_.push_back(std::move(both));
    found.rows = kept_.back();
  }
  found.whole = false;
  return !found.rows.empty();
}

const std::vector<std::size_t>& candidate_finder::prompts_of(const source& s, const site_key& key) {
  const std::string at = fmt::format("{} {}", static_cast<const void*>(&s),
                                     static_cast<const void*>(key.prompts.get()));
  auto [place, fresh] = prompts_at_.try_emplace(at);
  if (fresh) place->second = match_in_order(key.prompts->words, s.prompts);
  return place->second;
}

// "40.00" as the name of a row: the rows of a Markdown table that begin with it.
bool candidate_finder::narrow_by_first_number(const source& s, const site_key& key,
                                              named_rows& found) {
  const evidence::parsed_cell number = evidence::parse_cell(key.text, {});
  if (number.state() != evidence::cell_state::number || s.table->data.columns.empty() ||
      s.all.size() > first_numbers_max)
    return false;
  row_list rows;
  for (const std::uint32_t row : s.all)
    if (s.table->data.columns[0].number(row) == number.value) rows.push_back(row);
  if (rows.empty()) return false;
  kept_.push_back(std::move(rows));
  found.told_row = true;
  return take(kept_.back(), found);
}

bool candidate_finder::narrow_by_label(const source& s, const site_key& key, named_rows& found) {
  for (const label_column& c : s.labels) {
    const auto level = c.by_label.find(key.label);
    if (level == c.by_label.end() || !take(c.levels[level->second].rows, found)) continue;
    found.certainty += exact_label;
    if (is_model(c)) found.told_model = true;
    if (tells_apart(c)) found.told_row = true;
    return true;
  }
  if (key.label == s.label) {
    found.certainty += file_named;
    found.told_model = true;
    return true;
  }
  if (s.from_text() && narrow_by_first_number(s, key, found)) return true;
  const model_names& models = index_.models();
  std::size_t model = models.named(key.text);
  if (model == model_names::none) {
    const std::vector<std::size_t> meant = models.mentioned(key.words);
    if (meant.size() == 1) model = meant[0];
  }
  if (model != model_names::none && s.model != model_names::none) {
    found.certainty += fitting_words;
    found.told_model = true;
    return s.model == model;
  }
  for (const label_column& c : s.labels) {
    const row_list* rows = only_level(c, [&](const label_level& level) {
      if (model != model_names::none && is_model(c)) return models.named(level.text) == model;
      return all_among(key.words, level.words);
    });
    if (rows == nullptr || !take(*rows, found)) continue;
    found.certainty += fitting_words;
    if (is_model(c)) found.told_model = true;
    if (tells_apart(c)) found.told_row = true;
    return true;
  }
  found.certainty += subject_only;
  found.told_model = true;
  return models.belongs(key.words, s.model) || all_among(content_words(key.text), s.identity);
}

bool candidate_finder::narrow(const source& s, const site_key& key, named_rows& found) {
  switch (key.kind) {
    case key_kind::label:
      return narrow_by_label(s, key, found);
    case key_kind::parameter: {
      const parameter_column* p = s.parameter(key.parameter);
      if (p == nullptr) return false;
      const auto rows = p->rows.find(key.number);
      // A setting that never changes tells no row from another.
      if (p->rows.size() > 1) {
        found.certainty += subject_only;
        found.told_row = true;
      }
      return rows != p->rows.end() && take(rows->second, found);
    }
    case key_kind::prompt: {
      if (s.prompts.empty()) return narrow_by_label(s, key, found);
      const std::size_t at = prompts_of(s, key)[key.prompt];
      found.certainty += exact_label;
      found.told_row = true;
      return at < s.prompts.size() && take(s.prompts[at].rows, found);
    }
  }
  return false;
}

bool candidate_finder::narrow_by_model(const source& s, const claim_site& site, bool named,
                                       named_rows& found) {
  const block_context& context = *site.context;
  if (named || context.models.empty()) return true;
  const auto meant = [&context](std::size_t model) {
    return std::ranges::find(context.models, model) != context.models.end();
  };
  if (s.model != model_names::none) {
    if (!meant(s.model)) return context.family;
    found.certainty += fitting_words;
    found.told_model = true;
    return true;
  }
  for (const label_column& c : s.labels) {
    if (!is_model(c)) continue;
    const row_list* rows = only_level(
        c, [&](const label_level& level) { return meant(index_.models().named(level.text)); });
    if (rows == nullptr) return context.family || context.models.size() > 1;
    found.certainty += fitting_words;
    found.told_model = true;
    return take(*rows, found);
  }
  return true;
}

void candidate_finder::narrow_by_headings(const source& s, const claim_site& site,
                                          named_rows& found) {
  if (!found.whole && found.rows.size() == 1) return;
  for (const label_column& c : s.labels) {
    if (c.levels.size() < 2 || c.levels.size() > heading_levels_max || is_model(c)) continue;
    for (const std::vector<std::string>& words : site.context->levels) {
      const row_list* rows = only_level(
          c, [&words](const label_level& level) { return all_among(level.words, words); });
      if (rows == nullptr) continue;
      if (take(*rows, found)) {
        found.certainty += fitting_words;
        found.told_row = true;
      }
      return;
    }
  }
}

std::optional<named_rows> candidate_finder::rows_named(std::size_t at, const claim_site& site) {
  const source& s = index_.sources()[at];
  named_rows found{.rows = s.all};
  bool model_named = false;
  for (const site_key& key : site.keys) {
    if (!narrow(s, key, found)) return std::nullopt;
    model_named = model_named ||
                  (key.kind == key_kind::label && !index_.models().mentioned(key.words).empty());
  }
  if (!narrow_by_model(s, site, model_named, found)) return std::nullopt;
  narrow_by_headings(s, site, found);
  return found;
}

}  // namespace chimera::claims::auditing
