// The documents that lie in the tree: which of them contradict the data that they report on.
#include <algorithm>
#include <vector>

#include "agents/claims/audit/audit_tree.hpp"
#include "agents/report/outline_builder.hpp"

namespace chimera::report {
namespace {

using claims::document_audit;
using claims::document_path;

constexpr std::size_t documents_told = 6;
constexpr std::size_t agreeing_shown = 12;  // rows after which documents without fault add nothing
constexpr double weight_of_contradiction = 5;  // after failed runs and cold starts, plus the share

std::size_t wrong_in(const document_audit& d) { return d.count(proto::verdict::contradicted); }

std::size_t checked_in(const document_audit& d) {
  return wrong_in(d) + d.count(proto::verdict::verified) + d.count(proto::verdict::verified_approx);
}

double share_of(const document_audit& d) {
  return checked_in(d) == 0 ? 0
                            : static_cast<double>(wrong_in(d)) / static_cast<double>(checked_in(d));
}

// Worst first: by how many numbers are wrong, then by their share.
std::vector<const document_audit*> worst_first(std::span<const document_audit> documents) {
  std::vector<const document_audit*> order;
  for (const document_audit& d : documents)
    if (checked_in(d) > 0 || !d.remarks.empty()) order.push_back(&d);
  std::ranges::stable_sort(order, [](const document_audit* a, const document_audit* b) {
    if (wrong_in(*a) != wrong_in(*b)) return wrong_in(*a) > wrong_in(*b);
    return a->remarks.size() > b->remarks.size();
  });
  return order;
}

const claims::audited_claim* first_wrong(const document_audit& d) {
  const auto found = std::ranges::find_if(d.claims, [](const claims::audited_claim& c) {
    return c.claim.judgement == proto::verdict::contradicted;
  });
  return found == d.claims.end() ? nullptr : &*found;
}

std::string text(const outline_builder& b, const document_audit& d, std::string_view what,
                 std::size_t k) {
  return b.tree(document_path(d.file, what, k), "text");
}

finding finding_of(outline_builder& b, const document_audit& d) {
  finding f;
  f.kind = wrong_in(d) > 0 ? "document-contradicts" : "document-misleads";
  f.level = proto::severity::error;
  f.weight = weight_of_contradiction + share_of(d);
  f.slots = {{"document", b.name(d.file, {}, "path")},
             {"contradicted", b.tree(document_path(d.file, "contradicted"))},
             {"checked", b.tree(document_path(d.file, "checked"))}};
  if (const claims::audited_claim* c = first_wrong(d)) {
    const std::string line = "line " + std::to_string(c->claim.line);
    f.slots.emplace_back("says", b.name(c->claim.text, d.file, line));
    f.slots.emplace_back("line", b.name(line, d.file, "line"));
    f.slots.emplace_back("truth", text(b, d, "truth", 0));
    // The number is true of something else than the document says.
    if (c->claim.rule == "other-quantity") f.slots.emplace_back("mistaken", "yes");
    if (!c->key.empty()) f.slots.emplace_back("key", b.name(c->key, d.file, line));
    if (!c->where.empty()) f.slots.emplace_back("where", b.name(c->where, {}, "place"));
  }
  if (!d.remarks.empty()) f.slots.emplace_back("remark", text(b, d, "remark", 0));
  if (d.remarks.size() > 1) f.slots.emplace_back("remark-too", text(b, d, "remark", 1));
  return f;
}

table_block table_of(outline_builder& b, const std::vector<const document_audit*>& order) {
  table_block table;
  table.caption = "Numbers of the documents, held to the data of this tree";
  table.header = {"Document", "Checked",       "Contradicted", "No key in the data",
                  "It says",  "The data says", "Where"};
  table.align = {"l", "r", "r", "r", "l", "l", "l"};
  for (const document_audit* d : order) {
    const claims::audited_claim* c = first_wrong(*d);
    if (c == nullptr && table.rows.size() >= agreeing_shown) break;
    std::vector<std::string> row = {
        b.name(d->file, {}, "path"), b.tree(document_path(d->file, "checked")),
        b.tree(document_path(d->file, "contradicted")), b.tree(document_path(d->file, "open"))};
    if (c != nullptr) {
      row.push_back(b.name(c->claim.text, d->file, "line " + std::to_string(c->claim.line)));
      row.push_back(text(b, *d, "truth", 0));
      row.push_back(c->where.empty() ? "" : b.name(c->where, {}, "place"));
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace

void outline_documents(outline_builder& b, std::span<const document_audit> documents, part& p) {
  const std::vector<const document_audit*> order = worst_first(documents);
  if (order.empty()) return;
  question q;
  q.id = "documents";
  q.title = "Do the documents in this tree agree with its data?";
  std::size_t wrong = 0;
  for (const document_audit* d : order) {
    const bool bad = wrong_in(*d) > 0 || !d->remarks.empty();
    if (bad && q.findings.size() < documents_told) q.findings.push_back(finding_of(b, *d));
    if (wrong_in(*d) > 0) ++wrong;
  }
  b.out().names.tables.emplace(q.id, table_of(b, order));
  q.tables = {q.id};
  if (wrong > 0) {
    finding f = q.findings.front();
    f.kind = "documents-contradict";
    f.slots.emplace_back("documents", b.tree("documents/contradicted"));
    f.slots.emplace_back("of", b.tree("documents"));
    p.headline.push_back(f);
    f.kind = "correct-document";
    p.recommendations.push_back(std::move(f));
  } else if (q.findings.empty()) {
    finding f;
    f.kind = "documents-agree";
    f.slots = {{"of", b.tree("documents")}, {"open", b.tree("documents/open")}};
    q.findings.push_back(std::move(f));
  }
  p.questions.push_back(std::move(q));
}

}  // namespace chimera::report
