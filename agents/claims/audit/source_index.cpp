#include "agents/claims/audit/source_index.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <numeric>
#include <utility>

#include "agents/claims/audit/document.hpp"
#include "agents/claims/audit/measure_phrase.hpp"
#include "agents/claims/audit/words.hpp"
#include "agents/evidence/columns/key_words.hpp"
#include "agents/evidence/columns/vocabulary.hpp"
#include "agents/evidence/tables/markdown_tables.hpp"

namespace chimera::claims::auditing {
namespace {

constexpr std::size_t levels_max = 5000;
constexpr std::size_t prompts_max = 300;
constexpr std::size_t prompt_bytes_max = 2000;
constexpr std::size_t plain_stem_bytes_min = 8;

constexpr std::array<std::string_view, 20> common_words{
    "bench", "benchmark", "benchmarks", "results", "result", "summary", "report",
    "runs",  "run",       "data",       "csv",     "json",   "output",  "metrics",
    "test",  "tests",     "raw",        "all",     "final",  "reports"};

bool is_stamp(std::string_view word) {
  return word.size() >= 5 && word.find_first_not_of("0123456789") == std::string_view::npos;
}

std::string_view base_name(std::string_view file) {
  const std::size_t slash = file.rfind('/');
  return slash == std::string_view::npos ? file : file.substr(slash + 1);
}

label_level make_level(std::string_view text) {
  return {.text = std::string(text), .label = as_label(text), .words = words_in(text), .rows = {}};
}

void add_levels(source& s, std::size_t c) {
  const evidence::column& from = s.table->data.columns[c];
  label_column made{.column = c, .name = lower_case(from.key), .levels = {}, .by_label = {}};
  for (const std::string& text : from.dictionary) {
    made.levels.push_back(make_level(text));
    made.by_label.emplace(made.levels.back().label, made.levels.size() - 1);
  }
  for (std::uint32_t row = 0; row < from.codes.size(); ++row)
    if (from.codes[row] != evidence::column::no_text)
      made.levels[from.codes[row]].rows.push_back(row);
  s.labels.push_back(std::move(made));
}

void add_row_keys(source& s) {
  label_column made{.column = label_column::row_keys, .name = "", .levels = {}, .by_label = {}};
  const auto& keys = s.table->data.row_keys;
  for (std::uint32_t row = 0; row < keys.size(); ++row) {
    made.levels.push_back(make_level(keys[row]));
    made.levels.back().rows.push_back(row);
    made.by_label.emplace(made.levels.back().label, made.levels.size() - 1);
  }
  s.labels.push_back(std::move(made));
}

void add_prompts(source& s, std::size_t c) {
  const evidence::column& from = s.table->data.columns[c];
  std::vector<std::size_t> place(from.dictionary.size(), from.dictionary.size());
  for (std::uint32_t row = 0; row < from.codes.size(); ++row) {
    const std::uint32_t code = from.codes[row];
    if (code == evidence::column::no_text) continue;
    if (place[code] == from.dictionary.size()) {
      place[code] = s.prompts.size();
      s.prompts.push_back(
          make_level(std::string_view(from.dictionary[code]).substr(0, prompt_bytes_max)));
      s.prompts.back().words = content_words(s.prompts.back().text);
    }
    s.prompts[place[code]].rows.push_back(row);
  }
}

void add_parameter(source& s, std::size_t c) {
  const evidence::column& from = s.table->data.columns[c];
  std::string name = canonical_parameter(from.key);
  if (name.empty() || !from.numeric()) return;
  parameter_column made{.column = c, .name = std::move(name), .rows = {}};
  for (std::uint32_t row = 0; row < from.values.size(); ++row)
    if (evidence::is_number(from.values[row])) made.rows[from.values[row]].push_back(row);
  if (made.rows.size() <= levels_max) s.parameters.push_back(std::move(made));
}

bool is_prompt(const evidence::column& c) {
  const evidence::key_parts parts = evidence::split_key(c.key);
  return (parts.has("prompt") || parts.has("question") || parts.has("scenario")) &&
         !parts.has("response") && c.textual() && c.dictionary.size() <= prompts_max;
}

// A document has one row: two columns of one metric cannot be told apart by words.
void drop_ambiguous(source& s) {
  if (s.table->data.shape != evidence::table_shape::document) return;
  const std::vector<measure_column> measures = s.measures;
  std::erase_if(s.measures, [&measures](const measure_column& m) {
    return std::ranges::count_if(measures, [&m](const measure_column& other) {
             return other.metric == m.metric && other.statistic == m.statistic;
           }) > 1;
  });
}

void add_columns(source& s) {
  const evidence::evidence_table& t = *s.table;
  if (!t.data.row_keys.empty()) add_row_keys(s);
  for (std::size_t c = 0; c < t.data.columns.size(); ++c) {
    const evidence::column& from = t.data.columns[c];
    const evidence::role part = t.traits[c].role;
    if (is_prompt(from)) {
      if (s.prompts.empty()) add_prompts(s, c);
    } else if (part == evidence::role::parameter) {
      add_parameter(s, c);
    } else if (from.textual() && from.dictionary.size() <= levels_max &&
               (part == evidence::role::label || part == evidence::role::identifier ||
                (t.data.kind == "md" && part != evidence::role::measure))) {
      add_levels(s, c);
    }
    if (part != evidence::role::measure || !from.numeric()) continue;
    s.measures.push_back({.column = c,
                          .metric = canonical_metric(evidence::metric_name(from.key)),
                          .statistic = t.traits[c].statistic});
    if (t.data.kind != "md") continue;
    if (const auto phrase = read_measure(from.name)) s.measures.back().metric = phrase->metric;
  }
  drop_ambiguous(s);
}

}  // namespace

bool tells_apart(const label_column& c) { return c.levels.size() > 1 && c.name != "model"; }

const parameter_column* source::parameter(std::string_view name) const {
  const auto found = std::ranges::find(parameters, name, &parameter_column::name);
  return found == parameters.end() ? nullptr : &*found;
}

source_index::source_index(const evidence::dataset& data) : models_(data.tables) {
  sources_.reserve(data.tables.size());
  for (const evidence::evidence_table& t : data.tables) {
    if (t.data.kind == "md") {
      sources_.push_back({.table = &t});  // stands in its place only; see text_tables_
    } else {
      add(t);
    }
  }
  read_text_tables(data);
  // Scalars of a document ("device": "cuda") tell its tables from those of other files.
  boost::unordered_flat_map<std::string, std::vector<std::string>> told;
  for (const source& whole : sources_) {
    if (whole.table->data.shape != evidence::table_shape::document) continue;
    for (const label_column& c : whole.labels)
      if ((c.name == "device" || c.name == "name") && c.levels.size() == 1)
        std::ranges::copy(c.levels[0].words, std::back_inserter(told[whole.table->file]));
  }
  for (source& s : sources_)
    if (const auto words = told.find(s.table->file); words != told.end())
      for (const std::string& word : words->second)
        if (!has_word(s.identity, word)) s.identity.push_back(word);
}

void source_index::read_text_tables(const evidence::dataset& data) {
  for (const evidence::prose& p : data.texts) {
    if (!p.file.ends_with(".md")) continue;
    const document read = read_document(p.text);
    std::size_t number = 0;
    for (const document_block& block : read.blocks) {
      if (block.kind != block_kind::table || block.table.rows.empty()) continue;
      evidence::markdown_cells cells;
      cells.number = ++number;
      for (const text_span s : block.table.header) cells.header.emplace_back(bare(read.of(s)));
      for (const std::vector<text_span>& row : block.table.rows) {
        std::vector<std::string>& made = cells.rows.emplace_back();
        for (const text_span s : row) made.emplace_back(bare(read.of(s)));
        made.resize(cells.header.size());
        cells.lines.push_back(static_cast<std::uint32_t>(
            read.line_of(row.empty() ? block.span.start : row.front().start)));
      }
      text_tables_.push_back(evidence::examine(p.file, {}, evidence::to_table(cells)));
      add(text_tables_.back());
    }
  }
}

void source_index::add(const evidence::evidence_table& t) {
  source s{.table = &t};
  const std::string file = lower_case(t.file);
  const std::string base(base_name(file));
  s.stem = base.substr(0, base.rfind('.'));
  s.label = as_label(s.stem);
  if (base.size() < file.size())
    s.folder = base_name(std::string_view(file).substr(0, file.size() - base.size() - 1));
  s.all.resize(t.data.rows);
  std::iota(s.all.begin(), s.all.end(), 0U);
  for (const std::uint32_t row : s.all)
    if (row >= t.rows.state.size() || t.rows.state[row] == evidence::row_state::ok)
      s.did_run.push_back(row);
  const std::vector<std::string> words = words_in(s.stem);
  if (t.about.model_from == "file name") {
    const std::vector<std::size_t> meant = models_.mentioned(words);
    if (meant.size() == 1) s.model = meant[0];
  } else if (t.about.model_from != "folder name") {
    s.model = models_.named(t.about.model);
  }
  for (const std::string& word : words)
    if (std::ranges::find(common_words, word) == common_words.end() && !is_stamp(word) &&
        !has_word(s.identity, word))
      s.identity.push_back(word);
  add_columns(s);
  for (const measure_column& m : s.measures)
    if (!s.from_text()) metrics_[m.metric] = true;
  for (const measure_column& m : s.measures)
    for (const std::string& metric : {m.metric, std::string{}})
      if (std::vector<std::size_t>& known = measuring_[metric];
          known.empty() || known.back() != sources_.size())
        known.push_back(sources_.size());
  for (const parameter_column& p : s.parameters) parameters_[p.name] = true;
  for (const label_column& c : s.labels)
    if (tells_apart(c) && !s.from_text())
      for (const label_level& level : c.levels)
        if (level.label.find_first_of("0123456789_") != std::string::npos &&
            level.label.find_first_of("abcdefghijklmnopqrstuvwxyz") != std::string::npos)
          labels_[level.label] = true;
  by_name_[base].push_back(sources_.size());
  const bool telling = s.stem.find_first_of("_-0123456789") != std::string::npos;
  if (telling && s.stem.size() >= plain_stem_bytes_min) by_name_[s.stem].push_back(sources_.size());
  sources_.push_back(std::move(s));
}

bool source_index::has_metric(std::string_view metric) const {
  return metrics_.contains(std::string(metric));
}
const std::vector<std::size_t>& source_index::measuring(const std::string& metric) const {
  static const std::vector<std::size_t> nowhere;
  const auto at = measuring_.find(metric);
  return at == measuring_.end() ? nowhere : at->second;
}
bool source_index::has_label(std::string_view label) const {
  return labels_.contains(std::string(label));
}
bool source_index::has_parameter(std::string_view name) const {
  return parameters_.contains(std::string(name));
}

std::vector<naming> source_index::named_in(std::string_view text) const {
  std::vector<naming> found(sources_.size(), naming::none);
  const std::string low = lower_case(text);
  const auto name_byte = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
  };
  std::string before;  // the path segment in front of the token
  for (std::size_t at = 0; at < low.size();) {
    if (!name_byte(low[at])) {
      if (low[at] != '/' && low[at] != '\\') before.clear();
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < low.size() && name_byte(low[end])) ++end;
    std::string token = low.substr(at, end - at);
    while (token.ends_with('.')) token.pop_back();
    if (const auto hit = by_name_.find(token); hit != by_name_.end()) {
      const auto in_folder = [&](std::size_t i) { return sources_[i].folder == before; };
      const bool path = std::ranges::any_of(hit->second, in_folder);
      const std::string& file = sources_[hit->second.front()].table->file;
      const bool one_file = std::ranges::all_of(hit->second, [&](std::size_t i) {
        return sources_[i].table->file.substr(0, file.rfind('.')) ==
               file.substr(0, file.rfind('.'));
      });
      for (const std::size_t i : hit->second) {
        const bool clear = path ? in_folder(i) : one_file;
        if (path && !in_folder(i)) continue;
        found[i] = std::max(found[i], clear ? naming::file : naming::stem_of_several);
      }
    }
    before = std::move(token);
    at = end;
  }
  share_names_of_copies(found);
  return found;
}

void source_index::share_names_of_copies(std::vector<naming>& found) const {
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    const std::size_t original = sources_[i].table->same_as;
    if (original == evidence::evidence_table::npos || original >= found.size()) continue;
    if (sources_[i].from_text()) continue;
    const naming both = std::max(found[i], found[original]);
    found[i] = both;
    found[original] = both;
  }
}

}  // namespace chimera::claims::auditing
