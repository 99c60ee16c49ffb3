// The claims in sentences: "q4_0 at 76.59 tokens/s and TTFT 0.097 s", "102.31 tokens/s @ 0.128s".
#include <algorithm>
#include <utility>

#include "agents/claims/audit/claim_site.hpp"
#include "agents/claims/audit/words.hpp"
#include "agents/evidence/columns/units.hpp"

namespace chimera::claims::auditing {
namespace {

constexpr std::size_t words_before_bytes = 40;
constexpr std::size_t words_behind_bytes = 24;

bool name_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.' || c == '-' || c == ':';
}

class prose_reader {
 public:
  prose_reader(audited_document& doc, const source_index& index) : doc_(doc), index_(index) {}

  void run() {
    std::vector<claim_site> made;
    for (std::size_t b = 0; b < doc_.read.blocks.size(); ++b)
      if (doc_.read.blocks[b].kind == block_kind::text) take(b, made);
    std::ranges::move(made, std::back_inserter(doc_.sites));
  }

 private:
  void take(std::size_t b, std::vector<claim_site>& made) {
    const text_span span = doc_.read.blocks[b].span;
    const std::vector<site_key> labels = labels_in(span);
    auto units = units_in(span);
    std::shared_ptr<const block_context> context;  // made where a number needs it
    for (std::size_t n = doc_.number_from(span.start); n < doc_.numbers.size(); ++n) {
      const scanned_number& number = doc_.numbers[n];
      if (number.token.start >= span.end) break;
      if (number.reason != non_claim::none || doc_.configuration[n]) continue;
      const auto quoted = read_quoted(doc_.read.text, number.token);
      if (!quoted || quoted->unit.empty()) continue;
      auto measure = measure_at(span, n, quoted->unit);
      if (!measure) continue;
      claim_site site{.number = n, .measure = std::move(*measure)};
      site.unit = quoted->unit;
      // One name in the whole sentence: the number is of that.
      if (labels.size() == 1) site.keys = labels;
      if (labels.empty() && doc_.settings[b] && tells_result(span)) site.keys = *doc_.settings[b];
      if (!context) context = own_context(b, span);
      site.context = context;
      site.block = b;
      const bool told = !site.keys.empty() || (site.measure.best && !site.context->family &&
                                               site.context->models.size() == 1);
      site.may_accuse = told && units[quoted->unit] == 1;
      made.push_back(std::move(site));
    }
  }

  [[nodiscard]] std::vector<site_key> labels_in(text_span span) const {
    std::vector<site_key> found;
    const std::string_view text = doc_.read.text;
    for (std::size_t at = span.start; at < span.end;) {
      if (!name_byte(text[at])) {
        ++at;
        continue;
      }
      std::size_t end = at;
      while (end < span.end && name_byte(text[end])) ++end;
      site_key key = label_key(text.substr(at, end - at));
      if (index_.has_label(key.label) &&
          std::ranges::find(found, key.label, &site_key::label) == found.end())
        found.push_back(std::move(key));
      at = end;
    }
    return found;
  }

  // The words right before or behind the number, up to the next number.
  [[nodiscard]] std::string words_near(text_span span, std::size_t n, bool before) const {
    const number_token& token = doc_.numbers[n].token;
    if (before) {
      std::size_t from = std::max(
          span.start, token.start > words_before_bytes ? token.start - words_before_bytes : 0);
      if (n > 0) from = std::max(from, std::min(doc_.numbers[n - 1].token.end, token.start));
      return " " + lower_case(doc_.read.text.substr(from, token.start - from)) + " ";
    }
    std::size_t to = std::min(span.end, token.end + words_behind_bytes);
    if (n + 1 < doc_.numbers.size())
      to = std::min(to, std::max(doc_.numbers[n + 1].token.start, token.end));
    return " " + lower_case(doc_.read.text.substr(token.end, to - token.end)) + " ";
  }

  [[nodiscard]] std::optional<measure_phrase> measure_at(text_span span, std::size_t n,
                                                         const std::string& unit) const {
    const auto known = evidence::unit_of(unit);
    if (!known) return std::nullopt;
    const std::string before = words_near(span, n, true);
    measure_phrase made;
    if (known->base == "tok/s") {
      made.metric = "throughput";
    } else if (known->dimension == evidence::dimension::time &&
               (before.find("ttft") != std::string::npos ||
                words_near(span, n, false).find("ttft") != std::string::npos)) {
      made.metric = "ttft";
    } else {
      return std::nullopt;
    }
    if (!index_.has_metric(made.metric)) return std::nullopt;
    using evidence::stored_statistic;
    const std::vector<std::string> words = words_in(before);
    if (has_word(words, "mean") || has_word(words, "average"))
      made.statistic = stored_statistic::mean;
    if (has_word(words, "median")) made.statistic = stored_statistic::median;
    made.best = has_word(words, "best");
    if (has_word(words, "peak") || has_word(words, "maximum"))
      made.statistic = stored_statistic::max;
    made.scope = scope_told(before);
    return made;
  }

  // "Result: 102.31 tokens/s": of the settings written above.
  [[nodiscard]] bool tells_result(text_span span) const {
    const std::vector<std::string> words = words_in(doc_.read.of(span).substr(0, 24));
    return !words.empty() && (words[0] == "result" || words[0] == "results");
  }

  // How many numbers of a block have each unit.
  [[nodiscard]] boost::unordered_flat_map<std::string, std::size_t> units_in(text_span span) const {
    boost::unordered_flat_map<std::string, std::size_t> counts;
    for (std::size_t i = doc_.number_from(span.start); i < doc_.numbers.size(); ++i) {
      if (doc_.numbers[i].token.start >= span.end) break;
      if (doc_.numbers[i].reason != non_claim::none) continue;
      if (const auto quoted = read_quoted(doc_.read.text, doc_.numbers[i].token))
        ++counts[quoted->unit];
    }
    return counts;
  }

  // What the sentence itself mentions goes before the headings.
  [[nodiscard]] std::shared_ptr<const block_context> own_context(std::size_t b, text_span span) {
    const std::vector<std::string> words = words_in(doc_.read.of(span));
    const std::vector<std::size_t> models = index_.models().mentioned(words);
    if (models.empty()) return doc_.contexts[b];
    auto made = std::make_shared<block_context>(*doc_.contexts[b]);
    made->models = models;
    made->family = only_family(models, words, index_.models());
    return made;
  }

  audited_document& doc_;
  const source_index& index_;
};

}  // namespace

void find_prose_sites(audited_document& doc, const source_index& index) {
  prose_reader(doc, index).run();
}

}  // namespace chimera::claims::auditing
