// The claims in the tables of a document.
#include <algorithm>
#include <array>
#include <utility>

#include "agents/claims/audit/claim_site.hpp"
#include "agents/claims/audit/words.hpp"

namespace chimera::claims::auditing {
namespace {

constexpr std::array<std::string_view, 20> note_headers{
    "notes",       "note",    "best_for", "use_case", "description", "rationale", "comment",
    "comments",    "success", "status",   "size",     "model_size",  "verdict",   "assessment",
    "observation", "impact",  "delta",    "details",  "rank",        "use_cases"};
constexpr std::array<std::string_view, 8> value_headers{
    "value", "result", "results", "measured", "values", "measurement", "actual", "achieved"};
constexpr std::array<std::string_view, 16> key_headers{
    "model",        "backend",        "config", "configuration", "tag",     "prompt",
    "quantization", "model_tag",      "device", "variant",       "runtime", "engine",
    "framework",    "configurations", "name",   "label"};

constexpr std::array<std::string_view, 4> delta_headers{"delta", "difference", "change", "diff"};

bool one_of(std::string_view word, const auto& list) {
  return std::ranges::find(list, word) != list.end();
}

enum class column_kind : unsigned char { other, key, parameter, prompt, measure };

struct table_column {
  column_kind kind = column_kind::other;
  std::string parameter;
  measure_phrase measure;
};

bool is_prompt_header(std::string_view header) {
  const std::vector<std::string> words = words_in(header);
  return words.size() == 1 && (words[0] == "prompt" || words[0] == "scenario" ||
                               words[0] == "question" || words[0] == "task");
}

// "Best", "2nd", "#3": a place in an order, no name.
bool is_place(std::string_view text) {
  const std::string label = as_label(text);
  if (label == "best" || label == "worst" || label == "top") return true;
  const std::size_t digits = label.find_first_not_of("0123456789");
  if (digits == std::string::npos) return true;
  const std::string_view rest = std::string_view(label).substr(digits);
  return digits > 0 && (rest == "st" || rest == "nd" || rest == "rd" || rest == "th");
}

class table_reader {
 public:
  table_reader(audited_document& doc, const source_index& index, std::size_t block)
      : doc_(doc), index_(index), block_(block), table_(doc.read.blocks[block].table) {}

  void run() {
    read_headers();
    if (transposed()) return take_transposed();
    const bool measures = std::ranges::any_of(
        columns_, [](const table_column& c) { return c.kind == column_kind::measure; });
    mark_parameters();
    if (!measures) return;
    collect_prompts();
    for (std::size_t r = 0; r < table_.rows.size(); ++r) take_row(r);
  }

 private:
  [[nodiscard]] std::string_view cell(std::size_t r, std::size_t c) const {
    return c < table_.rows[r].size() ? doc_.read.of(table_.rows[r][c]) : std::string_view{};
  }

  [[nodiscard]] std::optional<measure_phrase> known_measure(std::string_view phrase) const {
    auto read = read_measure(phrase);
    if (!read) return std::nullopt;
    if (!read->metric.empty() && !index_.has_metric(read->metric)) return std::nullopt;
    return read;
  }

  void read_headers() {
    for (std::size_t c = 0; c < table_.header.size(); ++c) {
      const std::string_view header = bare(doc_.read.of(table_.header[c]));
      const std::string label = as_label(header);
      table_column made;
      if (const std::string name = canonical_parameter(header);
          !name.empty() && index_.has_parameter(name)) {
        made.kind = column_kind::parameter;
        made.parameter = name;
      } else if (is_prompt_header(header)) {
        made.kind = column_kind::prompt;
      } else if (one_of(label, key_headers) || (c == 0 && !one_of(label, note_headers))) {
        made.kind = column_kind::key;
      } else if (auto measure = known_measure(header); measure && !one_of(label, note_headers)) {
        made.kind = column_kind::measure;
        made.measure = std::move(*measure);
      }
      columns_.push_back(std::move(made));
    }
  }

  [[nodiscard]] bool transposed() const {
    if (columns_.size() < 2 || table_.rows.empty()) return false;
    const std::string first = as_label(bare(doc_.read.of(table_.header[0])));
    if (first == "metric" || first == "metrics" || first == "measure" || first == "kpi")
      return true;
    return false;
  }

  void mark_parameters() {
    for (std::size_t r = 0; r < table_.rows.size(); ++r)
      for (std::size_t c = 0; c < columns_.size() && c < table_.rows[r].size(); ++c)
        if (columns_[c].kind == column_kind::parameter)
          if (const std::size_t n = doc_.number_in(table_.rows[r][c]); n < doc_.numbers.size())
            doc_.configuration[n] = true;
  }

