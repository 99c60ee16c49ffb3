// What stands above and around a claim: headings, assigned parameters.
#include <algorithm>
#include <utility>

#include "agents/claims/audit/claim_site.hpp"
#include "agents/claims/audit/words.hpp"

namespace chimera::claims::auditing {
namespace {

constexpr std::size_t name_bytes_max = 40;
constexpr std::size_t heading_bytes_max = 400;

// A heading that goes on for ever says no more.
std::string_view beginning(std::string_view text) { return text.substr(0, heading_bytes_max); }

bool name_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// The name in front of "=80" or ": 80", as it stands; empty if there is none.
std::string_view name_before(std::string_view text, std::size_t start, std::size_t least) {
  constexpr std::string_view between = " =:`*\"";
  std::size_t end = start;
  bool assigned = false;
  while (end > least && between.find(text[end - 1]) != std::string_view::npos) {
    --end;
    assigned = assigned || text[end] == '=' || text[end] == ':';
  }
  if (!assigned) return {};
  std::size_t begin = end;
  while (begin > least && end - begin < name_bytes_max && name_byte(text[begin - 1])) --begin;
  return text.substr(begin, end - begin);
}

}  // namespace

bool only_family(const std::vector<std::size_t>& models, const std::vector<std::string>& words,
                 const model_names& names) {
  return models.size() == 1 && names.family(models[0]) && !has_word(words, "latest");
}

site_key label_key(std::string_view text) {
  const std::string_view shown = bare(text);
  return {.kind = key_kind::label,
          .text = std::string(shown),
          .label = as_label(shown),
          .words = words_in(shown)};
}

std::size_t audited_document::number_from(std::size_t at) const {
  const auto first = std::ranges::lower_bound(
      numbers, at, {}, [](const scanned_number& n) { return n.token.start; });
  return static_cast<std::size_t>(first - numbers.begin());
}

std::size_t audited_document::number_in(text_span span) const {
  for (std::size_t i = number_from(span.start); i < numbers.size(); ++i) {
    if (numbers[i].token.start >= span.end) break;
    if (numbers[i].reason == non_claim::none && numbers[i].token.value) return i;
  }
  return numbers.size();
}

void read_contexts(audited_document& doc, const source_index& index) {
  // Most blocks stand under the same headings as the one before: they share what these say.
  std::shared_ptr<const block_context> shared;
  const std::vector<std::size_t>* above = nullptr;
  for (const document_block& block : doc.read.blocks) {
    const bool led = block.lead < doc.read.blocks.size();
    if (!led && above != nullptr && *above == block.above) {
      doc.contexts.push_back(shared);
      continue;
    }
    auto made = std::make_shared<block_context>();
    if (led)
      made->levels.push_back(words_in(beginning(doc.read.of(doc.read.blocks[block.lead].span))));
    for (std::size_t i = block.above.size(); i-- > 0;)
      made->levels.push_back(
          words_in(beginning(doc.read.of(doc.read.blocks[block.above[i]].span))));
    for (const std::vector<std::string>& words : made->levels) {
      std::ranges::copy(words, std::back_inserter(made->words));
      if (!made->models.empty()) continue;
      made->models = index.models().mentioned(words);
      made->family = only_family(made->models, words, index.models());
    }
    doc.contexts.push_back(made);
    if (led) continue;
    shared = std::move(made);
    above = &block.above;
  }
}

std::vector<site_key> assigned_parameters(const audited_document& doc, text_span span,
                                          const source_index& index) {
  std::vector<site_key> keys;
  for (std::size_t i = doc.number_from(span.start); i < doc.numbers.size(); ++i) {
    const number_token& token = doc.numbers[i].token;
    if (token.start >= span.end) break;
    if (!token.value) continue;
    const std::string name =
        canonical_parameter(name_before(doc.read.text, token.start, span.start));
    if (name.empty() || !index.has_parameter(name)) continue;
    const auto same = std::ranges::find(keys, name, &site_key::parameter);
    if (same != keys.end()) return {};  // two settings in one line: which is meant is not said
    site_key key{.kind = key_kind::parameter};
    key.parameter = name;
    key.number = *token.value;
    key.text =
        name + "=" +
        std::string(doc.read.text.substr(token.start, token.end - token.start - token.unit.size()));
    keys.push_back(std::move(key));
  }
  return keys;
}

}  // namespace chimera::claims::auditing
