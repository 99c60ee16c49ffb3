#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <boost/unordered/unordered_flat_map.hpp>

#include "agents/claims/audit/audit.hpp"
#include "agents/claims/audit/candidates.hpp"
#include "agents/claims/audit/claim_site.hpp"
#include "agents/claims/audit/judge.hpp"
#include "agents/claims/audit/rankings.hpp"
#include "agents/claims/audit/source_index.hpp"

namespace chimera::claims {
namespace {

using namespace auditing;

audited_claim blank_claim(const audited_document& doc, std::size_t n) {
  const number_token& token = doc.numbers[n].token;
  audited_claim made;
  made.claim.line = doc.read.line_of(token.start);
  const std::size_t line_start = doc.read.line_starts[made.claim.line - 1];
  made.claim.start = token.start - line_start;
  made.claim.end = token.end - line_start;
  made.claim.text = doc.read.text.substr(token.start, token.end - token.start);
  made.claim.rule = "no-key";
  if (doc.configuration[n]) {
    made.claim.judgement = proto::verdict::non_claim;
    made.claim.rule = "configuration";
  } else if (doc.numbers[n].reason != non_claim::none) {
    made.claim.judgement = proto::verdict::non_claim;
    made.claim.rule = to_text(doc.numbers[n].reason);
  }
  return made;
}

// One site a number: what is read first (tables, lists, prose) knows best.
void keep_first_of_each(std::vector<claim_site>& sites) {
  std::ranges::stable_sort(sites, {}, &claim_site::number);
  const auto again = std::ranges::unique(sites, {}, &claim_site::number);
  sites.erase(again.begin(), again.end());
}

// The change between the two values that the row resolves to, in percent of the second.
void judge_deltas(const audited_document& doc, const std::vector<site_verdict>& verdicts,
                  std::vector<audited_claim>& claims) {
  // Sites stand by number, so those of the row stand right before the change.
  const auto value_at = [&](const delta_cell& d, std::size_t column) -> const site_verdict* {
    const auto behind =
        std::ranges::lower_bound(doc.sites, d.number, {}, &claim_site::number) - doc.sites.begin();
    for (auto i = static_cast<std::size_t>(behind); i-- > 0;) {
      const claim_site& site = doc.sites[i];
      if (site.block != d.block || site.row != d.row) break;
      if (site.column == column) return verdicts[i].known ? &verdicts[i] : nullptr;
    }
    return nullptr;
  };
  for (const delta_cell& d : doc.deltas) {
    const site_verdict* ours = value_at(d, d.column - 2);
    const site_verdict* other = value_at(d, d.column - 1);
    const auto quoted = read_quoted(doc.read.text, doc.numbers[d.number].token);
    if (ours == nullptr || other == nullptr || other->truth_value == 0 || !quoted ||
        quoted->unit != "%")
      continue;
    const double change = 100 * (ours->truth_value / other->truth_value - 1);
    const agreement says = agree(*quoted, change);
    audited_claim& into = claims[d.number];
    into.claim.judgement = says == agreement::yes           ? proto::verdict::verified
                           : says == agreement::approximate ? proto::verdict::verified_approx
                                                            : proto::verdict::contradicted;
    into.claim.rule = "difference";
    into.key = "change from " + other->key + " to " + ours->key;
    into.truth = fmt::format("{:+.1f} %", change);
    into.where = ours->where + "; " + other->where;
  }
}

// Block by block: what a table agrees with tells which file it was made from.
std::vector<site_verdict> judge_sites(const audited_document& doc, const source_index& index,
                                      candidate_finder& finder) {
  std::vector<std::vector<candidate>> found;
  boost::unordered_flat_map<std::size_t, agreements> agreeing;
  source_counts in_document;
  std::vector<site_verdict> verdicts;
  for (const claim_site& site : doc.sites) {
    found.push_back(finder.find(site));
    verdicts.push_back(judge(doc, index, site, found.back(), {}));
    if (const auto quoted = quoted_at(doc, site); found.back().empty() && quoted)
      if (const auto other = finder.other_quantity(site, *quoted))
        verdicts.back() = judge_other_quantity(index, site, *other);
    if (verdicts.back().judgement != proto::verdict::verified) continue;
    ++agreeing[site.block].in_block[verdicts.back().source];
    ++in_document[verdicts.back().source];
  }
  for (std::size_t i = 0; i < verdicts.size(); ++i) {
    const bool open = verdicts[i].judgement == proto::verdict::contradicted ||
                      verdicts[i].judgement == proto::verdict::unsupported;
    if (!open || found[i].empty()) continue;
    agreements& agreed = agreeing[doc.sites[i].block];
    agreed.in_document = &in_document;
    verdicts[i] = judge(doc, index, doc.sites[i], found[i], agreed);
  }
  return verdicts;
}

}  // namespace

std::size_t document_audit::count(proto::verdict v) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      claims, [v](const audited_claim& c) { return c.claim.judgement == v; }));
}

auditor::auditor(const evidence::dataset& data)
    : index_(std::make_unique<const auditing::source_index>(data)) {}
auditor::~auditor() = default;
auditor::auditor(auditor&&) noexcept = default;
auditor& auditor::operator=(auditor&&) noexcept = default;

document_audit auditor::audit(std::string_view file, std::string_view markdown) const {
  audited_document doc{.file = file, .read = read_document(markdown)};
  doc.numbers = scan_numbers(markdown);
  doc.configuration.resize(doc.numbers.size());
  doc.named = index_->named_in(markdown);
  read_contexts(doc, *index_);
  find_table_sites(doc, *index_);
  find_list_sites(doc, *index_);
  find_prose_sites(doc, *index_);
  keep_first_of_each(doc.sites);

  document_audit made{.file = std::string(file), .claims = {}, .remarks = {}};
  for (std::size_t n = 0; n < doc.numbers.size(); ++n) made.claims.push_back(blank_claim(doc, n));
  candidate_finder finder(*index_, doc);
  const std::vector<site_verdict> verdicts = judge_sites(doc, *index_, finder);
  for (std::size_t i = 0; i < doc.sites.size(); ++i) {
    const site_verdict& v = verdicts[i];
    audited_claim& into = made.claims[doc.sites[i].number];
    into.claim.judgement = v.judgement;
    into.claim.rule = v.rule;
    into.key = v.key;
    into.truth = v.truth;
    into.where = v.where;
  }
  judge_deltas(doc, verdicts, made.claims);
  made.remarks = find_remarks(doc, *index_, verdicts, finder);
  return made;
}

}  // namespace chimera::claims