  void collect_prompts() {
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      if (columns_[c].kind != column_kind::prompt) continue;
      auto list = std::make_shared<prompt_list>();
      for (std::size_t r = 0; r < table_.rows.size(); ++r)
        list->words.push_back(content_words(cell(r, c)));
      prompts_ = std::move(list);
    }
  }

  // The keys of row r; nothing if one of them is not filled.
  [[nodiscard]] std::optional<std::vector<site_key>> keys_of(std::size_t r) {
    std::vector<site_key> keys;
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      const std::string_view text = bare(cell(r, c));
      if (columns_[c].kind == column_kind::parameter) {
        const std::size_t n =
            c < table_.rows[r].size() ? doc_.number_in(table_.rows[r][c]) : doc_.numbers.size();
        if (n == doc_.numbers.size()) continue;
        site_key key{.kind = key_kind::parameter};
        key.parameter = columns_[c].parameter;
        key.number = *doc_.numbers[n].token.value;
        key.text = key.parameter + "=" + std::string(text);
        keys.push_back(std::move(key));
      } else if (columns_[c].kind == column_kind::prompt) {
        site_key key = label_key(text);
        key.kind = key_kind::prompt;
        key.prompts = prompts_;
        key.prompt = r;
        keys.push_back(std::move(key));
      } else if (columns_[c].kind == column_kind::key) {
        // A blank cell under a label continues it.
        std::string& above = above_[c];
        if (!text.empty()) above = text;
        if (!above.empty() && !is_place(above)) keys.push_back(label_key(above));
      }
    }
    return keys.empty() ? std::nullopt : std::optional(std::move(keys));
  }

  void take_row(std::size_t r) {
    const auto keys = keys_of(r);
    if (!keys) return;
    for (std::size_t c = 0; c < columns_.size() && c < table_.rows[r].size(); ++c)
      if (columns_[c].kind == column_kind::measure) add(r, c, columns_[c].measure, *keys);
  }

  void take_transposed() {
    for (std::size_t r = 0; r < table_.rows.size(); ++r) {
      const auto measure = known_measure(bare(cell(r, 0)));
      if (!measure) continue;
      for (std::size_t c = 1; c < columns_.size() && c < table_.rows[r].size(); ++c) {
        const std::string_view header = bare(doc_.read.of(table_.header[c]));
        const std::string label = as_label(header);
        if (one_of(label, delta_headers)) {
          const std::size_t n = doc_.number_in(table_.rows[r][c]);
          if (c >= 3 && n < doc_.numbers.size()) doc_.deltas.push_back({n, block_, r, c});
          continue;
        }
        if (one_of(label, note_headers)) continue;
        std::vector<site_key> keys;
        if (!one_of(label, value_headers)) keys.push_back(label_key(header));
        add(r, c, *measure, keys);
      }
    }
  }

  void add(std::size_t r, std::size_t c, const measure_phrase& measure,
           const std::vector<site_key>& keys) {
    const std::size_t n = doc_.number_in(table_.rows[r][c]);
    if (n == doc_.numbers.size()) return;
    // Words before the number make it something else than the cell of this column.
    const std::string_view before = doc_.read.text.substr(
        table_.rows[r][c].start, doc_.numbers[n].token.start - table_.rows[r][c].start);
    if (std::ranges::any_of(before, [](char x) { return x >= 'a' && x <= 'z'; })) return;
    claim_site site{.number = n, .measure = measure, .keys = keys};
    const std::string_view behind = doc_.read.text.substr(
        doc_.numbers[n].token.end, table_.rows[r][c].end - doc_.numbers[n].token.end);
    if (measure.scope == row_scope::any) site.measure.scope = scope_told(behind);
    site.unit = measure.unit;
    site.context = doc_.contexts[block_];
    site.block = block_;
    site.row = r;
    site.column = c;
    doc_.sites.push_back(std::move(site));
  }

  audited_document& doc_;
  const source_index& index_;
  std::size_t block_;
  const document_table& table_;
  std::vector<table_column> columns_;
  std::shared_ptr<const prompt_list> prompts_;
  boost::unordered_flat_map<std::size_t, std::string> above_;
};

}  // namespace

void find_table_sites(audited_document& doc, const source_index& index) {
  for (std::size_t b = 0; b < doc.read.blocks.size(); ++b)
    if (doc.read.blocks[b].kind == block_kind::table) table_reader(doc, index, b).run();
}

}  // namespace chimera::claims::auditing
