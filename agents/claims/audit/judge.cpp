#include "agents/claims/audit/judge.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "agents/claims/audit/words.hpp"
#include "agents/evidence/columns/units.hpp"
#include "agents/evidence/columns/vocabulary.hpp"

namespace chimera::claims::auditing {
namespace {

constexpr int decimals_max = 12;
constexpr std::size_t agreeing_in_document_min = 3;

// "throughput of g999_c4096_t0.4": a name that says the settings stands for them.
std::string key_text(const source_index& index, const claim_site& site, const candidate& c) {
  const source& s = index.sources()[c.source];
  const evidence::column_traits& traits = s.table->traits[c.column];
  const std::string_view stored = statistic_name(traits.statistic);
  std::string out = c.statistic.empty() ? std::string(stored) : c.statistic;
  if (!out.empty()) out += out == "standard deviation" ? " of " : " ";
  if (c.scope == row_scope::warm) out += "warm ";
  if (c.scope == row_scope::cold) out += "cold ";
  const evidence::known_quantity* known = evidence::known(site.measure.metric);
  if (site.measure.metric.empty()) {
    out += traits.label;
  } else {
    out += known != nullptr && !known->label.empty() ? std::string(known->label)
                                                     : evidence::label_for(site.measure.metric);
  }
  const bool by_name = std::ranges::any_of(site.keys, [&index](const site_key& key) {
    return key.kind == key_kind::label && index.has_label(key.label);
  });
  std::string named;
  for (const site_key& key : site.keys) {
    if (by_name && key.kind == key_kind::parameter) continue;
    if (!named.empty()) named += ", ";
    named += key.text;
  }
  return out + " of " + (named.empty() ? s.stem : named);
}

std::string place_text(const source& s, const candidate& c) {
  const evidence::table& t = s.table->data;
  const evidence::column& column = t.columns[c.column];
  if (c.rows == 1 && c.statistic.empty()) {
    const bool pointer = t.kind == "json";
    std::string out = fmt::format("{}, {}", s.table->file, t.place(c.row, column));
    return pointer ? out : out + ", " + column.name;
  }
  return fmt::format("{}, {} of {}, {} rows", s.table->file, c.statistic, column.name, c.rows);
}

bool counts_things(std::string_view unit) { return unit == "tokens" || unit == "chars"; }

// The value in the unit shown; `told` is false where the text has no unit and the data have one.
std::optional<double> in_shown_unit(const candidate& c, std::string_view shown, bool& told) {
  told = true;
  if (counts_things(c.unit) && (shown.empty() || shown == "tokens" || shown == "chars"))
    return c.value;
  if (const auto value = in_quoted_unit(c.value, c.unit, shown)) return value;
  if (!shown.empty()) return std::nullopt;
  told = false;
  return c.value;
}

std::size_t count_of(const source_counts& counts, std::size_t source) {
  const auto at = counts.find(source);
  return at == counts.end() ? 0 : at->second;
}

// A file that is neither named nor beside the document must agree with something of it.
bool proves(const candidate& c, const agreements& agreed) {
  return c.tied || count_of(agreed.in_block, c.source) > 0 ||
         (agreed.in_document != nullptr &&
          count_of(*agreed.in_document, c.source) >= agreeing_in_document_min);
}

void take_place(site_verdict& into, const candidate& c, double value) {
  into.source = c.source;
  into.column = c.column;
  into.row = c.row;
  into.one_row = c.rows == 1 && c.statistic.empty();
  into.truth_value = value;
}

}  // namespace

site_verdict judge_other_quantity(const source_index& index, const claim_site& site,
                                  const candidate& found) {
  site_verdict made{.judgement = proto::verdict::contradicted, .rule = "other-quantity"};
  const source& s = index.sources()[found.source];
  const evidence::column& column = s.table->data.columns[found.column];
  made.key = key_text(index, site, found);
  made.where = place_text(s, found);
  made.truth = fmt::format("{:.6g}{}{} is its {}", found.value, found.unit.empty() ? "" : " ",
                           found.unit, column.name);
  take_place(made, found, found.value);
  return made;
}

std::optional<quoted_number> quoted_at(const audited_document& doc, const claim_site& site) {
  auto quoted = read_quoted(doc.read.text, doc.numbers[site.number].token);
  // What stands behind an assignment is the next name, no unit.
  if (quoted && (quoted->unit.empty() || site.assigned)) quoted->unit = site.unit;
  return quoted;
}

std::string shown_like(const quoted_number& quoted, double value) {
  int decimals = 0;
  for (double step = quoted.unit_in_last_place; step < 0.9 && decimals < decimals_max; step *= 10)
    ++decimals;
  std::string out = fmt::format("{:.{}f}", value, decimals);
  if (quoted.unit.empty()) return out;
  return out + " " + quoted.unit;
}

site_verdict judge(const audited_document& doc, const source_index& index, const claim_site& site,
                   const std::vector<candidate>& found, const agreements& agreed) {
  site_verdict made{.rule = "no-key"};
  const auto quoted = quoted_at(doc, site);
  if (!quoted) return made;
  const candidate* truth = nullptr;
  bool firm = false;
  double truth_value = 0;
  for (const candidate& c : plausible(found)) {
    bool unit_told = true;
    const auto value = in_shown_unit(c, quoted->unit, unit_told);
    if (!value) continue;
    const source& s = index.sources()[c.source];
    const agreement says = agree(*quoted, *value);
    if (says != agreement::no) {
      made.judgement =
          says == agreement::yes ? proto::verdict::verified : proto::verdict::verified_approx;
      made.rule = "agrees-with-data";
      made.key = key_text(index, site, c);
      made.where = place_text(s, c);
      made.truth = shown_like(*quoted, *value);
      made.known = c.firm;
      take_place(made, c, *value);
      return made;
    }
    if (c.failed) continue;
    const bool sure = c.firm && unit_told && proves(c, agreed);
    if (truth == nullptr || (!firm && sure) ||
        (firm == sure &&
         count_of(agreed.in_block, c.source) > count_of(agreed.in_block, truth->source))) {
      truth = &c;
      truth_value = *value;
      firm = sure;
    }
  }
  if (truth == nullptr) return made;
  made.rule = firm ? "disagrees-with-data" : "statistic-not-named";
  if (best_failed(found)) made.rule = "no-value";
  if (!firm || !site.may_accuse || best_failed(found)) return made;
  const source& s = index.sources()[truth->source];
  made.judgement = proto::verdict::contradicted;
  made.key = key_text(index, site, *truth);
  made.where = place_text(s, *truth);
  made.truth = shown_like(*quoted, truth_value);
  made.known = true;
  take_place(made, *truth, truth_value);
  return made;
}

}  // namespace chimera::claims::auditing
