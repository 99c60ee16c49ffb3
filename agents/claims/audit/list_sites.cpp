// The claims in lists and key-value text: "- **Throughput:** 102.31 tokens/s", "mean_ms=4.2".
#include <algorithm>
#include <utility>

#include "agents/claims/audit/claim_site.hpp"
#include "agents/claims/audit/words.hpp"

namespace chimera::claims::auditing {
namespace {

constexpr std::size_t label_bytes_max = 80;
constexpr std::size_t name_bytes_max = 60;

bool name_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

class list_reader {
 public:
  list_reader(audited_document& doc, const source_index& index) : doc_(doc), index_(index) {}

  void run() {
    for (std::size_t b = 0; b < doc_.read.blocks.size(); ++b) {
      const document_block& block = doc_.read.blocks[b];
      if (block.kind == block_kind::heading) {
        settings_changed_ = !config_.empty();
        config_.clear();
        group_.clear();
      } else if (block.kind == block_kind::text || block.kind == block_kind::code) {
        take(b, block);
      }
      if (settings_changed_)
        settings_ = config_.empty() ? nullptr : std::make_shared<std::vector<site_key>>(config_);
      settings_changed_ = false;
      doc_.settings.push_back(settings_);
    }
  }

 private:
  void take(std::size_t b, const document_block& block) {
    note_configuration(block);
    if (block.kind == block_kind::code) return;
    const text_span label = label_of(block.span);
    if (label.start == label.end) return;
    const std::string_view name = bare(doc_.read.of(label));
    const std::size_t after = label.end + 1;
    if (bare(doc_.read.of({.start = after, .end = block.span.end})).empty()) {
      group_ = name;
      return;
    }
    if (const auto measure = known_measure(name)) {
      take_value(b, {.start = after, .end = block.span.end}, *measure);
    } else {
      take_assignments(b, {.start = after, .end = block.span.end}, name);
    }
  }

  // Settings stay in force until the next heading or the next settings.
  void note_configuration(const document_block& block) {
    std::vector<site_key> keys = assigned_parameters(doc_, block.span, index_);
    if (keys.empty()) {
      in_code_ = in_code_ && block.kind == block_kind::code;
      return;
    }
    for (std::size_t i = doc_.number_from(block.span.start); i < doc_.numbers.size(); ++i) {
      if (doc_.numbers[i].token.start >= block.span.end) break;
      const double value = doc_.numbers[i].token.value.value_or(0);
      if (std::ranges::find(keys, value, &site_key::number) != keys.end())
        doc_.configuration[i] = true;
    }
    settings_changed_ = true;
    if (block.kind == block_kind::code && in_code_) {
      std::ranges::move(keys, std::back_inserter(config_));
    } else if (keys.size() > 1 || block.kind == block_kind::code) {
      config_ = std::move(keys);
    }
    in_code_ = block.kind == block_kind::code;
  }

  [[nodiscard]] std::optional<measure_phrase> known_measure(std::string_view phrase) const {
    auto read = read_measure(phrase);
    if (!read || read->metric.empty() || !index_.has_metric(read->metric)) return std::nullopt;
    return read;
  }

  // The text in front of the first ':' of an item or a bold label; empty if there is none.
  [[nodiscard]] text_span label_of(text_span span) const {
    const std::string_view shown = doc_.read.of(span);
    std::size_t first = shown.find_first_not_of("-* \t0123456789.");
    if (first == std::string_view::npos) first = 0;
    if (shown.starts_with("- ") || shown.starts_with("* ") || shown.starts_with("**")) first = 2;
    std::size_t colon = shown.find(':', first);
    // "llama3.1:8b: 4 ms": the colon of a name has no blank behind it.
    while (colon != std::string_view::npos && colon + 1 < shown.size() && shown[colon + 1] != ' ' &&
           shown[colon + 1] != '*')
      colon = shown.find(':', colon + 1);
    if (colon == std::string_view::npos || colon - first > label_bytes_max) return {};
    return {.start = span.start + first, .end = span.start + colon};
  }

  void take_value(std::size_t b, text_span value, const measure_phrase& measure) {
    const std::size_t n = doc_.number_in(value);
    if (n == doc_.numbers.size()) return;
    const std::string_view before =
        doc_.read.text.substr(value.start, doc_.numbers[n].token.start - value.start);
    if (std::ranges::any_of(before, [](char x) { return x >= 'a' && x <= 'z'; })) return;
    claim_site site{.number = n, .measure = measure, .keys = config_};
    // "0.165 seconds (excluding cold start)": behind the number, the rows are told.
    const std::size_t end = doc_.numbers[n].token.end;
    const std::size_t next = n + 1 < doc_.numbers.size() ? doc_.numbers[n + 1].token.start : end;
    const std::string_view behind = doc_.read.of({.start = end, .end = value.end})
                                        .substr(0, next > end ? next - end : std::string::npos);
    if (site.measure.scope == row_scope::any) site.measure.scope = scope_told(behind);
    add(b, std::move(site));
  }

  // "q8_0: mean_latency_ms=46.570 tokens_per_s=2.008".
  void take_assignments(std::size_t b, text_span value, std::string_view name) {
    for (std::size_t i = doc_.number_from(value.start); i < doc_.numbers.size(); ++i) {
      const number_token& token = doc_.numbers[i].token;
      if (token.start >= value.end) break;
      if (!token.value || token.start == 0 || doc_.read.text[token.start - 1] != '=') continue;
      std::size_t begin = token.start - 1;
      while (begin > value.start && token.start - begin < name_bytes_max &&
             name_byte(doc_.read.text[begin - 1]))
        --begin;
      const auto measure = known_measure(doc_.read.of({.start = begin, .end = token.start - 1}));
      if (!measure) continue;
      claim_site site{.number = i, .measure = *measure};
      site.assigned = true;
      if (!group_.empty()) site.keys.push_back(label_key(group_));
      site.keys.push_back(label_key(name));
      add(b, std::move(site));
    }
  }

  void add(std::size_t b, claim_site site) {
    site.unit = site.measure.unit;
    site.context = doc_.contexts[b];
    site.block = b;
    doc_.sites.push_back(std::move(site));
  }

  audited_document& doc_;
  const source_index& index_;
  std::vector<site_key> config_;
  std::shared_ptr<const std::vector<site_key>> settings_;  ///< config_, shared by blocks
  bool settings_changed_ = false;
  std::string group_;
  bool in_code_ = false;
};

}  // namespace

void find_list_sites(audited_document& doc, const source_index& index) {
  list_reader(doc, index).run();
}

}  // namespace chimera::claims::auditing
