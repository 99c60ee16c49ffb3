#include "agents/claims/audit/audit_tree.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "agents/evidence/facts/compute_facts.hpp"
#include "agents/evidence/facts/in_parallel.hpp"
#include "agents/evidence/facts/tree_facts.hpp"
#include "proto/decimal.hpp"

namespace chimera::claims {
namespace {

using proto::verdict;

bool is_markdown(std::string_view file) {
  return file.ends_with(".md") || file.ends_with(".markdown");
}

class fact_writer {
 public:
  explicit fact_writer(const evidence::dataset& data) : data_(data) {}

  void count(const std::string& path, std::size_t value, const std::string& phrase) {
    proto::fact f = evidence::tree_fact(data_, path, phrase);
    f.agg = "count";
    f.kind = "count";
    f.dim = "count";
    f.n = value;
    f.value = std::to_string(value);
    f.shown.text = proto::grouped(static_cast<std::int64_t>(value));
    facts_.push_back(std::move(f));
  }

  void text(const std::string& path, const std::string& value, const std::string& phrase,
            const std::string& from) {
    proto::fact f = evidence::tree_fact(data_, path, phrase);
    f.agg = "text";
    f.kind = "string";
    f.n = 1;
    f.value = value;
    if (!from.empty()) f.flags.push_back("from:" + from);
    facts_.push_back(std::move(f));
  }

  std::vector<proto::fact> take() { return std::move(facts_); }

 private:
  const evidence::dataset& data_;
  std::vector<proto::fact> facts_;
};

void add_document(const document_audit& document, fact_writer& out) {
  const std::size_t wrong = document.count(verdict::contradicted);
  const std::size_t right =
      document.count(verdict::verified) + document.count(verdict::verified_approx);
  if (wrong + right == 0 && document.remarks.empty()) return;
  const auto path = [&](std::string_view what) { return document_path(document.file, what); };
  out.count(path("checked"), wrong + right,
            fmt::format("numbers of {} that the data says something on", document.file));
  out.count(path("contradicted"), wrong,
            fmt::format("numbers of {} that the data contradicts", document.file));
  out.count(path("open"), document.count(verdict::unsupported),
            fmt::format("numbers of {} that name nothing in the data", document.file));
  std::size_t told = 0;
  for (const audited_claim& c : document.claims) {
    if (c.claim.judgement != verdict::contradicted) continue;
    if (told == told_of_a_document) break;
    out.text(document_path(document.file, "truth", told++), c.truth,
             fmt::format("{}, of which line {} of {} says {}", c.key, c.claim.line, document.file,
                         c.claim.text),
             c.where);
  }
  for (std::size_t i = 0; i < std::min(told_of_a_document, document.remarks.size()); ++i)
    out.text(document_path(document.file, "remark", i), document.remarks[i].text,
             fmt::format("remark on line {} of {}", document.remarks[i].line, document.file), "");
}

}  // namespace

std::vector<document_audit> audit_documents(const evidence::dataset& data, std::size_t threads) {
  std::vector<const evidence::prose*> documents;
  for (const evidence::prose& text : data.texts)
    if (is_markdown(text.file)) documents.push_back(&text);
  std::vector<document_audit> audits(documents.size());
  if (documents.empty()) return audits;
  const auditor judge(data);
  evidence::in_parallel(documents.size(), threads, [&](std::size_t i) {
    audits[i] = judge.audit(documents[i]->file, documents[i]->text);
  });
  return audits;
}

std::string document_path(std::string_view file, std::string_view what) {
  return fmt::format("document/{}/{}", file, what);
}

std::string document_path(std::string_view file, std::string_view what, std::size_t k) {
  return fmt::format("document/{}/{}/{}", file, what, k);
}

void add_audit_facts(evidence::dataset& data, const std::vector<document_audit>& documents) {
  if (documents.empty()) return;
  fact_writer out(data);
  std::size_t wrong = 0;
  std::size_t checked = 0;
  std::size_t open = 0;
  for (const document_audit& document : documents) {
    add_document(document, out);
    const std::size_t contradicted = document.count(verdict::contradicted);
    if (contradicted > 0) ++wrong;
    if (contradicted + document.count(verdict::verified) +
            document.count(verdict::verified_approx) >
        0)
      ++checked;
    open += document.count(verdict::unsupported);
  }
  out.count("documents", checked, "documents with numbers that the data says something on");
  out.count("documents/open", open, "numbers of documents that name nothing in the data");
  out.count("documents/contradicted", wrong, "documents that the data contradicts");
  evidence::insert_tree_facts(data, out.take());
}

}  // namespace chimera::claims
